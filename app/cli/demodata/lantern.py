"""Lantern Street: 240 members over 24 months."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import insert

from app.accounts.hooks import Persona
from app.accounts.models import Person
from app.accounts.personas import MEMBER, MODERATOR, NEWCOMER, OWNER
from app.cli.demodata import care, faces, gatherings, help_given, meetings, money, tickets
from app.cli.demodata.coming import write_coming
from app.cli.demodata.ledger import Ledger
from app.cli.demodata.people import (
    LENT,
    Character,
    describe,
    invent,
    keep_picture,
    write_cards,
    write_persons,
)
from app.cli.demodata.spare_time import write_spare_time
from app.communities.models import (
    Community,
    EndReason,
    JoinedVia,
    Joining,
    Membership,
    Visibility,
)
from app.core.database import add, db, new_public_id
from app.core.text import search_text, sort_key
from app.matching import service as matching
from app.matching.models import MatchChoice, MatchKind

MONTHS = 24
MEMBERS, GONE, GUESTS, WAITING = 240, 31, 34, 4
LANGUAGES = ("en", "id", "fr", "zh_Hans", "ru")  # each with a host of its own
HUE = 38
SLUG = "lantern-street"
NAME = "Lantern Street"
PURPOSE = "Newcomers and old neighbours in Berlin who cook, run, mend and learn languages together."
ABOUT = (
    "We began with one long table in a cold yard. Today there are suppers, runs, a repair café and "
    "evenings on which everybody speaks a language badly on purpose.\n\n"
    "**Come once before you decide anything.** Nobody has to host, cook or be good at names. "
    "Whoever wants to give something back finds a list by the door."
)
WELCOME = (
    "Good that you are here. Put a face and a few words on your card, so that others find you, and "
    "come to the next language evening: it is the easiest way in."
)


def write(random: Random, lent: dict[str, Person], now: datetime) -> None:
    """Write the whole story of Lantern Street."""
    community = _found(lent, now)
    people = _cast(random, lent, now)
    write_persons(people)
    write_cards(random, community, people)
    ledger = Ledger(community)
    _write_memberships(random, community, people, ledger)
    team = {one.role: one.contact_id for one in people if one.role != "member"}
    hosts = {one.language: one.contact_id for one in people if one.role == "host"}
    members = [one for one in people if not one.is_guest]
    care.write_rules(community, members, now)
    care.write_door(
        random, community, [one for one in people if one.role == "waiting"], team["owner"]
    )
    care.write_reports(community, members, team["moderator"], now)
    care.write_hand_notes(random, community, members, team["organizer"], now)
    care.write_announcements(community, team["owner"], MEMBERS, now)
    care.write_ban(community, _banned(people), team["moderator"])
    pictures = [keep_picture(faces.poster(HUE + 47 * n, random), community) for n in range(6)]
    seats = [one for one in people if one.role != "waiting"]
    gatherings.write_past(random, community, seats, ledger, now=now, pictures=pictures)
    write_coming(random, community, seats, ledger, pictures=pictures, now=now)
    money.write_dues(random, community, people, team["owner"], now)
    tickets.write_ticketed(random, community, members, hosts=hosts, pictures=pictures, now=now)
    _choose_matches(random, community, members, now)
    write_spare_time(random, community, members, now)
    help_given.write_thanks(community, members, ledger, now)
    help_given.write_answers(community, ledger, now)
    ledger.write()
    matching.refresh(community, now=now)
    meetings.write_meetings(random, community, members, now)


def _found(lent: dict[str, Person], now: datetime) -> Community:
    community = add(
        Community(
            slug=SLUG,
            name=NAME,
            purpose=PURPOSE,
            about=ABOUT,
            welcome=WELCOME,
            visibility=Visibility.PUBLIC,
            joining=Joining.APPROVAL,
            hue=HUE,
            zone="Europe/Berlin",
            language="en",
            currency="eur",
            created_at=now - timedelta(days=MONTHS * 30.4),
            founder_id=lent[OWNER.address].id,
            checklist_done_at=now - timedelta(days=600),
            search_text=search_text(NAME, PURPOSE),
            sort_key=sort_key(NAME),
        )
    )
    community.mark_key = keep_picture(faces.mark(HUE), community, square=faces.SIDE)
    return community


def _cast(random: Random, lent: dict[str, Person], now: datetime) -> list[Character]:
    """Invent everybody: the team, members, those who left, guests, and those who wait."""
    began = now - timedelta(days=MONTHS * 30.4)
    known = [_known(lent, persona, now) for persona in (OWNER, MODERATOR, MEMBER, NEWCOMER)]
    number = MEMBERS + GONE - len(known)
    names = [pair for pair in invent(random, number + GUESTS + WAITING + 8)
             if pair[0] not in {one.name for one in known}]  # fmt: skip
    people = [*known]
    for place, (name, language) in enumerate(names[: number + GUESTS + WAITING]):
        at = began + (now - began) * (random.random() ** 0.72)
        one = Character(
            name=name,
            language=language,
            email=f"person{place + 1}@demo.example",
            joined_at=min(at, now - timedelta(hours=5)),
            zeal=random.betavariate(1.3, 2.2),
            lasts=timedelta(days=random.choice((60, 120, 200, 400, 900))),
        )
        people.append(one)
    _give_parts(random, people, number, now)
    for one in people:
        if not one.is_guest:
            describe(random, one)
    return people


def _known(lent: dict[str, Person], persona: Persona, now: datetime) -> Character:
    """Return one of those whom a visitor may be."""
    ages = {OWNER.address: 729, MODERATOR.address: 640, MEMBER.address: 410, NEWCOMER.address: 3}
    roles = {OWNER.address: "owner", MODERATOR.address: "moderator"}
    address = persona.address
    return Character(
        name=persona.name,
        language=persona.language,
        email=address,
        joined_at=now - timedelta(days=ages[address]),
        zeal=LENT,
        lasts=timedelta(days=3000),
        role=roles.get(address, "member"),
        person_id=lent[address].id,
    )


def _give_parts(random: Random, people: list[Character], number: int, now: datetime) -> None:
    """Say who helps, who left again, who was only a guest, and who waits at the door."""
    known = len(people) - number - GUESTS - WAITING
    members, others = people[known : known + number], people[known + number :]
    for one in others[:GUESTS]:
        one.is_guest = True
    for one in others[GUESTS:]:
        one.role, one.joined_at = "waiting", now - timedelta(hours=random.randint(4, 90))
    early = sorted(members, key=lambda one: one.joined_at)
    hosts = [next(one for one in early[2:] if one.language == spoken) for spoken in LANGUAGES]
    for one in (*early[:2], *hosts):
        one.role = "host" if one in hosts else "organizer"
        one.zeal, one.lasts = 0.8, timedelta(days=3000)
    leaving = [one for one in members if one.role == "member" and (now - one.joined_at).days > 45]
    for one in random.sample(leaving, GONE):
        one.left_at = one.joined_at + (now - one.joined_at) * random.uniform(0.2, 0.95)


def _banned(people: list[Character]) -> Character:
    return next(one for one in people if one.left_at is not None)


def _write_memberships(
    random: Random, community: Community, people: list[Character], ledger: Ledger
) -> None:
    """Write everybody's period, and what it tells the ledger."""
    banned, rows = _banned(people), []
    for one in people:
        if one.is_guest or one.role == "waiting":
            continue
        public_id = new_public_id()
        reason = EndReason.BANNED if one is banned else EndReason.LEFT
        rows.append(
            {
                "community_id": community.id,
                "public_id": public_id,
                "contact_id": one.contact_id,
                "role_key": one.role,
                "joined_at": one.joined_at,
                "joined_via": JoinedVia.FOUNDING
                if one.role == "owner"
                else random.choice((JoinedVia.APPROVAL, JoinedVia.APPROVAL, JoinedVia.INVITATION)),
                "welcomed_at": one.joined_at,
                "left_at": one.left_at,
                "end_reason": reason if one.left_at else None,
            }
        )
        subject = f"membership:{public_id}"
        ledger.tell(
            one.contact_id,
            "member.joined",
            f"{subject}:member.joined",
            one.joined_at,
            subject=subject,
        )
        ledger.tell(
            one.contact_id,
            "card.completed",
            f"card:{one.public_id}",
            one.joined_at + timedelta(minutes=random.randint(2, 90)),
        )
    db.session.execute(insert(Membership), rows)


def _choose_matches(
    random: Random, community: Community, members: list[Character], now: datetime
) -> None:
    """Let two thirds take part."""
    rows = []
    for one in members:
        if one.left_at is not None or one.role == "waiting":
            continue
        for kind, share in ((MatchKind.FRIEND, 0.66), (MatchKind.MENTOR, 0.4),
                            (MatchKind.COLLABORATOR, 0.3)):  # fmt: skip
            is_known = one.email in {OWNER.address, MEMBER.address, MODERATOR.address}
            if random.random() < share or is_known:
                chosen_at = min(one.joined_at + timedelta(days=2), now)
                rows.append(
                    {
                        "community_id": community.id,
                        "contact_id": one.contact_id,
                        "kind": kind,
                        "chosen_at": chosen_at,
                        "adult_said_at": chosen_at,
                    }
                )
    db.session.execute(insert(MatchChoice), rows)
