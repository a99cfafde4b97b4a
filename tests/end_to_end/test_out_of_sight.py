"""Out of sight: blocks cover seats and mail, erasure leaves no name."""

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
from tests.end_to_end.conftest import Setting, Site, Visitor, in_each_setting
from tests.end_to_end.test_gatherings import stage_event
from tests.end_to_end.test_people import stage_account
from tests.factories import make_member, person_of

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]
WORKER_LOOKS_AGAIN = 60.0


@in_each_setting
def test_a_block_covers_seats_and_announcements(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    slug, subject = f"unseen-{setting}", f"Umbrella {setting}"
    organizer, member, path = stage_event(site, slug)
    with site.staged():
        community = db.session.scalars(select(Community).where(Community.slug == slug)).one()
        third = make_member(community, name="Third Thea", email=f"thea@{slug}.example")
        tom = db.session.scalars(
            select(Contact).where(Contact.community_id == community.id, Contact.name == "Tom")
        ).one()
        ines = db.session.scalars(
            select(Contact).where(Contact.community_id == community.id, Contact.name == "Ines")
        ).one()
        addresses = [person_of(one).emails[0].address for one in (tom, third)]
        card = f"/c/{slug}/members/{ines.public_id}"
    host: Visitor = new_visitor(setting).sign_in(organizer)
    host.open(path).press("Take a seat").sees("You are going")
    visitor: Visitor = new_visitor(setting).sign_in(member)
    visitor.open(path).press("Take a seat").sees("You are going")
    expect(visitor.page.locator(".going")).to_contain_text("Ines")
    visitor.open(card).press_in_dialog("Block")
    visitor.open(path).sees("You are going")
    expect(visitor.page.locator(".going")).not_to_contain_text("Ines")
    expect(host.open(path).page.locator(".going")).not_to_contain_text("Tom")

    host.open(f"/c/{slug}/desk/announcements").follow("Write one")
    host.type("Subject", subject).type("Words", "It will rain.", exact=True)
    host.press("See how it looks").press("Send it now")
    host.mail(addresses[1], subject)  # written in one batch: who is left out now stays left out
    host.open("/dev/outbox")
    sent = host.page.get_by_role("row").filter(has_text=subject)
    expect(sent.filter(has_text=addresses[1])).to_have_count(1)
    expect(sent.filter(has_text=addresses[0])).to_have_count(0)


@in_each_setting
def test_an_erasure_carried_out_leaves_no_name_on_any_page(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    here, address = f"/c/gone-{setting}", f"ottoline@gone-{setting}.example"
    organizer, _, path = stage_event(site, f"gone-{setting}")
    visitor: Visitor = new_visitor(setting).sign_in(stage_account(site, address))
    visitor.open(f"{here}/join").type("Your name here", "Ottoline Quist")
    visitor.press("Join", exact=True).open(path).press("Take a seat").sees("You are going")
    host: Visitor = new_visitor(setting).sign_in(organizer)
    seats = path.replace("/events/", "/desk/events/")
    people = (f"{here}/members", f"{here}/desk/members")
    pages = [*people, path, seats, f"{here}/desk", here, *(f"{one}?q=Ottoline" for one in people)]
    host.open(seats).sees("Ottoline Quist").open(people[0]).sees("Ottoline Quist")
    visitor.open("/settings/data").press("Erase my account", role="link")
    visitor.press("Erase my account in seven days")
    carry_out_erasure(site, address)
    for page in pages:
        host.open(page).sees_not("Ottoline Quist").sees_not(address)
    csv = host.page.context.request.get(f"{site.address}{seats}/attendees.csv")
    assert csv.ok
    assert "Ottoline" not in csv.text()
    assert address not in csv.text()


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
