"""Forms sent twice: after the back button, and by two people who change the same thing."""

from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from app.communities.models import Community
from app.core.database import db
from app.events.models import Event
from tests.end_to_end.conftest import Setting, Site, Visitor, in_each_setting, set_free
from tests.end_to_end.test_first_minutes import next_week
from tests.end_to_end.test_gatherings import stage_event
from tests.factories import make_member, person_of

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]


def plan_kites(host: Visitor) -> None:
    """Type the same gathering."""
    host.type("Title", "Kite day").type("Day", next_week())
    host.type("Starts at", "10:00").type("Ends at", "12:00")
    host.page.locator("[name=place]").fill("The long beach")


def see_kites(host: Visitor) -> None:
    """Find the same gathering typed: the browser brings it back."""
    expect(host.page.get_by_label("Title").first).to_have_value("Kite day")
    expect(host.page.get_by_label("Day").first).to_have_value(next_week())
    expect(host.page.locator("[name=place]")).to_have_value("The long beach")


@in_each_setting
def test_what_is_sent_again_after_going_back_is_one_event(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    slug = f"back-{setting}"
    organizer, _, _ = stage_event(site, slug)
    host: Visitor = new_visitor(setting).sign_in(organizer)
    plan_kites(host.open(f"/c/{slug}/events/new"))
    host.press("Announce it").sees("It is announced")
    address = host.page.url
    host.page.go_back()
    see_kites(host)
    host.press("Announce it").sees("You sent just the same a few minutes ago")
    assert host.page.url == address
    plan_kites(host.open(f"/c/{slug}/events/new"))
    host.press("Announce it").sees("You sent just the same a few minutes ago")
    assert events_called(site, slug, "Kite day") == 1


@in_each_setting
def test_a_seat_taken_again_after_going_back_is_one_seat(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    _, member, path = stage_event(site, f"again-{setting}", size=3)
    visitor: Visitor = new_visitor(setting).sign_in(member)
    visitor.open(f"/c/again-{setting}/events").open(path).press("Take a seat").sees("You are going")
    visitor.page.go_back()
    button = visitor.page.get_by_role("button", name="Take a seat")
    if button.count():  # the page as it was, or already as it is
        visitor.press("Take a seat")
    visitor.open(path).sees("You are going").sees("1 of 3")


@in_each_setting
def test_the_second_of_two_organizers_sees_both_texts(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    slug = f"stale-{setting}"
    organizer, _, path = stage_event(site, slug, title="Walk", place="The old bridge")
    with site.staged():
        community = db.session.scalars(select(Community).where(Community.slug == slug)).one()
        other = person_of(make_member(community, role="organizer", name="Ada"))
        set_free(other)
    first: Visitor = new_visitor(setting).sign_in(organizer)
    second: Visitor = new_visitor(setting).sign_in(other)
    first.open(f"{path}/edit").page.locator("[name=place]").fill("The new bridge")
    second.open(f"{path}/edit").page.locator("[name=place]").fill("The ferry")
    first.press("Save").sees("The new bridge")
    second.press("Save", refused=409).sees("The new bridge").sees("The ferry")
    first.open(path).sees("The new bridge").sees_not("The ferry")


def events_called(site: Site, slug: str, title: str) -> int:
    with site.staged():
        here = select(Community.id).where(Community.slug == slug).scalar_subquery()
        found = select(func.count(Event.id)).where(Event.community_id == here, Event.title == title)
        return db.session.scalar(found) or 0
