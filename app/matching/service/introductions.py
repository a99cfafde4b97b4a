"""Introductions: both said yes, so both are told, can talk, and are asked later what came of it."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from app.activity import service as activity
from app.activity.kinds import FOUND_USEFUL, INTRODUCED
from app.activity.service import Fact
from app.communities.models import Community, Contact
from app.conversations.models import ThreadOrigin
from app.conversations.service.threads import open_thread
from app.core import jobs
from app.core.database import add, db, within
from app.core.errors import RuleViolation
from app.core.text import N_
from app.matching.models import (
    AnswerStep,
    EndedBy,
    Hello,
    HelloState,
    Introduction,
    IntroductionSide,
    IntroductionState,
    Suggestion,
)
from app.matching.queries import introductions as reads
from app.matching.service import introduction_mails

ASKED_AFTER = {AnswerStep.SOON: timedelta(days=14), AnswerStep.LATER: timedelta(days=60)}

TRANSITIONS: dict[IntroductionState, frozenset[IntroductionState]] = {
    IntroductionState.INTRODUCED: frozenset({IntroductionState.MET, IntroductionState.ENDED}),
    IntroductionState.MET: frozenset({IntroductionState.USEFUL, IntroductionState.ENDED}),
    IntroductionState.USEFUL: frozenset({IntroductionState.ENDED}),
    IntroductionState.ENDED: frozenset(),
}
"""From where an introduction may go where; anything else is refused."""


class IntroductionEnded(RuleViolation):
    """One of the two is not here any more."""

    message = N_("This introduction has ended.")


def introduce(mine: Hello, theirs: Hello, *, now: datetime) -> Introduction:
    """Introduce two who both said hello: a page, a thread, a mail to each, a fact for each."""
    community = db.session.get_one(Community, mine.community_id)
    low, high = sorted((mine.contact_id, theirs.contact_id))
    thread = open_thread(community.id, (low, high), origin=ThreadOrigin.INTRODUCTION, now=now)
    made = add(
        Introduction(
            community_id=community.id,
            lower_id=low,
            higher_id=high,
            kind=mine.kind,
            introduced_at=now,
            thread_id=thread.id,
        )
    )
    sides = [_side(made, hello) for hello in (mine, theirs)]
    for hello in (mine, theirs):
        hello.state, hello.ended_at = HelloState.MET, now
    _end_other_hellos(low, high, now)
    for side in sides:
        _tell_ledger(made, side, INTRODUCED, community, now)
    introduction_mails.tell_introduced(made, sides, thread, community=community)
    for step, span in ASKED_AFTER.items():
        jobs.defer("matching.ask", at=now + span, introduction_id=made.id, step=step.value)
    return made


def move(made: Introduction, state: IntroductionState) -> None:
    """Move an introduction along the table of transitions; raises IntroductionEnded."""
    if made.state is state:
        return
    if state not in TRANSITIONS[made.state]:
        raise IntroductionEnded
    made.state = state
    db.session.flush()


def end_of(contact: Contact, *, why: EndedBy, now: datetime) -> None:
    """End every introduction of a member who leaves or is erased."""
    _end(
        now,
        why,
        Introduction.community_id == contact.community_id,
        or_(Introduction.lower_id == contact.id, Introduction.higher_id == contact.id),
    )


def end_between(person_id: int, other_id: int, *, now: datetime) -> None:
    """End the introductions of two persons: a block stands between them."""
    one, two = (
        select(Contact.id).where(Contact.person_id == number) for number in (person_id, other_id)
    )
    _end(
        now,
        EndedBy.BLOCKED,
        or_(
            Introduction.lower_id.in_(one) & Introduction.higher_id.in_(two),
            Introduction.lower_id.in_(two) & Introduction.higher_id.in_(one),
        ),
    )


def tell_useful(made: Introduction, *, community: Community, now: datetime) -> None:
    """Write for both that they found it useful: these are the people helped."""
    for side in reads.sides_of(made):
        _tell_ledger(made, side, FOUND_USEFUL, community, now)


def _end(now: datetime, why: EndedBy, *which: object) -> None:
    before = [one for one, after in TRANSITIONS.items() if IntroductionState.ENDED in after]
    db.session.execute(
        update(Introduction)
        .where(Introduction.state.in_(before), *which)  # type: ignore[arg-type]  # clauses
        .values(state=IntroductionState.ENDED, ended_at=now, ended_by=why)
    )
    db.session.expire_all()


def _side(made: Introduction, hello: Hello) -> IntroductionSide:
    """Keep what the introduction is to one of the two, with the reasons they were shown."""
    reasons = db.session.scalar(
        within(Suggestion, made.community_id)
        .with_only_columns(Suggestion.reasons)
        .where(
            Suggestion.contact_id == hello.contact_id,
            Suggestion.other_id == hello.other_id,
            Suggestion.kind == hello.kind,
        )
    )
    return add(
        IntroductionSide(
            community_id=made.community_id,
            introduction_id=made.id,
            contact_id=hello.contact_id,
            other_id=hello.other_id,
            role=hello.role,
            line=hello.line,
            reasons=reasons or [],
        )
    )


def _end_other_hellos(low: int, high: int, now: datetime) -> None:
    """Let hellos between the two in other kinds rest: they know each other now."""
    db.session.flush()
    db.session.execute(
        update(Hello)
        .where(
            Hello.state == HelloState.WAITING,
            Hello.contact_id.in_((low, high)),
            Hello.other_id.in_((low, high)),
        )
        .values(state=HelloState.ENDED, ended_at=now)
    )


def _tell_ledger(
    made: Introduction, side: IntroductionSide, kind: str, community: Community, now: datetime
) -> None:
    activity.record(
        Fact(
            community_id=community.id,
            contact_id=side.contact_id,
            type=kind,
            uid=f"introduction:{made.public_id}:{kind}:{side.contact_id}",
            happened_at=now,
            subject=f"introduction:{made.public_id}",
            counterpart_id=side.other_id,
        ),
        zone=community.zone,
    )
