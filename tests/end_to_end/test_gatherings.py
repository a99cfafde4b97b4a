"""Gatherings at a browser: a link from a chat, the door, people brought from a list, no scripts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from app.accounts.models import Person
from app.communities.models import Contact
from app.core.database import db
from tests.end_to_end.conftest import Site, Visitor
from tests.factories import make_community, make_event, make_member, person_of

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]


def stage_event(site: Site, slug: str, **values: Any) -> tuple[Person, Person, str]:
    """Make a community with an organizer, a member and an event; return the event's path."""
    with site.staged():
        community = make_community(slug=slug, name=f"The {slug}")
        organizer = make_member(community, role="organizer", name="Ines")
        member = make_member(community, name="Tom")
        event = make_event(community, **values)
        people = person_of(organizer), person_of(member)
        path = f"/c/{slug}/events/{event.public_id}"
        db.session.commit()
        for person in people:
            db.session.refresh(person)
            db.session.expunge(person)
    return (*people, path)


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_a_member_takes_a_seat_in_one_tap_and_gives_it_back(
    site: Site, new_visitor: Any, screen: str
) -> None:
    _, member, path = stage_event(site, f"tap-{screen}", size=3)
    visitor: Visitor = new_visitor(screen).sign_in(member)
    visitor.open(path).sees("0 of 3").press("Take a seat").sees("You are going").sees("1 of 3")
    visitor.page.get_by_text("Change or give back").click()
    visitor.press("Give my seat back").sees("0 of 3")


def test_the_door_takes_in_by_name_on_a_phone(site: Site, new_visitor: Any) -> None:
    organizer, member, path = stage_event(
        site, "door", starts_at=datetime.now(UTC) + timedelta(hours=1)
    )
    visitor: Visitor = new_visitor("phone").sign_in(member)
    visitor.open(path).press("Take a seat").sees("You are going")
    host: Visitor = new_visitor("phone").sign_in(organizer)
    door = path.replace("/events/", "/desk/events/") + "/check-in"
    host.open(door).sees("0 of 1 have arrived").press("Tom is here").sees("1 of 1 have arrived")
    host.press("Undo the check-in of Tom").sees("0 of 1 have arrived")
    host.press("Tom is here").sees("1 of 1 have arrived")
    host.page.locator(".door__walk-in").get_by_label("Name").fill("Walk-in Wanda")
    host.press("Take in").sees("Walk-in Wanda")
    csv = host.page.context.request.get(
        site.address + path.replace("/events/", "/desk/events/") + "/attendees.csv"
    )
    assert "Walk-in Wanda" in csv.text()


def test_a_cancelled_event_tells_those_who_were_going(site: Site, new_visitor: Any) -> None:
    organizer, member, path = stage_event(site, "cancelled")
    with site.staged():
        address = db.session.get_one(Person, member.id).emails[0].address
    new_visitor("phone").sign_in(member).open(path).press("Take a seat").sees("You are going")
    host: Visitor = new_visitor("desk").sign_in(organizer)
    host.open(path).follow("Cancel it")
    host.page.get_by_role("main").get_by_role("textbox").first.fill("The bridge is closed")
    host.page.get_by_role("main").get_by_role("button").last.click()
    host.page.wait_for_load_state("networkidle")
    host.check().mail(address, "cancel").sees("The bridge is closed")


def test_three_hundred_people_are_brought_by_pasting(site: Site, new_visitor: Any) -> None:
    organizer, _, _ = stage_event(site, "pasted")
    pasted = "\n".join(f"Person {n} <person{n}@pasted.example>" for n in range(300))
    host: Visitor = new_visitor("desk").sign_in(organizer)
    host.open("/c/pasted/desk/imports").type("Or addresses", pasted).press("Look at it first")
    host.sees("300").page.get_by_role("button", name="Add 300 people").click()
    # the page that waits for the job opens itself again, so it is looked at when all is done
    expect(host.page.get_by_role("link", name="See them")).to_be_visible(timeout=60_000)
    host.check().follow("See them").sees("Person 1")
    with site.staged():
        brought = db.session.scalar(
            select(func.count(Contact.id)).where(Contact.email.like("%@pasted.example"))
        )
    assert brought == 300


def test_a_stranger_needs_no_scripts(site: Site, new_visitor: Any) -> None:
    _, _, path = stage_event(site, "plain", size=2)
    visitor: Visitor = new_visitor("phone", java_script_enabled=False)
    visitor.open(path).sees("0 of 2")
    visitor.page.locator("summary", has_text="Take a seat").click()
    visitor.type("Name", "Li").type("E-mail", "li@plain.example")
    visitor.page.get_by_role("button", name="Take a seat").last.click()
    visitor.page.wait_for_load_state("load")
    visitor.open(visitor.link_of_mail("li@plain.example", having="/seat/"))
    visitor.press("Yes, this seat is mine").sees("You are going")


@pytest.mark.parametrize("page", ["members", "card", "events", "matches", "leave", "rules"])
def test_a_members_pages_need_no_scripts(site: Site, new_visitor: Any, page: str) -> None:
    _, member, _ = stage_event(site, f"quiet-{page}")
    visitor: Visitor = new_visitor("phone", java_script_enabled=False).sign_in(member)
    visitor.open(f"/c/quiet-{page}/{page}").sees(f"The quiet-{page}")
