"""The whole loop without JavaScript: from a new account to a guest who is checked in."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.database import db
from app.events.models import Event
from tests.end_to_end.conftest import Setting, Site, Visitor
from tests.end_to_end.test_first_minutes import next_week
from tests.end_to_end.test_people import sign_up, stage_account

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_founding_to_check_in_needs_no_scripts(site: Site, new_visitor: Any, screen: str) -> None:
    plain = Setting(screen, has_scripts=False)
    host: Visitor = new_visitor(plain)
    sign_up(host, f"host-{screen}@quiet.example")
    name = f"Quiet {screen} readers"
    host.open("/communities/new").type("Name", name).type("Purpose", "Reading in the library")
    host.press("Found it").sees(f"{name} is founded")
    slug = re.search(r"/c/([\w-]+)", host.page.url)
    assert slug
    home = f"/c/{slug[1]}"
    host.open(f"{home}/events/new").type("Title", "Silent reading")
    host.type("Day", next_week()).type("Starts at", "18:00").type("Ends at", "19:30")
    host.type("Seats", "3").press("Announce it").sees("It is announced")
    address = host.page.url

    guest: Visitor = new_visitor(plain)
    guest.open(address).take_seat("Li", f"li-{screen}@quiet.example")
    guest.open(guest.link_of_mail(f"li-{screen}@quiet.example", having="/seat/"))
    guest.press("Yes, this seat is mine").sees("You are going")

    member: Visitor = new_visitor(plain)
    member.sign_in(stage_account(site, f"mo-{screen}@quiet.example"))
    member.open(f"{home}/join").type("Your name here", "Mo").press("Join", exact=True)
    member.open(address).press("Take a seat").sees("You are going").sees("2 of 3")

    let_it_begin_soon(site, address.rsplit("/", 1)[1])
    door = address.replace("/events/", "/desk/events/") + "/check-in"
    host.open(door).sees("0 of 2 have arrived")
    host.page.get_by_role("searchbox").fill("Li")
    host.press("Search").sees("Li").press("Li is here")
    host.sees("1 of 2 have arrived").open(door).sees("1 of 2 have arrived").press(
        "Mo is here"
    ).sees("2 of 2 have arrived")


def let_it_begin_soon(site: Site, public_id: str) -> None:
    """Bring an event so near that its door is open."""
    move(site, public_id, begins_in=timedelta(minutes=30), lasts=timedelta(hours=1))


def let_it_be_over(site: Site, public_id: str) -> None:
    """Let an event have ended a minute ago."""
    move(site, public_id, begins_in=-timedelta(minutes=2), lasts=timedelta(minutes=1))


def move(site: Site, public_id: str, *, begins_in: timedelta, lasts: timedelta) -> None:
    """Let an event take place at another time."""
    with site.staged():
        event = db.session.scalars(select(Event).where(Event.public_id == public_id)).one()
        event.starts_at = clock.now() + begins_in
        event.ends_at = event.starts_at + lasts
