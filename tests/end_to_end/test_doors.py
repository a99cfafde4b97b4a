"""Doors that ask, and places kept for people brought from a list."""

from typing import Any

import pytest
from sqlalchemy import select

from app.communities.models import Community, Joining, JoinQuestion, JoinRequest
from app.core.database import add, db
from tests.end_to_end.conftest import Site, Visitor
from tests.end_to_end.test_belonging import members_of, stage_community
from tests.end_to_end.test_people import PASSWORD

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_a_door_with_approval_shows_organizers_the_answer(
    site: Site, new_visitor: Any, screen: str
) -> None:
    slug = f"asking-{screen}"
    owner, person = stage_community(site, slug, joining=Joining.APPROVAL)
    ask(site, slug, "What do you like to run?")
    visitor: Visitor = new_visitor(screen).sign_in(person)
    visitor.open(f"/c/{slug}/join").type("Your name here", "Aya 彩")
    visitor.press("Ask to join").sees("Please answer this question.")
    visitor.type("What do you like to run?", "Ten kilometres, slowly").press("Ask to join")
    visitor.sees("Your request is waiting").sees("Ten kilometres, slowly")
    assert members_of(site, slug) == 1

    desk: Visitor = new_visitor("desk").sign_in(owner)
    desk.open(f"/c/{slug}/desk/requests").sees("Aya 彩").sees("What do you like to run?")
    desk.sees("Ten kilometres, slowly").tick("Aya 彩").press("Approve the chosen")
    assert members_of(site, slug) == 2
    visitor.open(f"/c/{slug}/members").sees(f"Owner of {slug}")


def test_a_door_with_questions_lets_in_after_the_answer(site: Site, new_visitor: Any) -> None:
    _, person = stage_community(site, "questioned", joining=Joining.QUESTIONS)
    ask(site, "questioned", "Who told you of us?")
    visitor: Visitor = new_visitor("phone").sign_in(person)
    visitor.open("/c/questioned/join").type("Your name here", "Jun")
    visitor.press("Join", exact=True).sees("Please answer this question.")
    assert members_of(site, "questioned") == 1
    visitor.type("Who told you of us?", "My aunt").press("Join", exact=True)
    assert members_of(site, "questioned") == 2
    with site.staged():
        kept = db.session.scalars(select(JoinRequest).where(JoinRequest.answers != [])).all()
        assert "My aunt" in [one["answer"] for request in kept for one in request.answers]


def test_a_place_from_a_list_is_claimed_through_its_mail(site: Site, new_visitor: Any) -> None:
    owner, other = stage_community(site, "kept")
    host: Visitor = new_visitor("desk").sign_in(owner)
    host.open("/c/kept/desk/imports").type("Or addresses", "Olu Ade <olu@kept.example>")
    host.press("Look at it first")
    host.page.locator("input[name=invites]").check()
    host.press("Add 1 person")
    link = host.link_of_mail("olu@kept.example", having="/claim/")

    # in other hands the link gives nothing away but the way to prove the address
    wrong: Visitor = new_visitor("phone").sign_in(other)
    wrong.open(link).sees("You are signed in with another address").sees_not("Take my place")

    olu: Visitor = new_visitor("phone")
    olu.open(link).sees("The kept").sees("Olu Ade").follow("Make an account")
    olu.type("E-mail", "olu@kept.example").press("Send me the link")
    olu.open(olu.link_of_mail("olu@kept.example", having="/sign-up/"))
    olu.type("Choose a password", PASSWORD).press("Make my account")
    olu.open(link).press("Take my place").sees("Welcome to The kept")
    assert members_of(site, "kept") == 2
    olu.open("/c/kept/members").sees("Owner of kept").sees("Olu Ade")


def ask(site: Site, slug: str, words: str) -> None:
    """Put a question to the door of a community."""
    with site.staged():
        found = db.session.scalars(select(Community.id).where(Community.slug == slug)).one()
        add(JoinQuestion(community_id=found, position=0, words=words))
