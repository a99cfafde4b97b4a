"""From an empty installation to people with seats: the steps are counted and kept."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.end_to_end.conftest import Site, Visitor

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


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_an_empty_site_has_a_link_to_share_within_three_minutes(
    new_visitor: Any, empty_site: Site, screen: str
) -> None:
    amara: Visitor = new_visitor(screen, at=empty_site)
    found(amara, empty_site)
    address = plan(amara, Seats="2")
    assert amara.steps <= STEPS_TO_A_SHARED_LINK

    # the link works for a stranger: two fields, a mail, a seat
    li: Visitor = new_visitor("phone", at=empty_site)
    li.open(address).sees("0 of 2")
    li.page.get_by_text("Take a seat").first.click()
    li.type("Name", "Li").type("E-mail", "li@example.org")
    li.page.get_by_role("button", name="Take a seat").last.click()
    li.check()
    link = li.link_of_mail("li@example.org", having="/seat/")
    li.open(link).press("Yes, this seat is mine").sees("You are going")
    amara.open(address).sees("1 of 2")
