"""What became of an introduction: asked of each for themselves, never shown to the other."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from app.communities.models import Community, Contact
from app.core.database import db
from app.core.errors import RuleViolation
from app.core.text import N_
from app.matching.models import (
    AnswerStep,
    Introduction,
    IntroductionAnswer,
    IntroductionState,
)
from app.matching.queries import introductions as reads
from app.matching.service import introduction_mails
from app.matching.service.introductions import ASKED_AFTER, IntroductionEnded, move, tell_useful

USEFUL_FROM = 4  # of 5: "useful" and "very useful"


class AnsweredAlready(RuleViolation):
    """What was said is kept as it was said: a second answer could be fished for."""

    message = N_("You have answered this already. Thank you.")


class NotAskedYet(RuleViolation):
    """The question comes when there was time to meet."""

    message = N_("It is early to ask. Come back to this later.")


class UsefulMissing(RuleViolation):
    """Who met says how it was."""

    message = N_("Say how useful it was.")


@dataclass(frozen=True)
class Said:
    """One answer: what is asked soon (met, useful), or what is asked later (still in touch)."""

    step: AnswerStep
    met: bool | None = None
    useful: int | None = None
    in_touch: bool | None = None


def due_steps(made: Introduction, *, now: datetime) -> list[AnswerStep]:
    """Return the questions that time has come for, the earliest first."""
    if made.state is IntroductionState.ENDED:
        return []
    return [step for step in AnswerStep if now >= made.introduced_at + ASKED_AFTER[step]]


def ask(made: Introduction, step: AnswerStep, *, now: datetime) -> None:
    """Ask both by mail; asking again changes nothing. Blocked pairs and who left are not asked."""
    if made.state is IntroductionState.ENDED or reads.are_apart(made):
        return
    community = db.session.get_one(Community, made.community_id)
    for side in reads.sides_of(made):
        if step is AnswerStep.LATER and not reads.has_met(made, side.contact_id):
            continue
        _ask(made, side.contact_id, step, now)
        introduction_mails.ask(made, side, step, community=community)


def answer(made: Introduction, contact: Contact, said: Said, *, now: datetime) -> None:
    """Keep what one of the two says; when both call it useful, both were helped."""
    db.session.refresh(made, with_for_update=True)
    if made.state is IntroductionState.ENDED:
        raise IntroductionEnded
    if now < made.introduced_at + ASKED_AFTER[said.step]:
        raise NotAskedYet
    if said.met and said.useful is None:
        raise UsefulMissing(field="useful")
    row = _ask(made, contact.id, said.step, now)
    if row.answered_at is not None:
        raise AnsweredAlready
    row.answered_at = now
    row.met = said.met
    row.useful = said.useful if said.met else None
    row.in_touch = said.in_touch
    db.session.flush()
    _conclude(made, now)


def _conclude(made: Introduction, now: datetime) -> None:
    """Move the introduction to where the answers say it is."""
    soon = [one for one in reads.answers_to(made) if one.step is AnswerStep.SOON]
    if made.state is IntroductionState.INTRODUCED and any(one.met for one in soon):
        move(made, IntroductionState.MET)
    liked = [one for one in soon if (one.useful or 0) >= USEFUL_FROM]
    if made.state is IntroductionState.MET and len(liked) == len(reads.sides_of(made)):
        move(made, IntroductionState.USEFUL)
        community = db.session.get_one(Community, made.community_id)
        tell_useful(made, community=community, now=now)


def _ask(
    made: Introduction, contact_id: int, step: AnswerStep, now: datetime
) -> IntroductionAnswer:
    """Return the row of an answer, written when it was first asked for."""
    db.session.execute(
        insert(IntroductionAnswer)
        .values(
            community_id=made.community_id,
            introduction_id=made.id,
            contact_id=contact_id,
            step=step,
            asked_at=now,
        )
        .on_conflict_do_nothing()
    )
    return reads.answer_of(made, contact_id, step)
