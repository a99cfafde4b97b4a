"""Hellos: a yes to a suggestion that nobody but its sayer can tell, until the other says it too.

Whatever a hello writes stands in its own table, which no page, mail, ledger or export of anybody
else reads. Limits count on the sayer's side only: a full letter box would tell.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.communities.models import Community, Contact
from app.core.database import db, within
from app.core.errors import RuleViolation
from app.core.text import N_, clean_line
from app.matching import queries
from app.matching.models import Hello, HelloState, Introduction, MatchKind, MatchRole
from app.matching.models.introduction import LINE
from app.matching.queries import introductions as reads
from app.matching.service.introductions import introduce

GOOD_FOR = timedelta(days=30)
WAITING = 20

TRANSITIONS: dict[HelloState, frozenset[HelloState]] = {
    HelloState.WAITING: frozenset(
        {HelloState.MET, HelloState.TAKEN_BACK, HelloState.EXPIRED, HelloState.ENDED}
    ),
    HelloState.MET: frozenset(),
    HelloState.TAKEN_BACK: frozenset({HelloState.WAITING}),
    HelloState.EXPIRED: frozenset({HelloState.WAITING}),
    HelloState.ENDED: frozenset({HelloState.WAITING}),
}
"""From where a hello may go where; saying it again makes it wait again."""


class TooManyHellos(RuleViolation):
    """Who greets everybody greets nobody."""

    message = N_(
        "%(limit)s of your hellos still wait for an answer. Take one back, or wait a little."
    )


@dataclass(frozen=True)
class Greeting:
    """To whom a hello goes, hoping for what, with which words (shown when both said yes)."""

    other_id: int
    kind: MatchKind
    role: MatchRole = MatchRole.PEER
    line: str = ""


def say(contact: Contact, greeting: Greeting, *, now: datetime) -> Introduction | None:
    """Say hello; return the introduction when the other had said it too, else None.

    The caller has seen to it that the other is suggested to this member right now.
    """
    _one_after_the_other(contact, greeting.other_id)
    known = reads.introduction_between(contact, greeting.other_id)
    if known is not None:
        return known
    _check_limit(contact, greeting, now)
    mine = _keep(contact, greeting, now)
    theirs = reads.waiting_hello(
        contact.community_id, greeting.other_id, contact.id, greeting.kind, now
    )
    return introduce(mine, theirs, now=now) if theirs is not None else None


def take_back(contact: Contact, other_id: int, kind: MatchKind, *, now: datetime) -> bool:
    """Take a hello back, as if it had not been said; False when none was waiting."""
    _one_after_the_other(contact, other_id)
    ended = _end(HelloState.TAKEN_BACK, now).where(
        Hello.community_id == contact.community_id,
        Hello.contact_id == contact.id,
        Hello.other_id == other_id,
        Hello.kind == kind,
    )
    return bool(db.session.scalars(ended.returning(Hello.id)).all())


def end_of(contact: Contact, *, kind: MatchKind | None = None, now: datetime) -> None:
    """End the hellos of and to a member: they left, or want no more matches of a kind."""
    ended = _end(HelloState.ENDED, now).where(
        Hello.community_id == contact.community_id,
        or_(Hello.contact_id == contact.id, Hello.other_id == contact.id),
    )
    db.session.execute(ended if kind is None else ended.where(Hello.kind == kind))


def end_between(person_id: int, other_id: int, *, now: datetime) -> None:
    """End the hellos between two persons, in all communities: a block stands between them."""
    one, two = (
        select(Contact.id).where(Contact.person_id == number) for number in (person_id, other_id)
    )
    db.session.execute(
        _end(HelloState.ENDED, now).where(
            or_(
                Hello.contact_id.in_(one) & Hello.other_id.in_(two),
                Hello.contact_id.in_(two) & Hello.other_id.in_(one),
            )
        )
    )


def tidy(now: datetime) -> None:
    """End the hellos that ran out, and those of and to people who fell asleep or hid."""
    db.session.execute(_end(HelloState.EXPIRED, now).where(Hello.expires_at <= now))
    rows = db.session.execute(
        select(Hello.community_id, Hello.kind)
        .where(Hello.state == HelloState.WAITING)
        .distinct()
        .order_by(Hello.community_id, Hello.kind)
    )
    for community_id, kind in rows.all():
        community = db.session.get_one(Community, community_id)
        there = [person[0] for person in queries.candidates(community, kind, now)]
        db.session.execute(
            _end(HelloState.ENDED, now).where(
                Hello.community_id == community_id,
                Hello.kind == kind,
                or_(Hello.contact_id.not_in(there), Hello.other_id.not_in(there)),
            )
        )


def _end(state: HelloState, now: datetime) -> Update:
    before = [one for one, after in TRANSITIONS.items() if state in after]
    return update(Hello).where(Hello.state.in_(before)).values(state=state, ended_at=now)


def _one_after_the_other(contact: Contact, other_id: int) -> None:
    """Let two who say hello to each other at once pass one after the other: the second meets."""
    low, high = sorted((contact.id, other_id))
    db.session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"hello:{low}:{high}", 0)))
    )


def _check_limit(contact: Contact, greeting: Greeting, now: datetime) -> None:
    count = db.session.scalar(
        within(Hello, contact.community_id)
        .with_only_columns(func.count())
        .where(
            Hello.contact_id == contact.id,
            Hello.state == HelloState.WAITING,
            Hello.expires_at > now,
            or_(Hello.other_id != greeting.other_id, Hello.kind != greeting.kind),
        )
    )
    if (count or 0) >= WAITING:
        raise TooManyHellos(limit=WAITING)


def _keep(contact: Contact, greeting: Greeting, now: datetime) -> Hello:
    """Write a hello, or let the one that was said before wait again."""
    said = {
        "role": greeting.role,
        "line": clean_line(greeting.line)[:LINE],
        "state": HelloState.WAITING,
        "said_at": now,
        "expires_at": now + GOOD_FOR,
        "ended_at": None,
    }
    statement = insert(Hello).values(
        community_id=contact.community_id,
        contact_id=contact.id,
        other_id=greeting.other_id,
        kind=greeting.kind,
        **said,
    )
    number = db.session.scalar(
        statement.on_conflict_do_update(
            index_elements=["community_id", "contact_id", "kind", "other_id"], set_=said
        ).returning(Hello.id)
    )
    return db.session.get_one(Hello, number, populate_existing=True)
