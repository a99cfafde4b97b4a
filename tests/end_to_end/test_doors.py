"""Doors that ask, and places kept for people brought from a list."""

from typing import Any

import pytest
from sqlalchemy import select

from app.communities.models import Community, Joining, JoinQuestion, JoinRequest
from app.core.database import add, db
from tests.end_to_end.conftest import Setting, Site, Visitor, in_each_setting
from tests.end_to_end.test_belonging import members_of, stage_community
from tests.end_to_end.test_people import PASSWORD

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]


@in_each_setting
def test_a_door_with_approval_shows_organizers_the_answer(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    slug = f"asking-{setting}"
    owner, person = stage_community(site, slug, joining=Joining.APPROVAL)
    ask(site, slug, "What do you like to run?")
    visitor: Visitor = new_visitor(setting).sign_in(person)
    visitor.open(f"/c/{slug}/join").type("Your name here", "Aya 彩")
    visitor.press("Ask to join", refused=422).sees("Please answer this question.")
    visitor.type("What do you like to run?", "Ten kilometres, slowly").press("Ask to join")
    visitor.sees("Your request is waiting").sees("Ten kilometres, slowly")
    assert members_of(site, slug) == 1

    desk: Visitor = new_visitor(setting).sign_in(owner)
    desk.open(f"/c/{slug}/desk/requests").sees("Aya 彩").sees("What do you like to run?")
    desk.sees("Ten kilometres, slowly").tick("Aya 彩").press("Approve the chosen")
    assert members_of(site, slug) == 2
    visitor.open(f"/c/{slug}/members").sees(f"Owner of {slug}")


@in_each_setting
def test_a_door_with_questions_lets_in_after_the_answer(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    slug = f"questioned-{setting}"
    _, person = stage_community(site, slug, joining=Joining.QUESTIONS)
    ask(site, slug, "Who told you of us?")
    visitor: Visitor = new_visitor(setting).sign_in(person)
    visitor.open(f"/c/{slug}/join").type("Your name here", "Jun")
    visitor.press("Join", exact=True, refused=422).sees("Please answer this question.")
    assert members_of(site, slug) == 1
    visitor.type("Who told you of us?", "My aunt").press("Join", exact=True)
    assert members_of(site, slug) == 2
    with site.staged():
        kept = db.session.scalars(select(JoinRequest).where(JoinRequest.answers != [])).all()
        assert "My aunt" in [one["answer"] for request in kept for one in request.answers]


@in_each_setting
def test_a_place_from_a_list_is_claimed_through_its_mail(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    slug, address = f"kept-{setting}", f"olu@{setting}.example"
    owner, other = stage_community(site, slug)
    host: Visitor = new_visitor(setting).sign_in(owner)
    host.open(f"/c/{slug}/desk/imports").type("Or addresses", f"Olu Ade <{address}>")
    host.press("Look at it first")
    host.page.locator("input[name=invites]").check()
    host.press("Add 1 person")
    link = host.link_of_mail(address, having="/claim/")

    # in other hands the link gives nothing away but the way to prove the address
    wrong: Visitor = new_visitor(setting).sign_in(other)
    wrong.open(link).sees("You are signed in with another address").sees_not("Take my place")

    olu: Visitor = new_visitor(setting)
    olu.open(link).sees(f"The {slug}").sees("Olu Ade").follow("Make an account")
    olu.type("E-mail", address).press("Send me the link")
    olu.open(olu.link_of_mail(address, having="/sign-up/"))
    olu.type("Choose a password", PASSWORD).press("Make my account")
    olu.open(link).press("Take my place").sees(f"Welcome to The {slug}")
    assert members_of(site, slug) == 2
    olu.open(f"/c/{slug}/members").sees(f"Owner of {slug}").sees("Olu Ade")


def ask(site: Site, slug: str, words: str) -> None:
    """Put a question to the door of a community."""
    with site.staged():
        found = db.session.scalars(select(Community.id).where(Community.slug == slug)).one()
        add(JoinQuestion(community_id=found, position=0, words=words))
