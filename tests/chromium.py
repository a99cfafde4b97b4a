"""Debian's Chromium without windows: the engine of people's browsers, for less work."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

PACKAGE = "chromium-headless-shell"
FLAGS = ("--no-sandbox", "--disable-background-networking")


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Open a browser, and close it afterwards. Raises FileNotFoundError where it is missing."""
    path = shutil.which(PACKAGE)
    if path is None:
        raise FileNotFoundError(f"Chromium is missing; install it with: apt install {PACKAGE}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        yield browser
        browser.close()
