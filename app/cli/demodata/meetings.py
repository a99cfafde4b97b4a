"""Introductions of the story at every stage, from a hello that waits to two who are in touch.

All by the real services, each at its own time; mails of the past are taken back.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select

from app.accounts.personas import MEMBER, MODERATOR, OWNER
from app.cli.demodata import tongues
from app.cli.demodata.people import Character
from app.communities.models import Community, Contact
from app.conversations.models import Thread
from app.conversations.queries import Taking, talk
from app.conversations.service.messages import Draft, write
from app.core.database import db
from app.matching.models import (
    AnswerStep,
    EndedBy,
    Introduction,
    MatchKind,
    MatchRole,
    Suggestion,
)
from app.matching.service import hellos, introductions, set_aside
from app.matching.service.hellos import Greeting
from app.matching.service.outcomes import Said, answer

PAIRS = 20
LATELY = (15, 16, 17, 19, 22, 26, 31, 38)  # days ago: asked since, and both were glad
SPAN = timedelta(days=330)
SHARE_MET, SHARE_LIKED, SHARE_IN_TOUCH = 0.7, 0.75, 0.7
SOON, LATER = timedelta(days=15), timedelta(days=61)  # when the two questions are answered
KINDS = (MatchKind.FRIEND, MatchKind.FRIEND, MatchKind.COLLABORATOR)


@dataclass(frozen=True)
class Known:
    """Those whom a visitor may be."""

    owner: Character
    moderator: Character
    member: Character


class Circle:
    """Those who have been here for a while, each chosen once, and whom each is suggested."""

    def __init__(self, community: Community, people: list[Character]) -> None:
        self._all, self._left = people, list(people)
        self._suggested: dict[tuple[int, MatchKind], list[int]] = defaultdict(list)
        rows = db.session.execute(
            select(Suggestion.contact_id, Suggestion.kind, Suggestion.other_id)
            .where(Suggestion.community_id == community.id)
            .order_by(Suggestion.contact_id, Suggestion.kind, Suggestion.rank)
        )
        for contact_id, kind, other_id in rows:
            self._suggested[contact_id, kind].append(other_id)

    def take(
        self, one: Character, *, kind: MatchKind = MatchKind.FRIEND, language: str = ""
    ) -> Character:
        """Return who speaks the language, if anybody does, and stands high on someone's page."""
        page = self._suggested[one.contact_id, kind]
        speaking = self._speaking(language, but=one)
        on_page = [other for other in speaking if other.contact_id in page]
        return self._chosen(
            min(on_page, key=lambda other: page.index(other.contact_id)) if on_page else speaking[0]
        )

    def take_speaker(self, language: str) -> Character:
        """Return somebody who speaks a language, or anybody."""
        return self._chosen(self._speaking(language)[0])

    def _speaking(self, language: str, *, but: Character | None = None) -> list[Character]:
        left = [one for one in self._left if one is not but]
        if not left:  # everybody was chosen once
            self._left = list(self._all)
            left = [one for one in self._left if one is not but]
        return [one for one in left if language in {"", one.language}] or left

    def _chosen(self, one: Character) -> Character:
        self._left.remove(one)
        return one


def write_meetings(
    random: Random, community: Community, people: list[Character], now: datetime
) -> None:
    """Write who was introduced to whom, what they said, and what came of it."""
    known = _known(people)
    awake = [
        one
        for one in people
        if one.left_at is None
        and one.role in {"member", "host", "organizer"}
        and now - one.joined_at < one.lasts
        and now - one.joined_at > timedelta(days=40)
        and one.email not in {MEMBER.address, OWNER.address, MODERATOR.address}
    ]
    early = [one for one in awake if now - one.joined_at > timedelta(days=80)]
    circle = Circle(community, early)
    _write_known(random, community, known, circle, now)
    for days, language in ((33, "zh_Hans"), (27, "id")):
        one = circle.take_speaker(language)
        _talk(community, _introduce(random, one, circle.take(one, language=language), now, days))
    _write_ended(random, known, people, now)
    _write_pairs(random, awake, now)
    hellos.tidy(now)


def _write_pairs(random: Random, awake: list[Character], now: datetime) -> None:
    """Write who met over the year, and in the last weeks."""
    met: set[frozenset[int]] = set()
    long_ago = [((SPAN * (1 - number / PAIRS)).days, None) for number in range(PAIRS)]
    for days, is_liked in (*long_ago, *((days, True) for days in LATELY)):
        at = now - timedelta(days=days)
        there = [one for one in awake if one.joined_at < at - timedelta(days=5)]
        if len(there) > 1:
            one, other = random.sample(there, 2)
            pair = frozenset((one.contact_id, other.contact_id))
            if pair in met:  # there is one introduction for each pair, and it is answered once
                continue
            met.add(pair)
            made = _introduce(random, one, other, now, days, kind=random.choice(KINDS))
            _conclude(random, made, now, is_liked=is_liked)


def _known(people: list[Character]) -> Known:
    by_address = {one.email: one for one in people}
    known = (by_address[persona.address] for persona in (OWNER, MODERATOR, MEMBER))
    return Known(*known)


def _write_known(
    random: Random, community: Community, known: Known, circle: Circle, now: datetime
) -> None:
    """Give those whom a visitor may be something at each stage, and people to talk with."""
    owner, moderator, member = known.owner, known.moderator, known.member
    waiting = circle.take(member)
    wished = circle.take(member, kind=MatchKind.MENTOR)
    _talk(community, _introduce(random, member, circle.take(member, language="ru"), now, 4))
    _introduce(random, circle.take(member), member, now, 15)
    liked = _introduce(random, owner, circle.take(owner, language="en"), now, 70)
    _talk(community, liked)
    _conclude(random, liked, now, is_liked=True)
    _talk(community, _introduce(random, moderator, circle.take(moderator, language="fr"), now, 16))
    _say(random, waiting, member, now - timedelta(days=2))
    _say(random, member, wished, now - timedelta(days=1), kind=MatchKind.MENTOR)
    regretted = circle.take(member)
    _say(random, member, regretted, now - timedelta(days=6))
    hellos.take_back(_card(member), regretted.contact_id, MatchKind.FRIEND, now=now)
    _say(random, owner, circle.take(owner), now - timedelta(days=41))  # nobody answered
    set_aside.postpone(_card(member), circle.take(member).contact_id, now=now - timedelta(days=3))
    for one in (owner, member):
        set_aside.refuse(_card(one), circle.take(one).contact_id, now=now - timedelta(days=9))


def _write_ended(random: Random, known: Known, people: list[Character], now: datetime) -> None:
    """Let two who were introduced part, and a hello come too late: somebody has left."""
    gone = [
        one
        for one in people
        if one.left_at is not None and one.left_at - one.joined_at > timedelta(days=60)
    ]
    for one in gone[:1]:
        left_at = one.left_at or now
        contact = _card(one)
        _introduce(random, known.owner, one, left_at, 20)
        _say(random, known.moderator, one, left_at - timedelta(days=5))
        hellos.end_of(contact, now=left_at)
        introductions.end_of(contact, why=EndedBy.LEFT, now=left_at)


def _introduce(
    random: Random,
    one: Character,
    other: Character,
    now: datetime,
    days: int,
    kind: MatchKind = MatchKind.FRIEND,
) -> Introduction:
    """Let two say hello to each other; the second hello makes the introduction."""
    at = now - timedelta(days=days)
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
    role = MatchRole.PEER if kind is not MatchKind.MENTOR else MatchRole.MENTOR
    line = random.choice(tongues.LINES[one.language])
    return hellos.say(_card(one), Greeting(other.contact_id, kind, role, line), now=at)


def _card(one: Character) -> Contact:
    return db.session.get_one(Contact, one.contact_id)


def _talk(community: Community, made: Introduction) -> None:
    """Let the two write to each other, in the language that both cards name or in English."""
    thread = db.session.get_one(Thread, made.thread_id)
    cards = [db.session.get_one(Contact, number) for number in (made.lower_id, made.higher_id)]
    spoken = {card.language or "en" for card in cards}
    words = tongues.TALKS[spoken.pop() if len(spoken) == 1 else "en"]
    for step, (side, text) in enumerate(words):
        card = cards[side]
        found = talk(Taking(community.id, card.id, card.person_id or 0), thread.public_id)
        if found is None:
            raise LookupError("the two of an introduction have a thread")
        at = made.introduced_at + timedelta(hours=5 * step + 2)
        write(found, Draft(text), community=community, now=at)


def _conclude(
    random: Random, made: Introduction, now: datetime, *, is_liked: bool | None = None
) -> None:
    """Let both answer what came of it, and later whether they are in touch, if it is time."""
    if made.introduced_at + SOON > now:
        return
    has_met = is_liked or random.random() < SHARE_MET
    for contact_id in (made.lower_id, made.higher_id):
        card = db.session.get_one(Contact, contact_id)
        likes = is_liked or random.random() < SHARE_LIKED
        useful = random.choice((4, 5)) if likes else random.choice((2, 3))
        said = Said(AnswerStep.SOON, met=has_met, useful=useful if has_met else None)
        answer(made, card, said, now=made.introduced_at + SOON)
        if has_met and made.introduced_at + LATER < now:
            in_touch = is_liked or random.random() < SHARE_IN_TOUCH
            said = Said(AnswerStep.LATER, in_touch=in_touch)
            answer(made, card, said, now=made.introduced_at + LATER)
