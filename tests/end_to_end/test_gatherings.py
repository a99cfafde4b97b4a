"""Gatherings at a browser: a link from a chat, the door, a cancellation, a member's own pages."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.accounts.models import Person
from app.core.database import db
from tests.end_to_end.conftest import (
    AT_A_DESK,
    WITHOUT_SCRIPTS,
    Setting,
    Site,
    Visitor,
    in_each_setting,
    set_free,
)
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
        set_free(*people)
    return (*people, path)


@in_each_setting
def test_a_member_takes_a_seat_in_one_tap_and_gives_it_back(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    _, member, path = stage_event(site, f"tap-{setting}", size=3)
    visitor: Visitor = new_visitor(setting).sign_in(member)
    visitor.open(path).sees("0 of 3").press("Take a seat").sees("You are going").sees("1 of 3")
    visitor.use(visitor.page.get_by_text("Change or give back"))
    visitor.press("Give my seat back").sees("0 of 3")


@in_each_setting
def test_the_door_takes_in_by_name(site: Site, new_visitor: Any, setting: Setting) -> None:
    organizer, member, path = stage_event(
        site, f"door-{setting}", starts_at=datetime.now(UTC) + timedelta(hours=1)
    )
    visitor: Visitor = new_visitor(setting).sign_in(member)
    visitor.open(path).press("Take a seat").sees("You are going")
    host: Visitor = new_visitor(setting).sign_in(organizer)
    seats = path.replace("/events/", "/desk/events/")
    host.open(f"{seats}/check-in").sees("0 of 1 have arrived")
    press_in_place(host, "Tom is here")
    host.sees("1 of 1 have arrived")
    press_in_place(host, "Undo the check-in of Tom")
    host.sees("0 of 1 have arrived").press("Tom is here").sees("1 of 1 have arrived")
    host.page.locator(".door__walk-in").get_by_label("Name").fill("Walk-in Wanda")
    press_in_place(host, "Take in")
    host.sees("Walk-in Wanda")
    csv = host.page.context.request.get(f"{site.address}{seats}/attendees.csv")
    assert "Walk-in Wanda" in csv.text()


def press_in_place(host: Visitor, name: str) -> None:
    """Press a button: with scripts a part of the page is changed under the strict policy."""
    if not host.has_scripts:
        host.press(name)
        return
    host.page.evaluate("() => { window.isStillHere = true; }")
    with host.page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        host.press(name)
    assert sent.value.status == 200
    assert sent.value.request.headers["hx-request"] == "true"
    assert "x-csrftoken" in sent.value.request.headers
    assert sent.value.request.resource_type in {"xhr", "fetch"}
    assert host.page.evaluate("() => window.isStillHere"), "the whole page was opened again"


def test_a_form_that_opens_a_whole_page_is_told_from_one_in_place(
    site: Site, new_visitor: Any
) -> None:
    organizer, _, path = stage_event(
        site, "door-control", starts_at=datetime.now(UTC) + timedelta(hours=1)
    )
    host: Visitor = new_visitor(AT_A_DESK).sign_in(organizer)
    host.open(path.replace("/events/", "/desk/events/") + "/check-in")
    host.page.locator(".door__walk-in").get_by_label("Name").fill("Walk-in Wanda")
    host.page.evaluate(
        """() => document.querySelectorAll('form').forEach(form => {
          form.removeAttribute('hx-post');
          form.replaceWith(form.cloneNode(true));
        })"""
    )
    with pytest.raises(AssertionError, match="303"):
        press_in_place(host, "Take in")
    host.sees("Walk-in Wanda")


@in_each_setting
def test_a_cancelled_event_tells_those_who_were_going(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    organizer, member, path = stage_event(site, f"cancelled-{setting}")
    with site.staged():
        address = db.session.get_one(Person, member.id).emails[0].address
    new_visitor(setting).sign_in(member).open(path).press("Take a seat").sees("You are going")
    host: Visitor = new_visitor(setting).sign_in(organizer)
    host.open(path).follow("Cancel it")
    host.page.get_by_role("main").get_by_role("textbox").first.fill("The bridge is closed")
    host.use(host.page.get_by_role("main").get_by_role("button").last)
    host.mail(address, "cancel").sees("The bridge is closed")


@in_each_setting
def test_a_stranger_has_a_seat_from_a_link_in_a_chat(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    _, _, path = stage_event(site, f"plain-{setting}", size=2)
    address = f"li@{setting}.example"
    visitor: Visitor = new_visitor(setting)
    visitor.open(path).sees("0 of 2").take_seat("Li", address)
    visitor.open(visitor.link_of_mail(address, having="/seat/"))
    visitor.press("Yes, this seat is mine").sees("You are going")


@pytest.mark.parametrize("page", ["members", "card", "events", "matches", "leave", "rules"])
def test_a_members_pages_need_no_scripts(site: Site, new_visitor: Any, page: str) -> None:
    _, member, _ = stage_event(site, f"quiet-{page}")
    visitor: Visitor = new_visitor(WITHOUT_SCRIPTS).sign_in(member)
    visitor.open(f"/c/quiet-{page}/{page}").sees(f"The quiet-{page}")
