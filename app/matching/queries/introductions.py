"""Reads of hellos and introductions: one's own only, never across a block."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.accounts.models import Block
from app.accounts.queries import blocked_person_ids, not_blocked
from app.communities.models import Contact
from app.conversations.models import Thread
from app.conversations.queries import Taking
from app.core.database import db, within
from app.matching.models import (
    AnswerStep,
    Hello,
    HelloState,
    Introduction,
    IntroductionAnswer,
    IntroductionSide,
    IntroductionState,
    MatchKind,
    MatchRole,
    MatchSetAside,
)

SHOWN = 200


@dataclass(frozen=True, slots=True)
class IntroductionRow:
    """One introduction as one of the two sees it."""

    introduction: Introduction
    role: MatchRole
    line: str  # what the reader wrote
    their_line: str
    other: Contact
    thread_id: str | None  # its public id
    answered: tuple[AnswerStep, ...]

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.introduction.state is IntroductionState.ENDED


@dataclass(frozen=True, slots=True)
class HelloRow:
    """A hello of one's own that waits."""

    kind: MatchKind
    line: str
    said_at: datetime
    expires_at: datetime
    public_id: str  # the other's
    name: str
    picture_key: str | None


def introductions_of(me: Taking, *, public_id: str | None = None) -> list[IntroductionRow]:
    """Return a member's introductions (or the one asked for), the newest first: one statement."""
    mine, theirs = aliased(IntroductionSide), aliased(IntroductionSide)
    asked = (
        select(
            Introduction,
            mine.role,
            mine.line,
            theirs.line,
            Contact,
            Thread.public_id,
            _answered_by(me.contact_id),
        )
        .join(mine, and_(mine.introduction_id == Introduction.id, mine.contact_id == me.contact_id))
        .join(
            theirs,
            and_(theirs.introduction_id == Introduction.id, theirs.contact_id == mine.other_id),
        )
        .join(Contact, Contact.id == mine.other_id)
        .outerjoin(Thread, Thread.id == Introduction.thread_id)
        .where(
            Introduction.community_id == me.community_id,
            not_blocked(me.person_id, Contact.person_id),
        )
        .order_by(Introduction.introduced_at.desc(), Introduction.id.desc())
        .limit(SHOWN)
    )
    if public_id is not None:
        asked = asked.where(Introduction.public_id == public_id)
    return [
        IntroductionRow(made, role, line, theirs_said, other, thread_id, _steps(steps or ()))
        for made, role, line, theirs_said, other, thread_id, steps in db.session.execute(asked)
    ]


def _answered_by(contact_id: int) -> ScalarSelect[list[str]]:
    """Return the questions that a member answered about the introduction of a row."""
    return (
        select(func.array_agg(IntroductionAnswer.step))
        .where(
            IntroductionAnswer.introduction_id == Introduction.id,
            IntroductionAnswer.contact_id == contact_id,
            IntroductionAnswer.answered_at.is_not(None),
        )
        .scalar_subquery()
    )


def _steps(names: Sequence[str]) -> tuple[AnswerStep, ...]:
    return tuple(AnswerStep(name) for name in names)


def hellos_waiting(me: Taking, now: datetime) -> list[HelloRow]:
    """Return a member's own hellos that wait for an answer, the newest first."""
    rows = db.session.execute(
        select(
            Hello.kind,
            Hello.line,
            Hello.said_at,
            Hello.expires_at,
            Contact.public_id,
            Contact.name,
            Contact.picture_key,
        )
        .join(Contact, Contact.id == Hello.other_id)
        .where(
            Hello.community_id == me.community_id,
            Hello.contact_id == me.contact_id,
            Hello.state == HelloState.WAITING,
            Hello.expires_at > now,
            not_blocked(me.person_id, Contact.person_id),
        )
        .order_by(Hello.said_at.desc(), Hello.id.desc())
    )
    return [HelloRow(*row) for row in rows]


def waiting_hello(
    community_id: int, contact_id: int, other_id: int, kind: MatchKind, now: datetime
) -> Hello | None:
    """Return a hello that still waits, unless its sayer set the other aside meanwhile."""
    set_aside = exists().where(
        MatchSetAside.community_id == community_id,
        MatchSetAside.contact_id == contact_id,
        MatchSetAside.other_id == other_id,
        or_(MatchSetAside.until.is_(None), MatchSetAside.until > now),
    )
    found: Hello | None = db.session.scalar(
        within(Hello, community_id)
        .where(
            Hello.contact_id == contact_id,
            Hello.other_id == other_id,
            Hello.kind == kind,
            Hello.state == HelloState.WAITING,
            Hello.expires_at > now,
            ~set_aside,
        )
        .with_for_update()
    )
    return found


def introduction_between(contact: Contact, other_id: int) -> Introduction | None:
    """Return the introduction of two members, whatever became of it."""
    low, high = sorted((contact.id, other_id))
    found: Introduction | None = db.session.scalar(
        within(Introduction, contact.community_id).where(
            Introduction.lower_id == low, Introduction.higher_id == high
        )
    )
    return found


def introduced_to(contact: Contact, other_public_id: str) -> Introduction | None:
    """Return the introduction of a member to another whom their page named."""
    other_id = db.session.scalar(
        within(Contact, contact.community_id)
        .with_only_columns(Contact.id)
        .where(
            Contact.public_id == other_public_id,
            not_blocked(contact.person_id, Contact.person_id),
        )
    )
    return introduction_between(contact, other_id) if other_id is not None else None


def is_introduced(
    contact_id: ColumnElement[int] | int, other: type[Contact]
) -> ColumnElement[bool]:
    """Return the clause for members who were introduced to a reader already: both know it."""
    return exists().where(
        Introduction.community_id == other.community_id,
        or_(
            and_(Introduction.lower_id == contact_id, Introduction.higher_id == other.id),
            and_(Introduction.lower_id == other.id, Introduction.higher_id == contact_id),
        ),
    )


def my_hello(
    contact_id: ColumnElement[int] | int,
    other_id: ColumnElement[int] | InstrumentedAttribute[int],
    kind: ColumnElement[MatchKind] | InstrumentedAttribute[MatchKind],
    now: ColumnElement[datetime] | datetime,
) -> ScalarSelect[datetime]:
    """Return when a reader said hello to the member of a row, or null: for their own page only."""
    return (
        select(Hello.said_at)
        .where(
            Hello.contact_id == contact_id,
            Hello.other_id == other_id,
            Hello.kind == kind,
            Hello.state == HelloState.WAITING,
            Hello.expires_at > now,
        )
        .scalar_subquery()
    )


def introduced_pairs(community_id: int) -> set[tuple[int, int]]:
    """Return the pairs of a community who were introduced, each both ways round."""
    rows = db.session.execute(
        within(Introduction, community_id).with_only_columns(
            Introduction.lower_id, Introduction.higher_id
        )
    ).all()
    return {(low, high) for low, high in rows} | {(high, low) for low, high in rows}


def sides_of(made: Introduction) -> list[IntroductionSide]:
    """Return both sides of an introduction."""
    return list(
        db.session.scalars(
            within(IntroductionSide, made.community_id)
            .where(IntroductionSide.introduction_id == made.id)
            .order_by(IntroductionSide.contact_id)
        )
    )


def answers_to(made: Introduction) -> Sequence[IntroductionAnswer]:
    """Return what both were asked."""
    return db.session.scalars(
        within(IntroductionAnswer, made.community_id).where(
            IntroductionAnswer.introduction_id == made.id
        )
    ).all()


def answer_of(made: Introduction, contact_id: int, step: AnswerStep) -> IntroductionAnswer:
    """Return the row of one answer; it has been written."""
    found: IntroductionAnswer = db.session.scalars(
        within(IntroductionAnswer, made.community_id).where(
            IntroductionAnswer.introduction_id == made.id,
            IntroductionAnswer.contact_id == contact_id,
            IntroductionAnswer.step == step,
        )
    ).one()
    return found


def has_met(made: Introduction, contact_id: int) -> bool:
    """Say whether one of the two told that they met."""
    return any(one.contact_id == contact_id and one.met for one in answers_to(made))


def are_apart(made: Introduction) -> bool:
    """Say whether a block stands between the two of an introduction."""
    people = db.session.scalars(
        select(Contact.person_id).where(Contact.id.in_((made.lower_id, made.higher_id)))
    ).all()
    one, two = people
    return one is None or two is None or two in blocked_person_ids(one)


def hidden_by_a_block(other_id: InstrumentedAttribute[int], person_id: int) -> ColumnElement[bool]:
    """Return the clause for rows about a member whom a block hides from a person."""
    viewer = cast(literal(person_id), BigInteger)
    return exists().where(
        Contact.id == other_id,
        or_(
            and_(Block.blocker_id == viewer, Block.blocked_id == Contact.person_id),
            and_(Block.blocked_id == viewer, Block.blocker_id == Contact.person_id),
        ),
    )


def answers_hidden_by_a_block(person_id: int) -> ColumnElement[bool]:
    """Return the clause for answers about a member whom a block hides from a person."""
    return exists().where(
        IntroductionSide.introduction_id == IntroductionAnswer.introduction_id,
        IntroductionSide.contact_id == IntroductionAnswer.contact_id,
        hidden_by_a_block(IntroductionSide.other_id, person_id),
    )


def greeted(contact: Contact, other_public_id: str, kind: MatchKind) -> int | None:
    """Return the id of a member to whom another's hello waits."""
    found: int | None = db.session.scalar(
        within(Hello, contact.community_id)
        .with_only_columns(Hello.other_id)
        .join(Contact, Contact.id == Hello.other_id)
        .where(
            Hello.contact_id == contact.id,
            Hello.kind == kind,
            Hello.state == HelloState.WAITING,
            Contact.public_id == other_public_id,
            not_blocked(contact.person_id, Contact.person_id),
        )
    )
    return found
