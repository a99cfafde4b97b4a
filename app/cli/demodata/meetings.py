"""Introductions of the story at every stage: a hello that waits, two who talk, two who were asked.

All by the real services, each at its own time; mails of the past are taken back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from app.accounts.personas import MEMBER, MODERATOR, OWNER
from app.cli.demodata.people import Character
from app.communities.models import Community, Contact
from app.conversations.models import Thread
from app.conversations.queries import Taking, talk
from app.conversations.service.messages import Draft, write
from app.core.database import db
from app.matching.models import AnswerStep, Introduction, MatchKind
from app.matching.service import hellos
from app.matching.service.hellos import Greeting
from app.matching.service.outcomes import Said, answer

PAIRS = 20
LATELY = (15, 16, 17, 19, 22, 26, 31, 38)  # days ago: asked since, and both were glad
SPAN = timedelta(days=330)
SHARE_MET, SHARE_LIKED = 0.7, 0.75

TALK = (
    (0, "Hello! You care about sourdough too, it says. I have a starter to share."),
    (1, "Wonderful, mine died last winter. Would Saturday before the long table suit you?"),
    (0, "It would. I bring the jar, you bring an appetite. Half past four at the gate?"),
    (1, "I will be there."),
)
LINES = (
    "I am the one with the red bicycle at the Thursday runs.",
    "Happy to practise with you, any evening but Tuesday.",
    "",
    "",
)


@dataclass(frozen=True)
class Known:
    """Those whom a visitor may be."""

    owner: Character
    moderator: Character
    member: Character


def write_meetings(
    random: Random, community: Community, people: list[Character], now: datetime
) -> None:
    """Write who was introduced to whom, what they said, and what came of it."""
    awake = [
        one
        for one in people
        if one.left_at is None
        and one.role in {"member", "host", "organizer"}
        and now - one.joined_at < one.lasts
        and now - one.joined_at > timedelta(days=40)
        and one.email not in {MEMBER.address, OWNER.address, MODERATOR.address}
    ]
    met: set[frozenset[int]] = set()
    long_ago = [(now - SPAN * (1 - number / PAIRS), None) for number in range(PAIRS)]
    lately = [(now - timedelta(days=days), True) for days in LATELY]
    for at, is_liked in (*long_ago, *lately):
        there = [one for one in awake if one.joined_at < at - timedelta(days=5)]
        if len(there) > 1:
            one, other = random.sample(there, 2)
            pair = frozenset((one.contact_id, other.contact_id))
            if pair in met:  # there is one introduction for each pair, and it is answered once
                continue
            met.add(pair)
            _conclude(random, _introduce(random, one, other, at), at, now, is_liked=is_liked)
    _write_known(random, community, _known(people), awake, now)


def _known(people: list[Character]) -> Known:
    by_address = {one.email: one for one in people}
    known = (by_address[persona.address] for persona in (OWNER, MODERATOR, MEMBER))
    return Known(*known)


def _write_known(
    random: Random, community: Community, known: Known, awake: list[Character], now: datetime
) -> None:
    """Give those whom a visitor may be something at each stage."""
    early = [one for one in awake if now - one.joined_at > timedelta(days=80)]
    talker, asked, sleeper, waiting, wished = random.sample(early, 5)
    made = _introduce(random, known.member, talker, now - timedelta(days=4))
    _talk(community, made, known.member, now - timedelta(days=4))
    _introduce(random, asked, known.member, now - timedelta(days=15))
    liked = _introduce(random, known.owner, sleeper, now - timedelta(days=70))
    _conclude(random, liked, now - timedelta(days=70), now, is_liked=True)
    _introduce(random, known.moderator, talker, now - timedelta(days=16))
    _say(random, waiting, known.member, now - timedelta(days=2))
    _say(random, known.member, wished, now - timedelta(days=1), kind=MatchKind.MENTOR)


def _introduce(random: Random, one: Character, other: Character, at: datetime) -> Introduction:
    """Let two say hello to each other; the second hello makes the introduction."""
    kind = random.choice((MatchKind.FRIEND, MatchKind.FRIEND, MatchKind.COLLABORATOR))
    _say(random, one, other, at - timedelta(days=2), kind=kind)
    made = _say(random, other, one, at, kind=kind)
    if made is None:
        raise LookupError("two hellos make an introduction")
    return made


def _say(
    random: Random,
    one: Character,
    other: Character,
    at: datetime,
    *,
    kind: MatchKind = MatchKind.FRIEND,
) -> Introduction | None:
    contact = db.session.get_one(Contact, one.contact_id)
    greeting = Greeting(other.contact_id, kind, line=random.choice(LINES))
    return hellos.say(contact, greeting, now=at)


def _talk(community: Community, made: Introduction, one: Character, at: datetime) -> None:
    """Let the two write to each other."""
    thread = db.session.get_one(Thread, made.thread_id)
    sides = (one.contact_id, made.higher_id + made.lower_id - one.contact_id)
    for step, (side, words) in enumerate(TALK):
        contact = db.session.get_one(Contact, sides[side])
        taking = Taking(community.id, contact.id, contact.person_id or 0)
        found = talk(taking, thread.public_id)
        if found is None:
            raise LookupError("the two of an introduction have a thread")
        write(found, Draft(words), community=community, now=at + timedelta(hours=5 * step + 2))


def _conclude(
    random: Random,
    made: Introduction,
    at: datetime,
    now: datetime,
    *,
    is_liked: bool | None = None,
) -> None:
    """Let both answer what came of it, where there was time to ask."""
    asked = at + timedelta(days=15)
    if asked > now:
        return
    has_met = is_liked or random.random() < SHARE_MET
    for contact_id in (made.lower_id, made.higher_id):
        likes = is_liked or random.random() < SHARE_LIKED
        useful = random.choice((4, 5)) if likes else random.choice((2, 3))
        said = Said(AnswerStep.SOON, met=has_met, useful=useful if has_met else None)
        answer(made, db.session.get_one(Contact, contact_id), said, now=asked)
