"""Reports: a member says what broke which rule; moderators look into it and answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update

from app.accounts.models import Person
from app.communities import hooks, queries
from app.communities.models import (
    Community,
    Contact,
    Outcome,
    Report,
    ReportAct,
    ReportNote,
    ReportState,
    ReportSubject,
    Rule,
)
from app.communities.queries.reports import handlers, site_handlers
from app.communities.service import memberships, report_mails
from app.communities.service.hand import Hand
from app.core import audit
from app.core.database import add, db
from app.core.errors import NotThere, RuleViolation
from app.core.text import N_, clean_text, is_blank

WORDS = 4000
TRANSITIONS: dict[ReportState, frozenset[ReportState]] = {
    ReportState.OPEN: frozenset({ReportState.IN_REVIEW}),
    ReportState.IN_REVIEW: frozenset({ReportState.OPEN, ReportState.RESOLVED}),
    ReportState.RESOLVED: frozenset(),
}
"""From where a report may go where; anything else is refused."""

_ACTS = {
    ReportState.IN_REVIEW: ReportAct.TAKEN,
    ReportState.OPEN: ReportAct.RETURNED,
    ReportState.RESOLVED: ReportAct.RESOLVED,
}


class WordsMissing(RuleViolation):
    """A report that names no rule says what happened."""

    message = N_("Say in a few words what happened, or name the rule that was broken.")


class NotAboutOneself(RuleViolation):
    """Nobody reports themself."""

    message = N_("You cannot report yourself.")


class ReportMoved(RuleViolation):
    """A colleague was faster."""

    message = N_("Someone else has moved this report meanwhile. Look at it again.")


class OutcomeImpossible(RuleViolation):
    """Only a member can be removed or banned."""

    message = N_("Nobody can be removed or banned here. Choose another outcome.")


class NoteMissing(RuleViolation):
    """A note needs words."""

    message = N_("Write the note first.")


@dataclass(frozen=True)
class Complaint:
    """What a reporter says: about what, which rule, in which words."""

    subject: ReportSubject
    public_id: str
    about: Contact | None = None
    rule: Rule | None = None
    words: str = ""


@dataclass(frozen=True)
class Decision:
    """How a moderator ends a report."""

    outcome: Outcome
    reply: str = ""  # to the reporter
    reason: str = ""  # for a removal or a ban


def report(
    community: Community, complaint: Complaint, *, reporter: Contact, now: datetime
) -> Report:
    """Put a report into the queue and tell those who may handle it: the site, if nobody here."""
    words = clean_text(complaint.words)[:WORDS]
    if complaint.rule is None and is_blank(words):
        raise WordsMissing(field="words")
    if complaint.about is not None and complaint.about.id == reporter.id:
        raise NotAboutOneself
    made = add(
        Report(
            community_id=community.id,
            reporter_id=reporter.id,
            subject=complaint.subject,
            subject_public_id=complaint.public_id,
            about_contact_id=complaint.about.id if complaint.about else None,
            rule_id=complaint.rule.id if complaint.rule else None,
            words=words,
            created_at=now,
        )
    )
    if here := handlers(made):
        report_mails.tell_handlers(made, here, community=community)
    else:
        report_mails.tell_site(made, site_handlers(made), community=community)
    return made


def take(made: Report, *, by: Hand, now: datetime) -> None:
    """Begin to look into a report."""
    _move(made, ReportState.IN_REVIEW, by=by, now=now)


def give_back(made: Report, *, by: Hand, now: datetime) -> None:
    """Put a report back into the queue."""
    _move(made, ReportState.OPEN, by=by, now=now)


def note(made: Report, *, words: str, by: Hand, now: datetime) -> ReportNote:
    """Write into a report's log."""
    text = clean_text(words)[:WORDS]
    if is_blank(text):
        raise NoteMissing(field="words")
    check_hand(made, by)
    return _log(made, ReportAct.NOTE, text, by=by, now=now)


def resolve(
    community: Community, made: Report, decision: Decision, *, by: Hand, now: datetime
) -> None:
    """End a report with an outcome, act on it, and tell the reporter."""
    _move(made, ReportState.RESOLVED, by=by, now=now, decision=decision)
    _act_on(made, decision, by=by, now=now)
    report_mails.tell_reporter(made, community=community)


def resolve_for_site(
    community: Community, made: Report, decision: Decision, *, by: Person, now: datetime
) -> None:
    """End a report that nobody of its community may judge, and tell the reporter."""
    if handlers(made) or by.id not in {one.id for one in site_handlers(made)}:
        raise NotThere
    _write(made, set(ReportState) - {ReportState.RESOLVED}, None, _resolved(decision), now)
    audit.record(
        "report.resolved_by_site",
        actor=by,
        community_id=made.community_id,
        subject=("report", made.id),
        outcome=decision.outcome.value,
    )
    report_mails.tell_reporter(made, community=community)


def check_hand(made: Report, by: Hand) -> None:
    """Refuse a moderator the report is about: to them it is not there."""
    if by.membership.contact_id == made.about_contact_id:
        raise NotThere


def _move(
    made: Report, state: ReportState, *, by: Hand, now: datetime, decision: Decision | None = None
) -> None:
    """Move a report along the table of transitions; of two moderators at once one succeeds."""
    check_hand(made, by)
    before = {one for one, after in TRANSITIONS.items() if state in after}
    hand = by.membership.contact_id if state is not ReportState.OPEN else None
    changed = _resolved(decision) if decision else {"state": state, "outcome": None, "reply": None}
    _write(made, before, hand, changed, now)
    _log(made, _ACTS[state], "", by=by, now=now)
    audit.record(
        f"report.{_ACTS[state]}",
        actor=by.person,
        community_id=made.community_id,
        subject=("report", made.id),
        outcome=decision.outcome.value if decision else None,
    )


def _resolved(decision: Decision) -> dict[str, Any]:
    return {
        "state": ReportState.RESOLVED,
        "outcome": decision.outcome,
        "reply": clean_text(decision.reply)[:WORDS] or None,
    }


def _write(
    made: Report,
    before: set[ReportState],
    hand: int | None,
    changed: dict[str, Any],
    now: datetime,
) -> None:
    """Change a report that still stands in one of some states; raises ReportMoved."""
    moved = db.session.scalar(
        update(Report)
        .where(Report.id == made.id, Report.state.in_(before))
        .values(handled_by_id=hand, handled_at=now, **changed)
        .returning(Report.id)
    )
    if moved is None:
        raise ReportMoved
    db.session.refresh(made)


def _act_on(made: Report, decision: Decision, *, by: Hand, now: datetime) -> None:
    if decision.outcome is Outcome.CONTENT_REMOVED and made.subject is ReportSubject.MESSAGE:
        community = db.session.get_one(Community, made.community_id)
        hooks.message_removed(community, made.subject_public_id, now)
    if decision.outcome not in {Outcome.REMOVED, Outcome.BANNED}:
        return
    about = made.about_contact
    membership = queries.membership_of(about) if about else None
    if decision.outcome is Outcome.BANNED and about is not None:
        memberships.ban(about, reason=decision.reason, by=by, now=now)
    elif membership is not None:
        memberships.remove(membership, words=decision.reason, by=by, now=now)
    else:
        raise OutcomeImpossible(field="outcome")


def _log(made: Report, act: ReportAct, words: str, *, by: Hand, now: datetime) -> ReportNote:
    return add(
        ReportNote(
            community_id=made.community_id,
            report_id=made.id,
            act=act,
            author_id=by.membership.contact_id,
            words=words,
            created_at=now,
        )
    )
