"""Have a demo write the mails whose links lead to pages, and say where they lead.

Nothing is sent: the demo keeps its mails in the outbox, where their links can be read.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from app.cli.demodata.sign_ins import PASSWORD

HERE = "/c/lantern-street"
PATIENCE = 40  # seconds until the jobs have written the mails
GUEST, NEW = "somebody@demo.example", "fresh@demo.example"
MAILED = ("/sign-up/", "/password/", "/sign-in/link/", "/address/", "/seat/", "/tickets/claim/",
          "/ticket/", "/unsubscribe/", f"{HERE}/claim/")  # fmt: skip
"""How the addresses begin that only a mail tells."""


def mailed_paths(browser: Browser, address: str) -> list[str]:
    """Ask for the mails as people do, and return the paths their links lead to."""
    with _page(browser) as page:
        seen = _as_a_stranger(page, address)
    with _page(browser) as page:
        _come_in(page, address, "moderator@demo.example")
        seen += _as_the_moderator(page, address)
    with _page(browser) as page:
        _come_in(page, address, "owner@demo.example")
        seen += _as_the_owner(page, address)
    return seen + _wait_for_links(browser, address)


def _as_a_stranger(page: Page, address: str) -> list[str]:
    """Ask for an account, a password, a link to come in, a seat and a free ticket."""
    _send(page, f"{address}/sign-up", email=NEW)
    sent = urlsplit(page.url).path
    _send(page, f"{address}/password", email="member@demo.example")
    _send(page, f"{address}/sign-in/link", email="newcomer@demo.example")
    page.goto(f"{address}{HERE}/events")
    page.get_by_role("link", name="Winter long table").first.click()
    _send(page, page.url, name="Somebody", email=GUEST)
    page.goto(f"{address}{HERE}/events")
    page.get_by_role("link", name="Film night").first.click()
    page.locator("li:has-text('Helper') select").first.select_option("1")
    _send(page, page.url, name="Somebody", email=GUEST)
    return [sent]


def _as_the_moderator(page: Page, address: str) -> list[str]:
    """Take a free ticket as a member, change an address, and write to somebody met here."""
    page.goto(f"{address}{HERE}/events")
    page.get_by_role("link", name="Film night").first.click()
    page.locator("li:has-text('Helper') select").first.select_option("1")
    page.locator("form:has(select[name^=n_]) button[type=submit]").last.click()
    page.wait_for_load_state("load")
    tickets = urlsplit(page.url).path
    page.goto(f"{address}/settings/address")
    if page.locator("main input[name=password]").count():  # fresh proof is asked for first
        _send(page, page.url, password=PASSWORD)
    _send(page, f"{address}/settings/address", email="elodie@demo.example")
    page.goto(f"{address}{HERE}/messages")
    page.locator("main a[href*='/messages/']").first.click()
    _send(page, page.url, words="Et mercredi ?")
    return [tickets]


def _as_the_owner(page: Page, address: str) -> list[str]:
    """Look up the link of an invitation, and bring a list whose people are invited by mail."""
    page.goto(f"{address}{HERE}/desk/invitations")
    page.locator("main a[href*='/desk/invitations/']").first.click()
    page.wait_for_load_state("load")
    links = re.findall(r'value="http[^"]+?(/invitations/[\w.-]+)"', page.content())
    _send(page, f"{address}{HERE}/desk/imports", pasted="Ada Example <ada@demo.example>")
    brought = urlsplit(page.url).path
    page.locator("main [name=invites]").check()
    page.locator("main form:has([name=invites]) button[type=submit]").last.click()
    page.wait_for_load_state("load")
    return [*links[:1], brought]


def _come_in(page: Page, address: str, who: str) -> None:
    page.goto(address)
    page.locator(f"form:has(input[value='{who}']) button").click()
    page.wait_for_load_state("load")


@contextmanager
def _page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en")
    yield context.new_page()
    context.close()


def _send(page: Page, url: str, **values: str) -> None:
    """Fill the form that has a field of the first name, and send it."""
    if page.url != url:
        page.goto(url)
    form = page.locator(f"main form:has([name={next(iter(values))}])").first
    for name, value in values.items():
        form.locator(f"[name={name}]").first.fill(value)
    form.locator("button[type=submit]").last.click()
    page.wait_for_load_state("load")


def _wait_for_links(browser: Browser, address: str) -> list[str]:
    """Return the links of the mails, once every kind has been written."""
    deadline = time.monotonic() + PATIENCE
    with _page(browser) as page:
        while True:
            page.goto(f"{address}/dev/outbox")
            mails = _links(page, address, ("/dev/outbox/",))
            found: list[str] = []
            for mail in mails:
                page.goto(address + mail)
                found += _links(page, address, MAILED)
            known = {begin for begin in MAILED if any(path.startswith(begin) for path in found)}
            if len(known) == len(MAILED) or time.monotonic() > deadline:
                return found + mails[:1]
            page.wait_for_timeout(1000)


def _links(page: Page, address: str, beginnings: tuple[str, ...]) -> list[str]:
    links: list[str] = page.eval_on_selector_all("main a[href]", "all => all.map(a => a.href)")
    own = [link for link in links if link.startswith(address)]
    paths = [urlsplit(link).path for link in own]
    return [path for path in dict.fromkeys(paths) if path.startswith(beginnings)]
