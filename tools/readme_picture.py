"""Draw docs/picture.png: the health page, a ticket and a match of the demo in one picture.

usage: .venv/bin/python tools/readme_picture.py   (after `make setup-dev`; starts and stops a demo)
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "picture.png"
CHROMIUM = "/usr/bin/chromium"
DESK, PHONE = (1280, 900), (390, 844)
PATIENCE = 240.0
HERE = "/c/lantern-street"
MARGIN = 48
GROUND = "#efe9df"


def main() -> None:
    """Start a demo, photograph it, stop it."""
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM if Path(CHROMIUM).exists() else None,
            args=["--no-sandbox", "--disable-background-networking", "--hide-scrollbars"],
        )
        desk = photograph(browser, address, DESK, f"{HERE}/health")
        ticket = photograph(browser, address, PHONE, f"{HERE}/events", link="Film night")
        match = photograph(browser, address, PHONE, f"{HERE}/matches")
        browser.close()
    compose(desk, ticket, match).save(TARGET, optimize=True)
    print(f"wrote {TARGET.relative_to(ROOT)}")


def photograph(
    browser: Browser, address: str, size: tuple[int, int], path: str, *, link: str = ""
) -> Image.Image:
    """Sign in as the owner of the demo and photograph a page, or what a link on it leads to."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(address)
    page.locator("form:has(input[value='owner@demo.example']) button").click()
    for _ in range(60):  # suggestions are computed by a job after the start
        page.goto(address + path)
        if "matches" not in path or page.locator("article").count() > 0:
            break
        page.wait_for_timeout(1000)
    if link:
        page.get_by_role("link", name=link).first.click()
    page.wait_for_load_state("networkidle")
    picture = Image.open(BytesIO(page.screenshot()))
    page.close()
    return picture.convert("RGB")


def compose(desk: Image.Image, *phones: Image.Image) -> Image.Image:
    """Lay the phones over the right side of the desk, the last one in front."""
    small = [
        phone.resize((phone.width * 3 // 4, phone.height * 3 // 4), Image.Resampling.LANCZOS)
        for phone in phones
    ]
    step = small[0].width + MARGIN // 2
    width = desk.width + 2 * MARGIN + step
    sheet = Image.new("RGB", (width, desk.height + 2 * MARGIN), GROUND)
    layers = [(desk, MARGIN, MARGIN)]
    for place, phone in enumerate(reversed(small)):
        left = width - MARGIN - phone.width - place * step
        layers.insert(1, (phone, left, sheet.height - MARGIN // 2 - phone.height))
    for picture, left, top in layers:
        mask = Image.new("L", picture.size, 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, *picture.size), 18, fill=255)
        frame = (left - 2, top - 2, left + picture.width + 1, top + picture.height + 1)
        ImageDraw.Draw(sheet).rounded_rectangle(frame, 20, fill="#c9bfae")
        sheet.paste(picture, (left, top), mask)
    return sheet.quantize(256, dither=Image.Dither.NONE)


@contextmanager
def demo() -> Iterator[str]:
    """Run a demo in a folder of its own; yield its address."""
    with closing(socket.socket()) as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="kith-picture-") as folder:
        environment = {**os.environ, "PORT": str(port), "KITH_DATA": folder, "KITH_LOG": "warning"}
        environment.pop("DATABASE_URL", None)
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "demo"], env=environment, cwd=ROOT
        )
        try:
            wait_for(f"http://localhost:{port}/healthz", process)
            yield f"http://localhost:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).close()  # noqa: S310 - our own address
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.3)
        else:
            return


if __name__ == "__main__":
    main()
