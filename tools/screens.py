"""Photograph every page on one sheet: build/screens/index.html and sheet.png.

usage: tools/screens.sh [address of a running demo]

Pages come from the app's own map of addresses; their arguments from walking the demo as each of
its people, and from the mails in its outbox. A page that is not reached fails, unless it is
excused. Without an address a demo is started in a folder of its own, and stopped again.
"""

import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from tests.chromium import chromium
from tools.demo import running_demo
from tools.mailed import mailed_paths
from tools.sheet import TARGET, Look, Shot, write_sheet

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
    r"^web\.|^health\.|export|\.feed$|calendar|preview|mark|_csv|picture|_code$|rejects|home\.file|letter"
)
EXCUSED = {
    "accounts.code": "only for who has set up a second factor, which needs a telephone",
    "accounts.setup": "only while nobody looks after an installation: a demo has an owner",
    "billing.account_return": "only on the way back from Stripe's questions to an organizer",
    "communities.choose_account": "only beside accounts of an import that are linked to nobody",
}
"""Pages that are not on the sheet, and why."""
MOST_STEPS = 350  # pages one person looks at while the arguments are gathered
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
    with running_demo(sys.argv[1:]) as address, chromium() as browser:
        routes, wanted = routes_of_the_app()
        visitors = sign_everyone_in(browser, address)
        mailed = mailed_paths(browser, address)
        for visitor in visitors:
            # What strangers see comes first, so that all are taken in the same community.
            first = list(visitors[0].found.values())
            walk(browser, address, visitor, routes, first or mailed)
        shots = list(photograph(browser, address, visitors))
    missed = sorted(wanted - {shot.endpoint for shot in shots})
    write_sheet(shots, [f"{name} ({EXCUSED.get(name, 'NOT EXCUSED')})" for name in missed])
    print(f"{len(shots)} pictures in {TARGET / 'index.html'}; not reached, but excused:")
    for name in sorted(EXCUSED.keys() & set(missed)):
        print(f"  {name}: {EXCUSED[name]}")
    _refuse(set(missed))


def _refuse(missed: set[str]) -> None:
    """Fail where a page is not on the sheet without a reason, or a reason has outlived itself."""
    faults = [f"not reached: {name}" for name in sorted(missed - EXCUSED.keys())]
    faults += [f"excused, but reached: {name}" for name in sorted(EXCUSED.keys() - missed)]
    if faults:
        sys.exit("\n".join(faults))


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


if __name__ == "__main__":
    main()
