"""Tickets at a browser: got in a form, let in at the door by a camera that sees a film."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import segno
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from app.accounts.models import Person
from app.communities.models import Community
from app.core import clock
from app.core.database import db
from app.events.models import Event
from app.events.service.ticket_types import Terms, add_type
from tests.end_to_end.conftest import AXE, FLAGS, PATIENCE, PHONE, Site, Visitor
from tests.end_to_end.test_gatherings import stage_event

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]

WIDE, HIGH = 640, 480


def film_of(code: str, path: Path) -> Path:
    """Make a film for Chromium's fake camera: a ticket held still before it."""
    rows = [list(row) for row in segno.make(code, error="m", micro=False).matrix_iter(border=4)]
    scale = HIGH // len(rows)
    left = (WIDE - scale * len(rows)) // 2
    luma = bytearray(b"\xeb" * WIDE * HIGH)
    for y, row in enumerate(rows):
        for x, is_dark in enumerate(row):
            if is_dark:
                for line in range(y * scale, (y + 1) * scale):
                    begin = line * WIDE + left + x * scale
                    luma[begin : begin + scale] = b"\x10" * scale
    frame = b"FRAME\n" + bytes(luma) + b"\x80" * (WIDE * HIGH // 2)
    path.write_bytes(f"YUV4MPEG2 W{WIDE} H{HIGH} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 10)
    return path


def stage_tickets(site: Site, slug: str) -> tuple[Person, Person, str]:
    """Make an event that begins in an hour and gives away tickets."""
    organizer, member, path = stage_event(
        site, slug, size=20, starts_at=datetime.now(UTC) + timedelta(hours=1)
    )
    with site.staged():
        found = select(Event).where(Event.public_id == path.rpartition("/")[2])
        event = db.session.scalars(found).one()
        community = db.session.get_one(Community, event.community_id)
        terms = Terms(title="Friend of the house", price_minor=0, size=5)
        add_type(event, terms, community=community, now=clock.now())
    return organizer, member, path


@contextmanager
def camera_before(browser: Browser, film: Path, site: Site, person: Person) -> Iterator[Visitor]:
    """Seat somebody at a phone whose camera sees a film."""
    flags = [*FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    own = browser.browser_type.launch(
        executable_path=shutil.which("chromium"),
        args=[*flags, f"--use-file-for-fake-video-capture={film}"],
    )
    try:
        context = own.new_context(viewport=PHONE, has_touch=True, reduced_motion="reduce")  # type: ignore[arg-type]  # a plain dict of the right shape
        context.set_default_timeout(PATIENCE)
        context.add_init_script(path=AXE)
        yield Visitor(context.new_page(), site).sign_in(person)
    finally:
        own.close()


def test_a_ticket_is_got_on_a_phone_and_let_in_by_the_camera(
    site: Site, browser: Browser, new_visitor: Any, tmp_path: Path
) -> None:
    organizer, member, path = stage_tickets(site, "camera")
    visitor: Visitor = new_visitor("phone").sign_in(member)
    visitor.open(path).sees("0 of 20")
    visitor.page.locator("summary", has_text="Tickets, free").click()
    visitor.press("Go on").sees("Friend of the house")
    code = visitor.page.locator(".qr__text").inner_text()
    visitor.open(path).sees("You are going").follow("Open my ticket").sees(code)

    film = film_of(code.replace(" ", ""), tmp_path / "ticket.y4m")
    door = path.replace("/events/", "/desk/events/") + "/check-in"
    with camera_before(browser, film, site, organizer) as host:
        host.open(door).sees("0 of 1 have arrived")
        host.page.get_by_role("button", name="Scan tickets").click()
        scanned = host.page.locator("#scanned")
        expect(scanned).to_contain_text("Come in")
        expect(scanned).to_contain_text("Tom")
        expect(scanned).to_contain_text("Scanned before")  # it is still held before the camera
        host.check().sees("1 of 1 have arrived")
        host.page.get_by_role("button", name="Stop the camera").click()
        host.type("Code of the ticket", "nonsense").press("Check in", exact=True)
        expect(scanned).to_contain_text("Not a ticket of ours")


def test_tickets_need_no_scripts(site: Site, new_visitor: Any) -> None:
    organizer, member, path = stage_tickets(site, "plain-tickets")
    visitor: Visitor = new_visitor("phone", java_script_enabled=False).sign_in(member)
    visitor.open(path)
    visitor.page.locator("summary", has_text="Tickets, free").click()
    visitor.press("Go on")
    code = visitor.page.locator(".qr__text").inner_text()
    host: Visitor = new_visitor("phone", java_script_enabled=False).sign_in(organizer)
    host.open(path.replace("/events/", "/desk/events/") + "/check-in")
    host.type("Code of the ticket", code.lower()).press("Check in", exact=True)
    host.sees("Come in").sees("1 of 1 have arrived")
