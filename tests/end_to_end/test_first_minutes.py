"""From an empty installation to people with seats: the steps are counted and kept."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from app.communities.models import Contact
from app.core.database import db
from tests.end_to_end.conftest import Setting, Site, Visitor, in_each_setting

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]
STEPS_TO_A_SHARED_LINK = 16
"""Pages opened, fields filled and buttons pressed. At ten seconds each: two minutes and a half."""


def next_week() -> str:
    return (datetime.now(UTC) + timedelta(days=7)).strftime("%Y-%m-%d")


def found(visitor: Visitor, site: Site) -> None:
    """Go from the printed address to a community of one's own."""
    visitor.open(site.setup_link())
    visitor.type("E-mail", "amara@example.org").type("Password", "a long walk by the canal")
    visitor.press("Begin")
    visitor.type("Name", "Canal Runners").type("Purpose", "Running along the canal on Sundays")
    visitor.press("Found")
    visitor.sees("Canal Runners is founded")


def plan(visitor: Visitor, **more: str) -> str:
    """Plan a gathering from the community's page and return its address."""
    visitor.follow("Events", exact=True).follow("Plan the first event")
    visitor.type("Title", "Sunday run").type("Day", next_week())
    visitor.type("Starts at", "10:00").type("Ends at", "12:00")
    for label, words in more.items():
        visitor.type(label, words)
    visitor.press("Announce it")
    visitor.page.wait_for_url(re.compile(r"/events/\w{12}$"))
    return visitor.page.url


def bring_three_hundred(visitor: Visitor, site: Site) -> None:
    """Paste the addresses of those who came before Kith did."""
    pasted = "\n".join(f"Person {n} <person{n}@pasted.example>" for n in range(300))
    visitor.open("/c/canal-runners/desk/imports").type("Or addresses", pasted)
    visitor.press("Look at it first").sees("300")
    if visitor.has_scripts:
        visitor.page.get_by_role("button", name="Add 300 people").click()
        # the page that waits for the job opens itself again, so it is looked at when all is done
        expect(visitor.page.get_by_role("link", name="See them")).to_be_visible(timeout=60_000)
        visitor.check()
    else:
        visitor.press("Add 300 people").wait_at(visitor.page.url, "See them")
    visitor.follow("See them").sees("Person 1")
    with site.staged():
        brought = select(func.count(Contact.id)).where(Contact.email.like("%@pasted.example"))
        assert db.session.scalar(brought) == 300


@in_each_setting
def test_an_empty_site_has_a_link_to_share_within_three_minutes(
    new_visitor: Any, empty_site: Site, setting: Setting
) -> None:
    amara: Visitor = new_visitor(setting, at=empty_site)
    found(amara, empty_site)
    address = plan(amara, Seats="2")
    assert amara.steps <= STEPS_TO_A_SHARED_LINK

    # the link works for a stranger: two fields, a mail, a seat
    li: Visitor = new_visitor(setting, at=empty_site)
    li.open(address).sees("0 of 2").take_seat("Li", "li@example.org")
    link = li.link_of_mail("li@example.org", having="/seat/")
    li.open(link).press("Yes, this seat is mine").sees("You are going")
    amara.open(address).sees("1 of 2")
    bring_three_hundred(amara, empty_site)
