"""Two small communities: one founded last week, one private. Made by the real services."""

from datetime import datetime, time, timedelta
from random import Random

from sqlalchemy import select

from app.accounts.models import Person
from app.accounts.personas import MEMBER, MODERATOR, OWNER
from app.billing.service.plans import PlanDraft, create_plan, publish_plan
from app.cli.demodata import faces
from app.cli.demodata.people import Character, describe, invent, keep_picture, write_persons
from app.communities.models import (
    Community,
    Contact,
    ContactSource,
    InvitationKind,
    JoinedVia,
    Joining,
    Membership,
    Visibility,
)
from app.communities.service import invitations
from app.communities.service.contacts import contact_for_person
from app.communities.service.founding import Preset, found_community
from app.communities.service.hand import Hand
from app.communities.service.invitations import Terms
from app.communities.service.memberships import begin_membership
from app.core.database import db
from app.events.service import gatherings
from app.events.service.plan import Plan


def write_new(random: Random, lent: dict[str, Person], now: datetime) -> None:
    """Write a community founded last week: the checklist is half done."""
    at = now - timedelta(days=6)
    community = _found(
        lent[MODERATOR.address], MODERATOR.name, "Marché des voisins",
        "Échanger des légumes, des recettes et des coups de main entre voisins.", "fr", at,
    )  # fmt: skip
    community.hue, community.slug = 140, "marche-des-voisins"
    community.about = "Chaque samedi matin, une table dans la cour : on apporte ce qu'on a en trop."
    hand = _hand(community, lent[MODERATOR.address])
    invitations.make_invitation(
        community, Terms(InvitationKind.TRUSTED, label="Immeuble"), by=hand, now=at
    )
    _join(random, community, 4, at, "voisin")
    _add(community, lent[OWNER.address], OWNER.name, at + timedelta(days=2))
    free = PlanDraft(
        "Voisine, voisin",
        "On ne paie rien : on apporte, on emporte, et on range avec les autres.",
        monthly=None,
        yearly=None,
        grace_days=14,
    )
    publish_plan(create_plan(community, free, now=now), now=now)
    by = db.session.get_one(Contact, hand.membership.contact_id)
    soup = Plan(
        title="Soupe de la cour",
        starts_local=datetime.combine((now + timedelta(days=4)).date(), time(12)),
        minutes=120,
        zone=community.zone,
        words="Chacun épluche ce qu'il a en trop, et l'on mange ensemble dans la cour.",
        place="Deuxième cour",
        size=20,
    )
    gatherings.announce(community, soup, by=by, hosts=[by], now=now - timedelta(days=2))
    db.session.flush()


def write_private(random: Random, lent: dict[str, Person], now: datetime) -> None:
    """Write a private circle: strangers see its door and nothing else."""
    at = now - timedelta(days=220)
    community = _found(
        lent[OWNER.address], OWNER.name, "Founders' breakfast",
        "Eight people who each run something small, once a month before work.", "en", at,
    )  # fmt: skip
    community.visibility, community.joining = Visibility.PRIVATE, Joining.INVITATION
    community.hue, community.slug = 262, "founders-breakfast"
    community.checklist_done_at = at + timedelta(days=20)
    community.mark_key = keep_picture(faces.mark(262), community, square=faces.SIDE)
    _join(random, community, 7, at, "founder")
    _add(community, lent[MEMBER.address], MEMBER.name, at + timedelta(days=50))
    owner = _hand(community, lent[OWNER.address])
    by = db.session.get_one(Contact, owner.membership.contact_id)
    day = (now + timedelta(days=11)).date()
    gatherings.announce(
        community,
        Plan(
            title="December breakfast",
            starts_local=datetime.combine(day, time(7, 30)),
            minutes=90,
            zone=community.zone,
            words="One question each, ten minutes, no slides.",
            place="Back table of the bakery",
            size=9,
        ),
        by=by,
        hosts=[by],
        now=now - timedelta(days=4),
    )
    db.session.flush()


def _found(
    person: Person, founder: str, name: str, purpose: str, language: str, at: datetime
) -> Community:
    return found_community(
        name=name,
        purpose=purpose,
        person=person,
        founder_name=founder,
        preset=Preset(language=language, zone="Europe/Berlin", currency="eur"),
        now=at,
    )


def _join(random: Random, community: Community, number: int, at: datetime, kind: str) -> None:
    people = [
        Character(
            name=name,
            language=language,
            email=f"{kind}{place}@demo.example",
            joined_at=at + timedelta(hours=7 * place),
            zeal=0.5,
            lasts=timedelta(days=400),
        )
        for place, (name, language) in enumerate(invent(random, number), 1)
    ]
    for one in people:
        describe(random, one)
    write_persons(people)
    for one in people:
        person = db.session.get_one(Person, one.person_id)
        contact = _add(community, person, one.name, one.joined_at)
        contact.about = one.about
        contact.picture_key = keep_picture(faces.portrait(random), community, square=faces.SIDE)


def _add(community: Community, person: Person, name: str, at: datetime) -> Contact:
    contact = contact_for_person(community, person, name=name, source=ContactSource.JOINING, now=at)
    begin_membership(contact, community=community, via=JoinedVia.INVITATION, now=at)
    return contact


def _hand(community: Community, person: Person) -> Hand:
    membership = db.session.scalars(
        select(Membership)
        .join(Contact, Contact.id == Membership.contact_id)
        .where(Membership.community_id == community.id, Contact.person_id == person.id)
    ).one()
    return Hand(person, membership)
