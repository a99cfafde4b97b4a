"""Photograph every page on one sheet: build/screens/index.html and sheet.png.

usage: tools/screens.sh [address of a running demo]

Pages come from the app's own map of addresses; their arguments from walking the demo as each of
its people. Without an address a demo is started in a folder of its own, and stopped again.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "screens"
SIZES = {"phone": (390, 844), "desk": (1440, 900)}
SCHEMES = ("light", "dark")
LANGUAGES = ("id", "fr", "zh_Hans", "ru")  # beside English, in which every page is taken
MAIN = (
    "home.index",
    "home.community",
    "home.desk",
    "events.show",
    "events.index",
    "communities.members",
    "communities.contact",
    "communities.join",
    "matching.index",
    "analytics.show",
    "accounts.sign_in",
)
NOT_PAGES = re.compile(
    r"^web\.|^health\.|export|\.feed$|calendar|preview|mark|_csv|picture|_code$|home\.file|letter"
)
FLAGS = ["--no-sandbox", "--disable-background-networking"]
SMALL = 260  # pixels in height of a picture on the sheet
MARGIN, SHEET_WIDTH = 14, 3000
MOST_STEPS = 350  # pages one person looks at while the arguments are gathered
START_UP = 120
# Of these several are looked at, and the one that shows most is taken: a gathering with tickets
# and what hangs on them, a community with matches.
SEVERAL = frozenset(
    {
        "billing.membership",
        "communities.contact",
        "conversations.show",
        "events.attendees",
        "events.sales",
        "events.show",
        "events.ticket_types",
        "home.community",
        "matching.index",
    }
)
MOST_OF_A_KIND = 10


@dataclass
class Visitor:
    """One way to look at the site, and the address found for each endpoint."""

    name: str
    state: dict[str, object] | None = None
    speaks: str = ""
    found: dict[str, str] = field(default_factory=dict)
    weights: dict[str, int] = field(default_factory=dict)

    def note(self, endpoint: str, path: str, weight: int) -> None:
        """Keep the first page of a kind, or the fullest where several are looked at."""
        is_fuller = endpoint in SEVERAL and weight > self.weights.get(endpoint, 0)
        if endpoint not in self.found or is_fuller:
            self.found[endpoint], self.weights[endpoint] = path, weight


def main() -> None:
    """Walk, photograph, lay out."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    with running_demo(sys.argv[1:]) as address, sync_playwright() as playwright:
        path = shutil.which("chromium") or playwright.chromium.executable_path
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        routes, wanted = routes_of_the_app()
        visitors = sign_everyone_in(browser, address)
        for visitor in visitors:
            # What strangers see comes first, so that all are taken in the same community.
            walk(browser, address, visitor, routes, list(visitors[0].found.values()))
        shots = list(photograph(browser, address, visitors))
        browser.close()
    missed = sorted(wanted - {shot.endpoint for shot in shots})
    write_sheet(shots, missed)
    print(f"{len(shots)} pictures in {TARGET / 'index.html'}; not reached: {', '.join(missed)}")


@contextmanager
def running_demo(arguments: list[str]) -> Iterator[str]:
    """Yield the address of a demo: the given one, or one of our own."""
    if arguments:
        yield arguments[0].rstrip("/")
        return
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    folder = ROOT / "build" / "screens-data"
    os.environ |= {"PORT": str(port), "KITH_DATA": str(folder), "KITH_LOG": "warning"}
    os.environ.pop("DATABASE_URL", None)
    process = subprocess.Popen([ROOT / ".venv" / "bin" / "kith", "demo"])
    try:
        wait_for(f"http://localhost:{port}/healthz", process)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the demo answers."""
    deadline = time.monotonic() + START_UP
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.5)
    sys.exit("The demo did not start; try `make demo` alone and read what it says.")


def routes_of_the_app() -> tuple[MapAdapter, set[str]]:
    """Return what matches paths to endpoints, and the endpoints of pages."""
    from app import create_app  # noqa: PLC0415 - only after the demo laid its database
    from app.core.database import db  # noqa: PLC0415

    app = create_app()
    with app.app_context():
        db.engine.dispose()
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not NOT_PAGES.search(rule.endpoint)
    }
    return app.url_map.bind("localhost"), pages


def sign_everyone_in(browser: Browser, address: str) -> list[Visitor]:
    """Return a stranger and, signed in by one click, each person the demo offers."""
    visitors = [Visitor("stranger")]
    page = browser.new_page()
    page.goto(address)
    names = page.locator(".persona").count()
    page.close()
    for place in range(names):
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        button = page.locator(".persona").nth(place)
        name = button.locator("b").inner_text()
        button.click()
        page.wait_for_load_state("load")
        visitors.append(Visitor(name, dict(context.storage_state())))
        context.close()
    return visitors


def walk(
    browser: Browser, address: str, visitor: Visitor, routes: MapAdapter, first: list[str]
) -> None:
    """Follow links from the front page until each endpoint has an address, then guess the rest."""
    context = browser.new_context(storage_state=visitor.state)  # type: ignore[arg-type]
    page = context.new_page()
    follow(page, address, visitor, routes, ["/", *first, "/me", "/styleguide"])
    follow(page, address, visitor, routes, guesses(visitor, routes))
    context.close()


def follow(
    page: Page, address: str, visitor: Visitor, routes: MapAdapter, waiting: list[str]
) -> None:
    """Open the waiting paths whose endpoint is new, and what they link to."""
    seen: set[str] = set()
    opened: Counter[str] = Counter()
    while waiting and len(seen) < MOST_STEPS:
        path = waiting.pop(0)
        endpoint = endpoint_of(path, routes)
        if endpoint is None or path in seen or NOT_PAGES.search(endpoint):
            continue
        is_enough = opened[endpoint] >= MOST_OF_A_KIND or endpoint not in SEVERAL
        if endpoint in visitor.found and is_enough:
            continue
        seen.add(path)
        opened[endpoint] += 1
        try:
            answer = page.goto(address + path)
        except PlaywrightError:  # a download, not a page
            continue
        landed = urlsplit(page.url)
        final = endpoint_of(landed.path, routes)
        if answer is not None and answer.ok and final is not None:
            there = landed.path + (f"?{landed.query}" if landed.query else "")
            links = links_of(page, address)
            visitor.note(final, there, len(links) + page.locator("input, button").count())
            waiting += links


def guesses(visitor: Visitor, routes: MapAdapter) -> list[str]:
    """Return addresses nobody linked to, made of arguments seen in others."""
    known: dict[str, object] = {}
    for path in visitor.found.values():
        known |= routes.match(urlsplit(path).path, method="GET")[1]
    return [
        routes.build(rule.endpoint, {name: known[name] for name in rule.arguments})
        for rule in routes.map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.arguments <= known.keys()
    ]


def endpoint_of(path: str, routes: MapAdapter) -> str | None:
    """Return the endpoint a path leads to."""
    try:
        return str(routes.match(urlsplit(path).path, method="GET")[0])
    except HTTPException:  # a redirect to the right spelling is one too
        return None


def links_of(page: Page, address: str) -> list[str]:
    """Return the paths of this site that a page links to, except those that change the display."""
    links: list[str] = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    return [
        link.removeprefix(address).split("#")[0] or "/"
        for link in links
        if link.startswith(address) and "/display?" not in link
    ]


@dataclass(frozen=True)
class Look:
    """How one look at the site differs from another."""

    size: str
    scheme: str
    language: str = "en"

    @property
    def words(self) -> str:
        """Say what it is."""
        return f"{self.size} {self.scheme} {self.language}"


@dataclass(frozen=True)
class Shot:
    """One picture: of which page, seen by whom, how."""

    endpoint: str
    visitor: str
    look: Look

    @property
    def file(self) -> str:
        """Return the name of its file."""
        look = self.look
        parts = (self.endpoint, self.visitor, look.size, look.scheme, look.language)
        return re.sub(r"[^\w.-]+", "-", "_".join(parts)) + ".png"


def photograph(browser: Browser, address: str, visitors: list[Visitor]) -> Iterator[Shot]:
    """Take each page as the first who reaches it, and main ones in five languages."""
    taken: set[str] = set()
    for place, visitor in enumerate(visitors):
        is_first_member = place == 1  # main pages differ between a stranger and a member
        mine = {
            endpoint: path
            for endpoint, path in visitor.found.items()
            if endpoint not in taken or (is_first_member and endpoint in MAIN)
        }
        main = {e: p for e, p in visitor.found.items() if e in MAIN and e not in taken}
        for size in SIZES:
            for scheme in SCHEMES:
                yield from take_all(browser, address, visitor, mine, Look(size, scheme))
            for language in LANGUAGES if main else ():
                look = Look(size, "light", language)
                yield from take_all(browser, address, visitor, main, look)
        taken |= set(visitor.found)


def take_all(
    browser: Browser, address: str, visitor: Visitor, pages: dict[str, str], look: Look
) -> Iterator[Shot]:
    """Take pages in one look."""
    width, height = SIZES[look.size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if look.scheme == "dark" else "light",
        locale=look.language.replace("zh_Hans", "zh-CN"),
        reduced_motion="reduce",
        storage_state=visitor.state,  # type: ignore[arg-type]  # as the browser gave it
    )
    if visitor.state:
        speak(context, address, visitor, look.language)
    page = context.new_page()
    for endpoint, path in sorted(pages.items()):
        shot = Shot(endpoint, visitor.name, look)
        page.goto(address + path)
        page.screenshot(path=TARGET / shot.file, full_page=True)
        yield shot
    if visitor.state and look.language != "en":
        speak(context, address, visitor, "en")
    context.close()


def speak(context: BrowserContext, address: str, visitor: Visitor, language: str) -> None:
    """Let a signed-in person choose their language, as they would in their settings."""
    path = visitor.found.get("accounts.settings")
    if path is None or (language == "en" and visitor.speaks == "en"):
        return
    page = context.new_page()
    page.goto(address + path)
    choice = page.locator("select[name=language]")
    if choice.count():
        choice.select_option(language)
        choice.locator("xpath=ancestor::form").locator("button[type=submit]").first.click()
        page.wait_for_load_state("load")
        visitor.speaks = language
    page.close()


def write_sheet(shots: list[Shot], missed: list[str]) -> None:
    """Lay the pictures out: a page with all of them, and one picture of small ones."""
    rows: dict[tuple[str, str], list[Shot]] = {}
    for shot in shots:
        rows.setdefault((shot.endpoint, shot.visitor), []).append(shot)
    parts = [
        f"<h2>{escape(endpoint)} <small>{escape(visitor)}</small></h2><p>"
        + "".join(
            f'<a href="{escape(shot.file)}"><img src="{escape(shot.file)}" loading="lazy" '
            f'alt="{escape(shot.look.words)}"></a>'
            for shot in row
        )
        + "</p>"
        for (endpoint, visitor), row in sorted(rows.items())
    ]
    style = "img{height:320px;margin:4px;border:1px solid #ccc}body{font:15px system-ui;margin:2em}"
    (TARGET / "index.html").write_text(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Screens</title><style>{style}"
        f"</style><h1>{len(shots)} screens</h1>{''.join(parts)}"
        f"<p>Not reached: {escape(', '.join(missed) or 'none')}</p>"
    )
    draw_sheet([row for _, row in sorted(rows.items())])


def draw_sheet(rows: list[list[Shot]]) -> None:
    """Draw one picture: each page's looks side by side, as many pages to a line as fit."""
    groups = [
        (f"{row[0].endpoint} - {row[0].visitor}", [small(shot) for shot in row]) for row in rows
    ]
    places, left, top = [], MARGIN, MARGIN
    for title, pictures in groups:
        width = sum(picture.width + 6 for picture in pictures) + MARGIN
        if left + width > SHEET_WIDTH and left > MARGIN:
            left, top = MARGIN, top + SMALL + 30
        places.append((left, top, title, pictures))
        left += width
    sheet = Image.new("RGB", (SHEET_WIDTH, top + SMALL + 30), "white")
    pen = ImageDraw.Draw(sheet)
    for left, top, title, pictures in places:
        pen.text((left, top), title, fill="black")
        offset = left
        for picture in pictures:
            sheet.paste(picture, (offset, top + 16))
            offset += picture.width + 6
    sheet.save(TARGET / "sheet.png", optimize=True)


def small(shot: Shot) -> Image.Image:
    """Return the first screenful or two of a picture, small."""
    tall = 2 if shot.look.size == "phone" else 0.75
    with Image.open(TARGET / shot.file) as picture:
        height = min(picture.height, int(picture.width * tall))
        first = picture.convert("RGB").crop((0, 0, picture.width, height))
    first.thumbnail((SMALL * 2, SMALL))
    return first


if __name__ == "__main__":
    main()
