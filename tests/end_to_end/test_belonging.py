"""Ways in, rules, blocks and reports, as people meet them at a browser."""

from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.models import Person
from app.communities.models import Community, Contact, Joining, Membership
from app.core.database import db
from tests.end_to_end.conftest import Setting, Site, Visitor, in_each_setting, set_free
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


@in_each_setting
def test_an_open_door_leads_straight_in(site: Site, new_visitor: Any, setting: Setting) -> None:
    slug = f"open-door-{setting}"
    _, person = stage_community(site, slug)
    visitor: Visitor = new_visitor(setting).sign_in(person)
    visitor.open(f"/c/{slug}/join").type("Your name here", "Élodie").press("Join", exact=True)
    visitor.sees("Élodie")
    assert members_of(site, slug) == 2


@in_each_setting
def test_rules_are_agreed_to_at_the_door_and_again_when_they_change(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    slug = f"ruled-{setting}"
    _, person = stage_community(site, slug)
    publish_rules(site, slug, "Be kind")
    visitor: Visitor = new_visitor(setting).sign_in(person)
    visitor.open(f"/c/{slug}/join").sees("Be kind").type("Your name here", "Li")
    visitor.press("Join", exact=True, refused=422).sees("Please read the rules")
    visitor.tick("I have read the rules").press("Join", exact=True)
    assert members_of(site, slug) == 2
    visitor.open(f"/c/{slug}/members").sees(f"Owner of {slug}")

    publish_rules(site, slug, "Be kind and on time")
    visitor.open(f"/c/{slug}/members").sees("Be kind and on time").sees_not(f"Owner of {slug}")
    visitor.tick("I have read the rules").press("Go on")
    visitor.open(f"/c/{slug}/members").sees(f"Owner of {slug}")


@in_each_setting
def test_an_organizer_lets_in_whom_they_choose(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    slug = f"asked-{setting}"
    owner, person = stage_community(site, slug, joining=Joining.APPROVAL)
    visitor: Visitor = new_visitor(setting).sign_in(person)
    visitor.open(f"/c/{slug}/join").type("Your name here", "Putri").press("Ask to join")
    assert members_of(site, slug) == 1
    host: Visitor = new_visitor(setting).sign_in(owner)
    host.open(f"/c/{slug}/desk/requests").sees("Putri").tick("Putri").press("Approve the chosen")
    assert members_of(site, slug) == 2
    visitor.open(f"/c/{slug}/members").sees(f"Owner of {slug}")


@in_each_setting
@pytest.mark.parametrize(("kind", "members"), [("Straight in", 2), ("queue", 1)])
def test_an_invitation_leads_as_far_as_it_is_trusted(
    site: Site, new_visitor: Any, setting: Setting, kind: str, members: int
) -> None:
    slug = f"invited-{members}-{setting}"
    owner, person = stage_community(site, slug, joining=Joining.INVITATION)
    host: Visitor = new_visitor(setting).sign_in(owner)
    host.open(f"/c/{slug}/desk/invitations").tick(kind).press("Make it")
    link = host.page.get_by_label("Send this link").input_value()
    visitor: Visitor = new_visitor(setting).sign_in(person)
    visitor.open(link).sees(f"The {slug}").type("Your name here", "Budi").press("oin")
    assert members_of(site, slug) == members


@in_each_setting
def test_a_block_takes_two_people_out_of_each_others_sight_at_once(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    here = f"/c/blocked-{setting}/members"
    with site.staged():
        community = make_community(slug=f"blocked-{setting}")
        one, other = (make_member(community, name=name) for name in ("Noor", "Viktor"))
        noor, viktor = person_of(one), person_of(other)
        path = f"{here}/{other.public_id}"
        set_free(noor, viktor)
    blocker: Visitor = new_visitor(setting).sign_in(noor)
    blocked: Visitor = new_visitor(setting).sign_in(viktor)
    blocked.open(here).sees("Noor")
    blocker.open(here).sees("Viktor").open(path).press_in_dialog("Block")
    blocker.open(here).sees_not("Viktor")
    blocked.open(here).sees_not("Noor")


@in_each_setting
def test_a_report_reaches_an_outcome(site: Site, new_visitor: Any, setting: Setting) -> None:
    slug = f"reported-{setting}"
    with site.staged():
        community = make_community(slug=slug)
        moderator = make_member(community, role="moderator", name="Ines")
        member = make_member(community, name="Tom")
        subject = make_member(community, name="Rude Rudi")
        make_rules(community, "Be kind", agreed=(moderator, member, subject))
        people = person_of(moderator), person_of(member)
        address = people[1].emails[0].address
        path = f"/c/{slug}/members/{subject.public_id}"
        set_free(*people)
    reporter: Visitor = new_visitor(setting).sign_in(people[1])
    reporter.open(path).follow("Report").tick("Be kind").type("What happened", "He shouted at Li")
    reporter.press("Send the report")
    desk: Visitor = new_visitor(setting).sign_in(people[0])
    desk.open(f"/c/{slug}/desk/reports").sees("Rude Rudi").follow("Be kind")
    desk.sees("He shouted at Li").press("I will look into it")
    desk.tick("A warning was given").type("Words to the one who reported", "We spoke with him")
    desk.press("Resolve").sees("A warning was given")
    desk.mail(address).sees("We spoke with him")
