"""A whole Kith for journeys: its own database, web and worker processes, and a real browser.

The rule: each journey is told in three settings (`in_each_setting`): on a phone, at a desk, and on
a phone without scripts. No page is wider than the screen, and nothing is refused that the journey
did not say would be. With scripts, axe reads every page, and nothing moves while a page arrives.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import update

from app import create_app
from app.accounts.models import Person, PersonSession
from app.core import clock
from app.core.database import db
from app.core.tokens import hash_token
from bench.processes import web_worker
from config import Settings
from tests.chromium import chromium
from tests.conftest import SECRET, DatabaseServer, settings_for
from tests.factories import new_session
from tests.processes import loaded_for_jobs
from tests.stripe_sandbox.sandbox import running

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
PHONE = {"width": 360, "height": 780}
DESK = {"width": 1440, "height": 900}
SCREENS = {"phone": PHONE, "desk": DESK}
COLOURS = {"phone": "dark", "desk": "light"}
FLAGS = (
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",  # no world
    "--use-fake-ui-for-media-stream",  # nobody is there to allow the camera
    "--use-fake-device-for-media-stream",
)
START_UP = 60.0
HOOK_SECRET = "whsec_journeys"
PATIENCE = 15_000  # milliseconds a page may take on a busy machine
_seen_by_axe: set[str] = set()
_browsers: list[Browser] = []
_until_all_journeys_are_over = ExitStack()

LEADS_ELSEWHERE = """(element, hasScripts) => {
  const link = element.closest('a[href]'), form = element.form;
  if (link) {
    const there = new URL(link.href), here = new URL(location.href);
    there.hash = here.hash = '';
    return !link.target && !link.hasAttribute('download') && there.href !== here.href;
  }
  const sends = form && element.type === 'submit' && element.formMethod !== 'dialog';
  const inPlace = hasScripts && element.closest('[hx-post], [hx-get]');
  return Boolean(sends && form.method !== 'dialog' && !inPlace
    && !form.target && (form.noValidate || element.formNoValidate || form.checkValidity()));
}"""
"""Whether pressing an element opens another page: neither a dialog, nor a file, nor a part."""

STAYS_HERE = "element => Boolean(element.closest('summary, [popovertarget]'))"
"""Whether pressing an element asks nobody for anything."""

WATCHES_SHIFTS = """{
  const watch = new PerformanceObserver(list => take(list.getEntries()));
  const words = ({node}) => (node?.outerHTML ?? node?.textContent ?? '').trim().slice(0, 80);
  let found = {moved: 0, what: []};
  let take = entries => entries.filter(one => !one.hadRecentInput).forEach(one => {
    found.moved += one.value;
    found.what.push(...one.sources.map(words));
  });
  watch.observe({type: 'layout-shift', buffered: true});
  window.whatMoved = () => {
    take(watch.takeRecords());
    const told = found;
    found = {moved: 0, what: []};
    take = () => {};
    return told;
  };
}"""
"""Adds up by how much a page moved while it arrived; asked again it answers 0: answers move it."""
LOOKS_AT_PAGE = """() => {
  if (document.contentType !== 'text/html') return null;
  const told = /^(class|type|role|lang|rel|data-theme|aria-(?!label|describedby|controls).*)$/;
  const say = ({name, value}) => told.test(name) ? `${name}=${value}` : name;
  const tags = [...document.querySelectorAll('*')].map(
    one => [one.localName, one.sheet && one.href, ...[...one.attributes].map(say)]);
  const all = [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, ...tags].join();
  let one = 0, other = 0;
  for (let place = 0; place < all.length; place++) {
    one = Math.imul(one ^ all.charCodeAt(place), 16777619);
    other = Math.imul(other + all.charCodeAt(place), 2654435761);
  }
  return {
    shape: `${one} ${other}`,
    over: document.scrollingElement.scrollWidth - innerWidth,
    ...window.whatMoved?.(),
  };
}"""
"""What a check needs of a page: a digest of its shape (elements, classes and states, sheets and
screen, whatever words there are), by how much it is too wide, and with scripts how it moved."""
ASKS_AXE = """async () => {
  // what it would load again first is asked by a rule on sound alone
  const asked = {resultTypes: ['violations'], preload: false};
  return (await window.axe.run(document, asked)).violations;
}"""
MOST_MOVED = 0.03  # a third of what the field calls good, for a page that arrives in pieces

expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Setting:
    """Where a journey is told: on which screen, and whether the browser runs scripts."""

    screen: str
    has_scripts: bool = True

    def __str__(self) -> str:
        """Return a word for names and addresses."""
        return self.screen if self.has_scripts else f"{self.screen}-plain"


AT_A_DESK = Setting("desk")
WITHOUT_SCRIPTS = Setting("phone", has_scripts=False)
in_each_setting = pytest.mark.parametrize(
    "setting", [Setting("phone"), AT_A_DESK, WITHOUT_SCRIPTS], ids=str
)


@dataclass(frozen=True)
class Site:
    """A running Kith."""

    address: str
    database: str
    data: Path
    environment: dict[str, str]
    log: Path

    def setup_link(self) -> str:
        """Return the one-time address that the first start prints, maybe after its first answer."""
        deadline = time.monotonic() + PATIENCE / 1000
        while not (found := re.search(r"https?://\S+/setup/\S+", self.log.read_text())):
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)
        return found.group()

    @cached_property
    def app(self) -> Flask:
        """The same application in this process, to stage rows with."""
        return create_app(self.settings())

    @contextmanager
    def staged(self) -> Iterator[None]:
        """Let a test make rows with the factories; they are committed at the end."""
        with self.app.app_context():
            yield
            db.session.commit()
            db.session.close()
            db.engine.dispose()

    def settings(self) -> Settings:
        """Return the settings the site runs with."""
        return settings_for(self.environment["DATABASE_URL"], data=self.data, base_url=self.address)

    def cookie_of(self, person: Person) -> str:
        """Return the cookie of a browser in which this person has signed in a moment ago."""
        with self.app.app_context():
            token = new_session(person.id)
            here = PersonSession.token_hash == hash_token(token)
            db.session.execute(update(PersonSession).where(here).values(proved_at=clock.now()))
            db.session.commit()
            signer = SecureCookieSessionInterface().get_signing_serializer(self.app)
            db.engine.dispose()
        assert signer is not None
        return str(signer.dumps({"_user_id": token, "_fresh": True}))

    def kith(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the kith command beside the running one."""
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )


def set_free(*rows: Any) -> None:
    """Commit staged rows, and let them be read after the staging is over."""
    db.session.commit()
    for row in rows:
        db.session.refresh(row)
        db.session.expunge(row)


def free_port() -> int:
    """Return a port nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_site(
    server: DatabaseServer, name: str, data: Path, *, takes_cards: bool = True
) -> Iterator[Site]:
    """Serve a database until the test is over, beside a local Stripe where there is one to pay."""
    port = free_port()
    notices = ("--notices", f"http://localhost:{port}/stripe/notices", "--secret", HOOK_SECRET)
    beside = running(data.parent / f"{name}-stripe", *notices) if takes_cards else nullcontext()
    with beside as stripe:
        yield from _serve(server, name, data, port, stripe)


def _serve(
    server: DatabaseServer, name: str, data: Path, port: int, stripe: str | None
) -> Iterator[Site]:
    environment = {
        **os.environ,
        "DATABASE_URL": server.url(name),
        "KITH_DATA": str(data),
        "KITH_SECRET_KEY": SECRET,
        "PORT": str(port),
        "KITH_ENVIRONMENT": "test",
        "KITH_LOG": "warning",
        "KITH_REPLY_DOMAIN": "reply.kith.test",
    }
    if stripe:
        environment |= {
            "KITH_STRIPE_KEY": f"sk_test_{name.replace('-', '_')}",
            "KITH_STRIPE_BASE": stripe,
            "KITH_STRIPE_WEBHOOK_SECRETS": HOOK_SECRET,
        }
    path = data.parent / f"{name}.log"
    log = path.open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", "--processes", "1"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    site = Site(f"http://localhost:{port}", name, data, environment, path)
    try:
        wait_until_ready(site, process)
        yield site
        assert loaded_for_jobs(web_worker(process.pid)) == []  # by whatever page was opened
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)
        log.close()


def wait_until_ready(site: Site, process: subprocess.Popen[bytes]) -> None:
    """Wait until the site answers; fail with its log when it does not."""
    deadline = time.monotonic() + START_UP
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{site.address}/healthz", timeout=2):  # noqa: S310 - ours
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the site did not start:\n{site.log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def site(
    server: DatabaseServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """An empty Kith, shared by the journeys of this process."""
    name = server.create(template=template)
    yield from start_site(server, name, tmp_path_factory.mktemp("site") / "data")
    server.drop(name)


@pytest.fixture
def empty_site(server: DatabaseServer, template: str, tmp_path: Path) -> Iterator[Site]:
    """A Kith of one test's own, as it is after installation."""
    name = server.create(template=template)
    yield from start_site(server, name, tmp_path / "data", takes_cards=False)
    server.drop(name)


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the browser's camera sees; it is opened anew each time the camera is."""
    return tmp_path_factory.mktemp("camera") / "film.y4m"


@pytest.fixture
def browser(film: Path) -> Browser:
    """One browser for all journeys."""
    if not _browsers:
        opened = chromium(*FLAGS, f"--use-file-for-fake-video-capture={film}")
        _browsers.append(_until_all_journeys_are_over.enter_context(opened))
    return _browsers[0]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    """Close the browser after the last journey: left open, its event loop would disturb others."""
    try:
        return (yield)
    finally:
        if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
            _browsers.clear()
            _until_all_journeys_are_over.close()


@cache
def axe() -> str:
    """Return the program that looks for what shuts people out."""
    return AXE.read_text()


@dataclass
class Visitor:
    """Someone at a browser: every page they see is checked for errors and by axe."""

    page: Page
    site: Site
    steps: int = 0
    visited: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    has_scripts: bool = True
    _arrived: set[str] = field(default_factory=set)
    _refusals: list[str] = field(default_factory=list)
    _answered: set[str] = field(default_factory=set)
    _complaints: list[tuple[str, str]] = field(default_factory=list)
    _awaited: int | None = None

    def __post_init__(self) -> None:
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("response", self._note_response)
        self.page.on("framenavigated", self._note_arrival)
        self.page.on("request", self._note_request)
        self.page.add_init_script(WATCHES_SHIFTS)

    def sign_in(self, person: Person) -> "Visitor":
        """Begin as somebody who signed in just before."""
        value = self.site.cookie_of(person)
        self.page.context.add_cookies([{"name": "kith", "value": value, "url": self.site.address}])
        return self

    def open(self, path: str, *, refused: int | None = None) -> "Visitor":
        """Open a page by its address (a step) and check it."""
        self.steps += 1
        with self.being_refused(refused):
            self.page.goto(path if path.startswith("http") else self.site.address + path)
            return self.check()

    def press(
        self, name: str, *, role: str = "button", exact: bool = False, refused: int | None = None
    ) -> "Visitor":
        """Press a button or follow a link by its name (a step) and check the page it leads to."""
        named = self.page.get_by_role(role, name=name, exact=exact)  # type: ignore[arg-type]
        return self.use(named.first, refused=refused)

    def use(self, target: Locator, *, refused: int | None = None) -> "Visitor":
        """Press something that its name alone does not find (a step), and check what comes."""
        self.steps += 1
        with self.being_refused(refused):
            if target.evaluate(LEADS_ELSEWHERE, self.has_scripts):
                self._go(target)
            elif target.evaluate(STAYS_HERE):
                target.click()
            else:
                target.click()
                self.page.wait_for_load_state("networkidle")
            return self.check()

    def press_in_dialog(self, name: str) -> "Visitor":
        """Open the dialog behind a button, and press the button of the same name in it."""
        self.press(name)
        return self.use(self.page.get_by_role("dialog").get_by_role("button", name=name))

    def take_seat(self, name: str, address: str) -> "Visitor":
        """Ask for a seat as a stranger; the form is folded on a phone and open at a desk."""
        sheet = self.page.locator("summary", has_text="Take a seat")
        if sheet.is_visible():
            self.use(sheet)
        self.type("Name", name).type("E-mail", address)
        return self.use(self.page.get_by_role("button", name="Take a seat").last)

    @contextmanager
    def being_refused(self, status: int | None) -> Iterator[None]:
        """Say that an answer will be a refusal of this kind; one that was not said is trouble."""
        before, self._awaited = len(self._refusals), status
        try:
            yield
        finally:
            self._awaited = None
        assert status is None or len(self._refusals) > before, f"{self.page.url} was not refused"

    def _go(self, target: Locator) -> None:
        """Click and wait for the next page: shorter than to wait until nothing moves any more."""
        with self.page.expect_navigation(wait_until="load"):
            target.click()

    def follow(self, name: str, *, exact: bool = False) -> "Visitor":
        """Follow a link by its name (a step)."""
        return self.press(name, role="link", exact=exact)

    def type(self, label: str, text: str, *, exact: bool = False) -> "Visitor":
        """Type into a field by its label (a step)."""
        self.steps += 1
        self.page.get_by_label(label, exact=exact).first.fill(text)
        return self

    def choose(self, label: str, option: str) -> "Visitor":
        """Choose an option by its label (a step)."""
        self.steps += 1
        self.page.get_by_label(label).first.select_option(label=option)
        return self

    def tick(self, label: str) -> "Visitor":
        """Tick a box or a radio by its label (a step)."""
        self.steps += 1
        self.page.get_by_label(label).first.check()
        return self

    def wait_at(self, path: str, text: str) -> "Visitor":
        """Open a page again and again, until the site's worker has put words into its middle."""
        deadline = time.monotonic() + START_UP
        while text not in self.open(path).page.inner_text("main"):
            assert time.monotonic() < deadline, f"{text} did not come to {path}"
            time.sleep(0.3)
        return self

    def sees(self, text: str) -> "Visitor":
        """Expect words on the page."""
        expect(self.page.locator("body")).to_contain_text(text)
        return self

    def sees_not(self, text: str) -> "Visitor":
        """Expect words not to be on the page."""
        expect(self.page.locator("body")).not_to_contain_text(text)
        return self

    def check(self) -> "Visitor":
        """Expect no trouble so far, and no violation found by axe on this page."""
        self.visited.append(self.page.url)
        self.tell_troubles()
        found = self.page.evaluate(LOOKS_AT_PAGE)
        if found:
            over, url = found["over"], self.page.url
            assert over <= 0, f"{url} is {over} px wider than the screen"
            if self.has_scripts:  # without them the page is the same, and axe's timers stand still
                self._ask_axe(found["shape"])
                moved = f"{url} moved by {found['moved']} as it arrived: {found['what']}"
                assert found["moved"] < MOST_MOVED, moved
        return self

    def tell_troubles(self) -> None:
        """Fail with what went wrong since it was last told."""
        said = [words for address, words in self._complaints if address not in self._answered]
        found = [*self.troubles, *said]
        self.troubles.clear()
        self._complaints.clear()
        assert not found, found

    def leave(self) -> None:
        """Expect that nothing went wrong after the last look, and that no page went unlooked at."""
        if not self.page.is_closed():
            self.page.title()  # lets what the browser still has to say arrive
        self.tell_troubles()
        missed = self._arrived - {bare(address) for address in self.visited}
        assert not missed, f"nobody looked at {missed}"

    def _ask_axe(self, shape: str) -> None:
        """Expect axe to find nothing; of pages of one shape it sees the first."""
        if shape in _seen_by_axe:
            return
        self.page.evaluate(axe())
        violations: list[dict[str, Any]] = self.page.evaluate(ASKS_AXE)
        found = [
            f"{v['id']}: {v['nodes'][0]['html'][:200]} {v['nodes'][0]['any']}" for v in violations
        ]
        assert not found, f"{self.page.url}: {found}"
        _seen_by_axe.add(shape)

    def mail(self, address: str, subject: str = "", *, having: str = "") -> "Visitor":
        """Open the newest mail to an address in the outbox page, waiting until it was written.

        With ``having`` it waits for one with a link that has these words: another mail to
        the same address may have come before it.
        """
        deadline = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < deadline:
            self.page.goto(f"{self.site.address}/dev/outbox")
            rows = self.page.get_by_role("row").filter(has_text=address)
            if subject:
                rows = rows.filter(has_text=subject)
            if rows.count():
                self.check().use(rows.first.get_by_role("link").first)
                if not having or self._links(having):
                    return self
            time.sleep(0.3)
        raise AssertionError(f"no mail to {address} about {subject!r} with {having!r}")

    def link_of_mail(self, address: str, subject: str = "", *, having: str = "") -> str:
        """Return the first link (having some words) in the newest mail to an address."""
        return self.mail(address, subject, having=having or "://")._links(having)[0]

    def _links(self, having: str) -> list[str]:
        """Return the links of this page's words that have some words."""
        found = re.findall(r"https?://[^\s)>\]]+", self.page.locator("body").inner_text())
        return [one.rstrip(".,") for one in found if having in one]

    def _note_arrival(self, frame: Any) -> None:
        if frame == self.page.main_frame and frame.url != "about:blank":
            self._arrived.add(bare(frame.url))

    def _note_console(self, message: Any) -> None:
        if message.type != "error":
            return
        if "status of 4" in message.text:  # of an answer that is judged itself, if it was noted
            self._complaints.append((message.location["url"], f"console: {message.text}"))
        else:
            self.troubles.append(f"console: {message.text}")

    def _note_request(self, request: Any) -> None:
        if request.resource_type == "document" or request.url.startswith(("data:", "blob:")):
            return
        here = urlsplit(request.frame.url).netloc
        if urlsplit(request.url).netloc != here:
            self.troubles.append(f"a page of {here} asks for {request.url}")

    def _note_response(self, response: Any) -> None:
        if response.status < 400:
            return
        self._answered.add(response.url)
        in_person = response.request.resource_type in {"document", "xhr", "fetch"}
        if in_person and response.status == self._awaited:
            self._refusals.append(response.url)
        else:
            self.troubles.append(f"{response.status}: {response.url}")


def bare(address: str) -> str:
    """Return an address without the place within its page."""
    return address.partition("#")[0]


@pytest.fixture
def new_visitor(browser: Browser, site: Site) -> Iterator[Any]:
    """Seat a new visitor at a browser of their own, on a phone or at a desk."""
    visitors: list[Visitor] = []

    def seat(setting: str | Setting = "desk", *, at: Site | None = None, **options: Any) -> Visitor:
        place = setting if isinstance(setting, Setting) else Setting(setting)
        screen = place.screen
        has_scripts = options.pop("java_script_enabled", place.has_scripts)
        context = browser.new_context(
            java_script_enabled=has_scripts,
            viewport=SCREENS[screen],  # type: ignore[arg-type]  # a plain dict of the right shape
            color_scheme=options.pop("color_scheme", COLOURS[screen]),
            has_touch=screen == "phone",
            reduced_motion="reduce",  # axe must not measure a colour half-way
            locale=options.pop("locale", "en-GB"),
            timezone_id=options.pop("zone", "Europe/Berlin"),
            **options,
        )
        context.set_default_timeout(PATIENCE)
        visitors.append(Visitor(context.new_page(), at or site, has_scripts=has_scripts))
        return visitors[-1]

    yield seat
    try:
        for visitor in visitors:
            visitor.leave()
    finally:
        for visitor in visitors:
            visitor.page.context.close()
