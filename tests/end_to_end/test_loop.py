"""The main job from end to end: join, pay, buy, come in, meet, and the organizer sees it all."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from app.communities.models import FacetKind
from tests.communities.people import say
from tests.end_to_end.camera import show_to_camera
from tests.end_to_end.conftest import Setting, Site, Visitor, in_each_setting, set_free
from tests.end_to_end.test_people import sign_up
from tests.end_to_end.test_without_scripts import let_it_be_over, let_it_begin_soon
from tests.factories import make_community, make_event, make_member, make_person

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]

KEEPS_CAMERAS = """() => {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.cameras = [];
  navigator.mediaDevices.getUserMedia = async wish => {
    const camera = await open(wish);
    window.cameras.push(camera);
    return camera;
  };
}"""
RUNNING = "() => window.cameras.map(camera => camera.active)"
"""Each camera that was opened since, and whether it still runs."""


@dataclass
class Street:
    """A community whose organizer is about to sell, and a gathering of four seats."""

    slug: str
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


@in_each_setting
def test_from_sign_up_to_the_health_page(
    site: Site, new_visitor: Any, film: Path, setting: Setting
) -> None:
    visitors = [new_visitor(setting) for _ in range(5)]
    organizer, member, other, guest, late = visitors
    street = stage(site, organizer, other, f"Lantern {setting}")
    sell(organizer, street)

    join(member, street, f"li@{street.slug}.example")
    subscribe(member, street, f"li@{street.slug}.example")
    note_cash(organizer, street)
    other.open(f"{street.home}/membership").sees("Your plan").sees("Neighbour")

    ticket = buy_as_member(member, street)
    help_along(other, street)
    late.open(street.poster).sees_not("Sold out")
    buy_as_guest(guest, street, f"guest@{street.slug}.example")
    late.open(street.poster).sees("Sold out")

    let_it_begin_soon(site, street.event)
    organizer.open(f"{street.desk}/check-in").sees("0 of 4 have arrived")
    if setting.has_scripts:
        scan(organizer, ticket, film)
    else:
        type_in(organizer, ticket)
    organizer.open(f"{street.desk}/check-in").sees("1 of 4 have arrived")

    let_it_be_over(site, street.event)
    meet(street, member, other)
    read_health(organizer, street)


def stage(site: Site, organizer: Visitor, other: Visitor, name: str) -> Street:
    """Make a community with its owner and a member, both signed in, and a gathering to come."""
    with site.staged():
        owner, person = make_person(), make_person()
        community = make_community(name=name, currency="eur")
        make_member(community, role="owner", person=owner, name="Amara", is_team=True)
        mo = make_member(community, person=person, name="Mo")
        say(mo, "Sourdough", kind=FacetKind.INTEREST)
        event = make_event(community, title="Long table", size=4)
        street = Street(community.slug, event.public_id)
        set_free(owner, person)
    organizer.sign_in(owner)
    other.sign_in(person)
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
    organizer.press("Save as a draft").press("Publish").sees("Offered")
    organizer.open(f"{street.desk}/tickets").follow("Add a ticket type")
    organizer.type("What is it called?", "Regular").type("Price", "18", exact=True)
    organizer.page.locator("[name=member_price]").fill("12.50")
    organizer.press("Offer it").sees("€18.00").sees("€12.50").follow("Another ticket type")
    organizer.type("What is it called?", "Helper").type("Price", "0", exact=True)
    organizer.press("Offer it").sees("Helper")


def press_at_stripe(visitor: Visitor, name: str, *, refused: int | None = None) -> None:
    """Press a button of the local Stripe's page, which leads back to Kith or to a next page."""
    button = visitor.page.get_by_role("button", name=name).first
    with visitor.being_refused(refused):
        with visitor.page.expect_navigation(wait_until="load"):
            button.click()
        visitor.check()


def pay(visitor: Visitor, button: str, manner: str = "pays", *, refused: int | None = None) -> None:
    """Pay in a certain manner on the hosted page."""
    visitor.page.locator(f"[name=manner][value={manner}]").check(force=True)
    press_at_stripe(visitor, button, refused=refused)


def code_on(visitor: Visitor) -> str:
    """Return the code that stands under the QR picture of a ticket."""
    found = re.search(r"\b[A-Z0-9]{4}(?:[- ][A-Z0-9]{4})+\b", visitor.page.inner_text("main"))
    assert found, visitor.page.inner_text("main")
    return found.group()


def join(member: Visitor, street: Street, address: str) -> None:
    """Make an account and become a member."""
    sign_up(member, address)
    member.open(f"{street.home}/join").type("Your name here", "Li").press("Join", exact=True)
    member.sees("Li")


def subscribe(member: Visitor, street: Street, address: str) -> None:
    """Be declined once, then pay with a bank that asks (3D Secure): the plan is there."""
    member.open(f"{street.home}/membership").press("Pay €6.00 a month")
    pay(member, "Subscribe", "generic_decline", refused=422)
    expect(member.page.get_by_role("alert")).to_contain_text("declined")
    pay(member, "Subscribe", "authenticate")
    press_at_stripe(member, "Confirm the payment")
    member.sees("Thank you").open(f"{street.home}/membership").sees("Your plan").sees("Renews")
    member.mail(address, "receipt").sees("€6.00")


def note_cash(organizer: Visitor, street: Street) -> None:
    """Note at the desk what a member paid in cash."""
    organizer.open(f"{street.home}/desk/money/members")
    organizer.page.locator("[name=contact]").select_option(label="Mo")
    organizer.page.locator("[name=price]").select_option(label="Neighbour: €6.00 a month")
    organizer.press("Note it").sees("Mo is on the plan now")


def buy_as_member(member: Visitor, street: Street) -> str:
    """Buy a ticket at the member's price; return the code that stands under its picture."""
    choose_ticket(member, street, "Regular")
    member.press("Go on").sees("It is kept for you until")
    if member.has_scripts:
        left = re.compile(r"^(30:00|2\d:\d\d) left$")
        expect(member.page.get_by_role("timer")).to_have_text(left)
    member.press("Pay €12.50")
    pay(member, "Pay 12.50 EUR")
    return code_on(member.sees("Thank you").follow("Open the tickets"))


def help_along(other: Visitor, street: Street) -> None:
    """Get a ticket that costs nothing; it opens from the gathering's page too."""
    code = code_on(choose_ticket(other, street, "Helper").press("Go on").sees("Helper"))
    other.open(street.poster).sees("You are going").follow("Open my ticket").sees(code)


def buy_as_guest(guest: Visitor, street: Street, address: str) -> None:
    """Buy the two seats that are left with a name and an address; the tickets come by mail."""
    choose_ticket(guest, street, "Regular", 2)
    guest.type("Name", "Putri").type("E-mail", address).press("Go on").press("Pay €36.00")
    pay(guest, "Pay 36.00 EUR")
    guest.sees("Thank you").mail(address, "ticket").sees("Long table")


def choose_ticket(visitor: Visitor, street: Street, title: str, number: int = 1) -> Visitor:
    """Open the list of tickets, where it is folded, and choose some of one sort."""
    visitor.open(street.poster)
    summary = visitor.page.locator("summary.seat-panel__open").first
    if summary.is_visible() and not visitor.page.get_by_role("button", name="Go on").is_visible():
        visitor.use(summary)
    visitor.page.get_by_label(f"How many: {title}").select_option(str(number))
    return visitor


def scan(organizer: Visitor, code: str, film: Path) -> None:
    """Let a ticket in by the camera; held before it again, or with other words, it says so."""
    show_to_camera(code, film)
    organizer.page.evaluate(KEEPS_CAMERAS)
    begin = organizer.page.get_by_role("button", name="Scan tickets")
    begin.evaluate("button => [button.click(), button.click()]")  # one is enough
    scanned = organizer.page.locator("#scanned")
    expect(scanned).to_contain_text("Come in")
    expect(scanned).to_contain_text("Li")
    expect(scanned).to_contain_text("Scanned before")  # it is still held before the camera
    organizer.check().sees("1 of 4 have arrived")
    assert organizer.page.evaluate(RUNNING) == [True]
    organizer.page.get_by_role("button", name="Stop the camera").click()
    assert organizer.page.evaluate(RUNNING) == [False]
    organizer.page.context.set_offline(True)
    organizer.type("Code of the ticket", "nonsense")
    check_in = organizer.page.get_by_role("button", name="Check in", exact=True)
    check_in.click()  # asks in place
    expect(scanned).to_have_text("It could not be checked. Try once more.")
    while organizer.troubles:  # the browser notes each request that did not get out
        assert "ERR_INTERNET_DISCONNECTED" in organizer.troubles.pop()
    organizer.page.context.set_offline(False)
    check_in.click()  # what was typed is still there
    expect(scanned).to_contain_text("Not a ticket of ours")
    organizer.check()


def type_in(organizer: Visitor, code: str) -> None:
    """Let a ticket in by typing its code; the second time says so."""
    for outcome in ("Come in", "Scanned before"):
        organizer.type("Code of the ticket", code.lower())
        organizer.press("Check in", exact=True).sees(outcome).sees("Li")


def meet(street: Street, member: Visitor, other: Visitor) -> None:
    """Let two members find each other by a word that one of them writes now, say hello and talk."""
    for one in (member, other):
        one.open(f"{street.home}/matches").tick("Friends").tick("I am 18 or older").press("Save")
    member.open(f"{street.home}/matches/questions/interests")
    member.page.locator("[name=more]").fill("Sourdough")
    member.press("Save and go on").sees("Question 2")
    member.wait_at(f"{street.home}/matches", "Sourdough").sees("Mo").press("Say hello")
    other.open(f"{street.home}/matches").sees("Li").sees_not("hello to you").press("Say hello")
    other.sees("You and Li").follow("Write to Li")
    other.page.get_by_role("textbox").last.fill("Shall we bake on Sunday?")
    other.press("Send")
    member.open(f"{street.home}/messages").follow("Mo").sees("Shall we bake on Sunday?")


def read_health(organizer: Visitor, street: Street) -> None:
    """See at the desk what all of them did, and who is behind a number."""
    organizer.open(f"{street.home}/health").sees("2 joined.")
    told = {
        ("Members", "Members"): "2",  # without the team
        ("Activity", "Active people"): "3",
        ("Gatherings", "Had a place"): "4",
        ("Gatherings", "Came"): "1",
        ("Sales", "Orders"): "4",
        ("Sales", "Gross"): "€60.50",
        ("Sales", "Bought a plan"): "2",
        ("Sales", "Bought a ticket"): "2",
        ("Recurring revenue", "Recurring a month"): "€12.00",
    }
    assert {where: this_month(organizer, *where) for where in told} == told
    came = row_of(organizer, "Gatherings", "Came").get_by_role("link").first
    organizer.open(came.get_attribute("href") or "").sees("1 person").sees("Li")


def this_month(organizer: Visitor, table: str, label: str) -> str:
    """Return a number of the health page."""
    return row_of(organizer, table, label).get_by_role("cell").first.inner_text().strip()


def row_of(organizer: Visitor, table: str, label: str) -> Locator:
    """Return a row of one of the tables of the health page."""
    group = organizer.page.get_by_role("group", name=table, exact=True)
    return group.get_by_role("row").filter(
        has=organizer.page.get_by_role("rowheader", name=label, exact=True)
    )
