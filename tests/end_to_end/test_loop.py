"""The main job from end to end: join, pay, buy, come in, meet, and the organizer sees it all."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.communities.models import Community, FacetKind
from app.core import clock
from app.core.database import db
from app.matching import service as matching
from tests.communities.people import say
from tests.end_to_end.conftest import Site, Visitor, set_free
from tests.end_to_end.test_people import sign_up
from tests.end_to_end.test_without_scripts import let_it_begin_soon
from tests.factories import make_community, make_event, make_member, make_person
from tests.matching.conftest import be_active

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]


@dataclass
class Street:
    """A community whose organizer is about to sell, and a gathering of two seats."""

    slug: str
    name: str
    event: str

    @property
    def home(self) -> str:
        """The path of its front page."""
        return f"/c/{self.slug}"

    @property
    def poster(self) -> str:
        """The path of its gathering."""
        return f"{self.home}/events/{self.event}"

    @property
    def desk(self) -> str:
        """The path of its gathering for hosts."""
        return f"{self.home}/desk/events/{self.event}"


def stage(site: Site, organizer: Visitor, name: str) -> Street:
    """Make a community with its owner, who is signed in, and a gathering to come."""
    with site.staged():
        owner = make_person()
        community = make_community(name=name, currency="eur")
        make_member(community, role="owner", person=owner, name="Amara")
        event = make_event(community, title="Long table", size=3)
        street = Street(community.slug, name, event.public_id)
        set_free(owner)
    organizer.sign_in(owner)
    return street


def sell(organizer: Visitor, street: Street) -> None:
    """Connect Stripe, publish a plan, and put tickets on sale."""
    organizer.open(f"{street.home}/desk/money").press("Connect with Stripe")
    press_at_stripe(organizer, "Finish and be paid by card")
    organizer.sees("Members pay on Stripe's pages")
    organizer.open(f"{street.home}/desk/plans").follow("Write the first plan")
    organizer.type("Name", "Neighbour").type("Price for a month", "6").type(
        "Price for a year", "60"
    )
    organizer.press("Keep the plan").press("Publish").sees("Offered")
    organizer.open(f"{street.desk}/tickets").follow("Add a ticket type")
    organizer.type("What is it called?", "Regular").type("Price", "18", exact=True)
    organizer.page.locator("[name=member_price]").fill("12.50")
    organizer.press("Sell it").sees("€18.00").sees("€12.50")


def press_at_stripe(visitor: Visitor, name: str) -> None:
    """Press a button of the local Stripe's page, which leads back to Kith or to a next page."""
    button = visitor.page.get_by_role("button", name=name).first
    with visitor.page.expect_navigation(wait_until="load"):
        button.click()
    visitor.check()


def pay(visitor: Visitor, button: str, manner: str = "pays") -> None:
    """Pay in a certain manner on the hosted page."""
    visitor.page.locator(f"[name=manner][value={manner}]").check(force=True)
    press_at_stripe(visitor, button)


def code_on(visitor: Visitor) -> str:
    """Return the code that stands under the QR picture of a ticket."""
    found = re.search(r"\b[A-Z0-9]{4}(?:[- ][A-Z0-9]{4})+\b", visitor.page.inner_text("main"))
    assert found, visitor.page.inner_text("main")
    return found.group()


@pytest.mark.parametrize(
    ("screen", "has_scripts"), [("phone", True), ("desk", True), ("desk", False)]
)
def test_from_sign_up_to_the_health_page(
    site: Site, new_visitor: Any, screen: str, *, has_scripts: bool
) -> None:
    visitors = [new_visitor(screen, java_script_enabled=has_scripts) for _ in range(5)]
    organizer, member, guest, late, other = visitors
    street = stage(site, organizer, f"Lantern {screen}")
    sell(organizer, street)
    join_and_subscribe(member, street, f"li@{street.slug}.example")
    ticket = buy_as_member(member, street)
    buy_as_guest(guest, street, f"guest@{street.slug}.example")
    late.open(street.poster).sees("Sold out")
    let_it_begin_soon(site, street.event)
    come_in(organizer, street, ticket)
    meet(site, street, member, other)
    organizer.open(f"{street.home}/health").sees("took part").sees("€6.00")
    expect(organizer.page.get_by_role("heading", name="Sales")).to_be_visible()


def join_and_subscribe(member: Visitor, street: Street, address: str) -> None:
    """Become a member, be declined once, then pay; the plan is there when one comes back."""
    sign_up(member, address)
    member.open(f"{street.home}/join").type("Your name here", "Li").press("Join", exact=True)
    member.open(f"{street.home}/membership").press("Pay €6.00 a month")
    pay(member, "Subscribe", "generic_decline")
    expect(member.page.get_by_role("alert")).to_contain_text("declined")
    pay(member, "Subscribe")
    member.sees("Thank you").open(f"{street.home}/membership").sees("Your plan").sees("Renews")
    member.mail(address, "receipt").sees("€6.00")


def buy_as_member(member: Visitor, street: Street) -> str:
    """Buy a ticket at the member's price with a bank that asks (3D Secure); return its code."""
    member.open(street.poster)
    open_sheet(member).page.get_by_role("combobox").first.select_option("1")
    member.press("Go on").sees("It is kept for you until").press("Pay €12.50")
    pay(member, "Pay 12.50 EUR", "authenticate")
    press_at_stripe(member, "Confirm the payment")
    return code_on(member.sees("Thank you").follow("Open the tickets"))


def buy_as_guest(guest: Visitor, street: Street, address: str) -> None:
    """Buy the two seats that are left with a name and an address; the tickets come by mail."""
    guest.open(street.poster)
    open_sheet(guest).page.get_by_role("combobox").first.select_option("2")
    guest.type("Name", "Putri").type("E-mail", address).press("Go on").press("Pay €36.00")
    pay(guest, "Pay 36.00 EUR")
    guest.sees("Thank you").mail(address, "ticket").sees("Long table")


def open_sheet(visitor: Visitor) -> Visitor:
    """Open the list of tickets where it is folded."""
    summary = visitor.page.locator("summary.seat-panel__open").first
    if summary.is_visible() and not visitor.page.get_by_role("button", name="Go on").is_visible():
        summary.click()
    return visitor


def come_in(organizer: Visitor, street: Street, code: str) -> None:
    """Let a ticket in by typing its code; the second time says so."""
    for outcome in ("Come in", "Scanned before"):
        organizer.open(f"{street.desk}/check-in").type("Code of the ticket", code)
        organizer.press("Check in").sees(outcome).sees("Li")


def meet(site: Site, street: Street, member: Visitor, other: Visitor) -> None:
    """Let two members with a word in common find each other, say hello and talk."""
    with site.staged():
        community = db.session.scalars(select(Community).where(Community.slug == street.slug)).one()
        person = make_person()
        mo = make_member(community, person=person, name="Mo")
        say(mo, "Sourdough", kind=FacetKind.INTEREST)
        be_active(mo, community)  # who sleeps is suggested to nobody
        set_free(person)
    other.sign_in(person)
    member.open(f"{street.home}/matches/questions/interests")
    member.page.locator("[name=more]").fill("Sourdough")
    member.press("Save and go on").sees("Question 2")
    for one in (member, other):
        one.open(f"{street.home}/matches").tick("Friends").press("Save")
    with site.staged():
        community = db.session.scalars(select(Community).where(Community.slug == street.slug)).one()
        matching.refresh(community, now=clock.now())
    member.open(f"{street.home}/matches").sees("Mo").sees("Sourdough").press("Say hello")
    other.open(f"{street.home}/matches").sees("Li").sees_not("hello to you").press("Say hello")
    other.sees("You and Li").follow("Write to Li")
    other.page.get_by_role("textbox").last.fill("Shall we bake on Sunday?")
    other.press("Send")
    member.open(f"{street.home}/messages").follow("Mo").sees("Shall we bake on Sunday?")
