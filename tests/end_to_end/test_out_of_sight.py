"""Out of sight: blocks cover seats and mail, erasure leaves no name, paper no furniture."""

import time
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, text

from app.accounts.models import Person
from app.communities.models import Community, Contact
from app.core import clock
from app.core.database import db
from tests.end_to_end.conftest import Site, Visitor
from tests.end_to_end.test_gatherings import stage_event
from tests.end_to_end.test_people import sign_up
from tests.factories import make_member, person_of

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]
WORKER_LOOKS_AGAIN = 60.0
FURNITURE = ".bar, .rail, .tabs, .bottom-bar, .footer, .skip-link"


def test_a_block_covers_seats_and_announcements(site: Site, new_visitor: Any) -> None:
    organizer, member, path = stage_event(site, "unseen")
    with site.staged():
        community = db.session.scalars(select(Community).where(Community.slug == "unseen")).one()
        third = make_member(community, name="Third Thea", email="thea@unseen.example")
        tom = db.session.scalars(
            select(Contact).where(Contact.community_id == community.id, Contact.name == "Tom")
        ).one()
        ines = db.session.scalars(
            select(Contact).where(Contact.community_id == community.id, Contact.name == "Ines")
        ).one()
        addresses = [person_of(one).emails[0].address for one in (tom, third)]
        card = f"/c/unseen/members/{ines.public_id}"
    host: Visitor = new_visitor("desk").sign_in(organizer)
    host.open(path).press("Take a seat").sees("You are going")
    visitor: Visitor = new_visitor("phone").sign_in(member)
    visitor.open(path).press("Take a seat").sees("You are going")
    expect(visitor.page.locator(".going")).to_contain_text("Ines")
    visitor.open(card).press("Block")
    visitor.page.get_by_role("dialog").get_by_role("button", name="Block").click()
    visitor.page.wait_for_load_state("networkidle")
    visitor.open(path).sees("You are going")
    expect(visitor.page.locator(".going")).not_to_contain_text("Ines")
    expect(host.open(path).page.locator(".going")).not_to_contain_text("Tom")

    host.open("/c/unseen/desk/announcements").follow("Write one")
    host.type("Subject", "Bring an umbrella").type("Words", "It will rain.", exact=True)
    host.press("See how it looks").press("Send it now")
    host.mail(addresses[1], "umbrella")  # written in one batch: who is left out now stays left out
    host.page.goto(f"{site.address}/dev/outbox")
    sent = host.page.get_by_role("row").filter(has_text="umbrella")
    expect(sent.filter(has_text=addresses[1])).to_have_count(1)
    expect(sent.filter(has_text=addresses[0])).to_have_count(0)


def test_an_erasure_carried_out_leaves_no_name_on_any_page(site: Site, new_visitor: Any) -> None:
    organizer, _, path = stage_event(site, "gone")
    address = "ottoline@gone.example"
    visitor: Visitor = new_visitor("phone")
    sign_up(visitor, address)
    visitor.open("/c/gone/join").type("Your name here", "Ottoline Quist")
    visitor.press("Join", exact=True).open(path).press("Take a seat").sees("You are going")
    host: Visitor = new_visitor("desk").sign_in(organizer)
    seats = path.replace("/events/", "/desk/events/")
    pages = ["/c/gone/members", path, seats, "/c/gone/desk/members", "/c/gone/desk", "/c/gone"]
    host.open(seats).sees("Ottoline Quist").open("/c/gone/members").sees("Ottoline Quist")
    visitor.open("/settings/data").press("Erase my account", role="link")
    visitor.press("Erase my account in seven days")
    carry_out_erasure(site, address)
    for page in [*pages, "/c/gone/members?q=Ottoline", "/c/gone/desk/members?q=Ottoline"]:
        host.open(page).sees_not("Ottoline Quist").sees_not(address)
    csv = host.page.context.request.get(f"{site.address}{seats}/attendees.csv")
    assert csv.ok
    assert "Ottoline" not in csv.text()
    assert address not in csv.text()


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_paper_shows_words_and_no_furniture(site: Site, new_visitor: Any, screen: str) -> None:
    organizer, _, path = stage_event(site, f"paper-{screen}", title="Paper boats")
    host: Visitor = new_visitor(screen).sign_in(organizer)
    host.open(path).press("Take a seat").sees("You are going")
    for page in (path, path.replace("/events/", "/desk/events/")):
        host.open(page)
        shown = host.page.locator(FURNITURE)
        assert any(shown.nth(number).is_visible() for number in range(shown.count()))
        host.page.emulate_media(media="print")
        assert not [
            shown.nth(number).get_attribute("class")
            for number in range(shown.count())
            if shown.nth(number).is_visible()
        ]
        expect(host.page.get_by_text("Paper boats").locator("visible=true").first).to_be_visible()
        expect(host.page.get_by_text("Ines").locator("visible=true").first).to_be_visible()
        host.page.emulate_media(media="screen")


def carry_out_erasure(site: Site, address: str) -> None:
    """Let the seven days be over, and wait until the worker has done its job."""
    with site.staged():
        person = db.session.scalars(select(Person).where(Person.emails.any(address=address))).one()
        person_id = person.id
        person.erasure_due_at = clock.now() - timedelta(minutes=1)
        db.session.execute(
            text(
                "UPDATE procrastinate_jobs SET scheduled_at = now() - interval '1 minute'"
                " WHERE task_name = 'accounts.erase_person' AND status = 'todo'"
                " AND args ->> 'person_id' = :person_id"
            ),
            {"person_id": str(person_id)},
        )
    deadline = time.monotonic() + WORKER_LOOKS_AGAIN
    while time.monotonic() < deadline:
        with site.staged():
            if db.session.get_one(Person, person_id).erased_at is not None:
                return
        time.sleep(1)
    pytest.fail("nobody carried the erasure out")
