"""Ways in, rules, blocks and reports, as people meet them at a browser."""

from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.models import Person
from app.communities.models import Community, Contact, Joining, Membership
from app.core.database import db
from tests.end_to_end.conftest import Site, Visitor, set_free
from tests.factories import make_community, make_member, make_person, make_rules, person_of

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]


def stage_community(site: Site, slug: str, **values: Any) -> tuple[Person, Person]:
    """Make a community with an owner, and a person who wants in."""
    with site.staged():
        community = make_community(slug=slug, name=f"The {slug}", **values)
        owner = make_member(community, role="owner", name=f"Owner of {slug}")
        people = person_of(owner), make_person(email=f"new@{slug}.example")
        set_free(*people)
    return people


def members_of(site: Site, slug: str) -> int:
    with site.staged():
        return (
            db.session.scalar(
                select(func.count(Membership.id)).where(
                    Membership.left_at.is_(None),
                    Membership.community_id.in_(
                        select(Contact.community_id).where(Contact.name == f"Owner of {slug}")
                    ),
                )
            )
            or 0
        )


def publish_rules(site: Site, slug: str, title: str) -> None:
    """Publish rules that the owner has agreed to."""
    with site.staged():
        community = db.session.scalars(select(Community).where(Community.slug == slug)).one()
        owner = db.session.scalars(select(Contact).where(Contact.name == f"Owner of {slug}")).one()
        make_rules(community, title, agreed=(owner,))


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_an_open_door_leads_straight_in(site: Site, new_visitor: Any, screen: str) -> None:
    slug = f"open-door-{screen}"
    _, person = stage_community(site, slug)
    visitor: Visitor = new_visitor(screen).sign_in(person)
    visitor.open(f"/c/{slug}/join").type("Your name here", "Élodie").press("Join", exact=True)
    visitor.sees("Élodie")
    assert members_of(site, slug) == 2


def test_rules_are_agreed_to_at_the_door_and_again_when_they_change(
    site: Site, new_visitor: Any
) -> None:
    _, person = stage_community(site, "ruled")
    publish_rules(site, "ruled", "Be kind")
    visitor: Visitor = new_visitor("phone").sign_in(person)
    visitor.open("/c/ruled/join").sees("Be kind").type("Your name here", "Li")
    visitor.press("Join", exact=True).sees("Please read the rules")
    visitor.tick("I have read the rules").press("Join", exact=True)
    assert members_of(site, "ruled") == 2
    visitor.open("/c/ruled/members").sees("Owner of ruled")

    publish_rules(site, "ruled", "Be kind and on time")
    visitor.open("/c/ruled/members").sees("Be kind and on time").sees_not("Owner of ruled")
    visitor.tick("I have read the rules").press("Go on")
    visitor.open("/c/ruled/members").sees("Owner of ruled")


def test_an_organizer_lets_in_whom_they_choose(site: Site, new_visitor: Any) -> None:
    owner, person = stage_community(site, "asked", joining=Joining.APPROVAL)
    visitor: Visitor = new_visitor("phone").sign_in(person)
    visitor.open("/c/asked/join").type("Your name here", "Putri").press("Ask to join")
    assert members_of(site, "asked") == 1
    desk: Visitor = new_visitor("desk").sign_in(owner)
    desk.open("/c/asked/desk/requests").sees("Putri").tick("Putri").press("Approve the chosen")
    assert members_of(site, "asked") == 2
    visitor.open("/c/asked/members").sees("Owner of asked")


@pytest.mark.parametrize(("kind", "members"), [("Straight in", 2), ("queue", 1)])
def test_an_invitation_leads_as_far_as_it_is_trusted(
    site: Site, new_visitor: Any, kind: str, members: int
) -> None:
    slug = f"invited-{members}"
    owner, person = stage_community(site, slug, joining=Joining.INVITATION)
    desk: Visitor = new_visitor("desk").sign_in(owner)
    desk.open(f"/c/{slug}/desk/invitations")
    desk.page.get_by_label(kind).first.check()
    desk.press("Make it")
    link = desk.page.get_by_label("Send this link").input_value()
    visitor: Visitor = new_visitor("phone").sign_in(person)
    visitor.open(link).sees(f"The {slug}").type("Your name here", "Budi")
    visitor.page.get_by_role("button", name="oin").first.click()
    visitor.page.wait_for_load_state("networkidle")
    visitor.check()
    assert members_of(site, slug) == members


def test_a_block_takes_two_people_out_of_each_others_sight_at_once(
    site: Site, new_visitor: Any
) -> None:
    with site.staged():
        community = make_community(slug="blocked")
        one, other = (make_member(community, name=name) for name in ("Noor", "Viktor"))
        noor, viktor = person_of(one), person_of(other)
        path = f"/c/blocked/members/{other.public_id}"
        db.session.commit()
        for person in (noor, viktor):
            db.session.refresh(person)
            db.session.expunge(person)
    blocker: Visitor = new_visitor("phone").sign_in(noor)
    blocked: Visitor = new_visitor("desk").sign_in(viktor)
    blocked.open("/c/blocked/members").sees("Noor")
    blocker.open("/c/blocked/members").sees("Viktor").open(path).press("Block")
    blocker.page.get_by_role("dialog").get_by_role("button", name="Block").click()
    blocker.page.wait_for_load_state("networkidle")
    blocker.open("/c/blocked/members").sees_not("Viktor")
    blocked.open("/c/blocked/members").sees_not("Noor")


def test_a_report_reaches_an_outcome(site: Site, new_visitor: Any) -> None:
    with site.staged():
        community = make_community(slug="reported")
        moderator = make_member(community, role="moderator", name="Ines")
        member = make_member(community, name="Tom")
        subject = make_member(community, name="Rude Rudi")
        make_rules(community, "Be kind", agreed=(moderator, member, subject))
        people = person_of(moderator), person_of(member)
        address = people[1].emails[0].address
        path = f"/c/reported/members/{subject.public_id}"
        db.session.commit()
        for person in people:
            db.session.refresh(person)
            db.session.expunge(person)
    reporter: Visitor = new_visitor("phone").sign_in(people[1])
    reporter.open(path).follow("Report").tick("Be kind").type("What happened", "He shouted at Li")
    reporter.press("Send the report")
    desk: Visitor = new_visitor("desk").sign_in(people[0])
    desk.open("/c/reported/desk/reports").sees("Rude Rudi").follow("Be kind")
    desk.sees("He shouted at Li").press("I will look into it")
    desk.tick("A warning was given").type("Words to the one who reported", "We spoke with him")
    desk.press("Resolve").sees("A warning was given")
    desk.mail(address).sees("We spoke with him")
