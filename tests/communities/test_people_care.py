"""Block and report: no trace of a blocked pair; a report is never judged by whom it is about."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.service import block
from app.communities.models import (
    Ban,
    Community,
    Contact,
    EndReason,
    Membership,
    Outcome,
    Report,
    ReportAct,
    ReportState,
    ReportSubject,
)
from app.communities.queries import membership_of
from app.communities.queries import reports as reads
from app.communities.queries.people import notes_about
from app.communities.service import reports
from app.communities.service.refusals import OutOfRank, ReasonMissing
from app.communities.service.reports import (
    TRANSITIONS,
    Complaint,
    Decision,
    NotAboutOneself,
    NoteMissing,
    OutcomeImpossible,
    ReportMoved,
    WordsMissing,
)
from app.communities.service.tags import write_note
from app.core.errors import NotThere
from app.core.models import AuditEntry, OutgoingMail
from tests.communities.people import eyes_of, hand_of
from tests.conftest import FixedClock
from tests.factories import (
    make_community,
    make_member,
    make_rules,
    person_of,
)


class Scene:
    """A community with two moderators, someone who reports and someone reported."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.community: Community = make_community()
        self.owner = make_member(self.community, role="owner", name="Owner")
        self.moderator = make_member(self.community, role="moderator", name="Moderator")
        self.reporter = make_member(self.community, name="Reporter")
        self.about = make_member(self.community, name="Rude Person")

    def report(self, about: Contact | None = None, words: str = "They shouted") -> Report:
        """Let the reporter report someone."""
        about = about or self.about
        complaint = Complaint(ReportSubject.CONTACT, about.public_id, about, words=words)
        return reports.report(self.community, complaint, reporter=self.reporter, now=self.clock.now)

    def resolve(self, report: Report, outcome: Outcome, *, by: Contact, **words: str) -> None:
        """Let someone end a report."""
        decision = Decision(outcome, **words)
        reports.resolve(self.community, report, decision, by=hand_of(by), now=self.clock.now)


@pytest.fixture
def scene(session: Session, clock: FixedClock) -> Scene:
    """A community where something happened."""
    return Scene(clock)


def mails(session: Session, kind: str) -> list[OutgoingMail]:
    """Return the mails of a kind, by address."""
    return list(
        session.scalars(
            select(OutgoingMail)
            .where(OutgoingMail.kind == f"communities.{kind}")
            .order_by(OutgoingMail.id)
        )
    )


def test_moderators_are_told_without_a_name(session: Session, scene: Scene) -> None:
    made = scene.report()
    told = mails(session, "report")
    assert {mail.contact_id for mail in told} == {scene.owner.id, scene.moderator.id}
    assert made.public_id in told[0].text_body
    for secret in ("Rude Person", "Reporter", "shouted"):
        assert secret not in told[0].text_body + told[0].subject


def test_nobody_is_told_of_a_report_about_themself(session: Session, scene: Scene) -> None:
    made = scene.report(about=scene.moderator)
    assert [mail.contact_id for mail in mails(session, "report")] == [scene.owner.id]
    assert reads.report_by_id(scene.community.id, eyes_of(scene.moderator), made.public_id) is None
    assert reads.queue(scene.community.id, eyes_of(scene.moderator), ReportState.OPEN) == []
    assert reads.counts(scene.community.id, eyes_of(scene.moderator))[ReportState.OPEN] == 0
    assert reads.counts(scene.community.id, eyes_of(scene.owner))[ReportState.OPEN] == 1
    with pytest.raises(NotThere):
        reports.take(made, by=hand_of(scene.moderator), now=scene.clock.now)
    with pytest.raises(NotThere):
        reports.note(made, words="x", by=hand_of(scene.moderator), now=scene.clock.now)


@pytest.mark.parametrize("side", ["reporter", "about"])
def test_a_report_does_not_cross_a_block(session: Session, scene: Scene, side: str) -> None:
    other = getattr(scene, side)
    block(person_of(other), person_of(scene.moderator), now=scene.clock.now)
    made = scene.report()
    assert [mail.contact_id for mail in mails(session, "report")] == [scene.owner.id]
    assert reads.report_by_id(scene.community.id, eyes_of(scene.moderator), made.public_id) is None


def test_a_report_says_what_happened(session: Session, scene: Scene) -> None:
    with pytest.raises(WordsMissing):
        scene.report(words=" \u200b ")
    with pytest.raises(NotAboutOneself):
        scene.report(about=scene.reporter)
    make_rules(scene.community, "Be kind", "No selling")
    make_rules(scene.community, "Be kinder")
    rule = reads.rules_to_name(scene.community.id)[0]
    complaint = Complaint(ReportSubject.COMMUNITY, scene.community.public_id, rule=rule)
    made = reports.report(scene.community, complaint, reporter=scene.reporter, now=scene.clock.now)
    assert (made.words, made.rule_id, rule.title) == ("", rule.id, "Be kinder")


@pytest.mark.parametrize("state", list(ReportState))
@pytest.mark.parametrize("after", list(ReportState))
def test_a_report_moves_along_its_table_only(
    scene: Scene, state: ReportState, after: ReportState
) -> None:
    made = scene.report()
    made.state = state
    made.outcome = Outcome.NO_ACTION if state is ReportState.RESOLVED else None
    by, now = hand_of(scene.moderator), scene.clock.now
    moves = {
        ReportState.OPEN: lambda: reports.give_back(made, by=by, now=now),
        ReportState.IN_REVIEW: lambda: reports.take(made, by=by, now=now),
        ReportState.RESOLVED: lambda: scene.resolve(made, Outcome.TALKED, by=scene.moderator),
    }
    if after in TRANSITIONS[state]:
        moves[after]()
        assert made.state is after
    else:
        with pytest.raises(ReportMoved):
            moves[after]()


def test_several_hands_write_one_log(session: Session, scene: Scene) -> None:
    made, now = scene.report(), scene.clock.now
    reports.take(made, by=hand_of(scene.moderator), now=now)
    reports.note(made, words=" Asked both ", by=hand_of(scene.owner), now=now)
    with pytest.raises(NoteMissing):
        reports.note(made, words="  ", by=hand_of(scene.owner), now=now)
    reports.give_back(made, by=hand_of(scene.moderator), now=now)
    assert session.scalars(select(Report.handled_by_id)).all() == [None]
    reports.take(made, by=hand_of(scene.owner), now=now)
    scene.resolve(made, Outcome.WARNED, by=scene.owner, reply="Thank you.")
    assert [
        (line.act, line.words, name) for line, name in reads.log_of(made, eyes_of(scene.owner))
    ] == [
        (ReportAct.TAKEN, "", "Moderator"),
        (ReportAct.NOTE, "Asked both", "Owner"),
        (ReportAct.RETURNED, "", "Moderator"),
        (ReportAct.TAKEN, "", "Owner"),
        (ReportAct.RESOLVED, "", "Owner"),
    ]
    assert (made.handled_by_id, made.reply) == (scene.owner.id, "Thank you.")
    acts = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert acts == ["report.taken", "report.returned", "report.taken", "report.resolved"]


@pytest.mark.parametrize("outcome", [Outcome.NO_ACTION, Outcome.WARNED])
def test_the_reporter_is_told_without_a_name(
    session: Session, scene: Scene, outcome: Outcome
) -> None:
    made = scene.report()
    reports.take(made, by=hand_of(scene.moderator), now=scene.clock.now)
    scene.resolve(made, outcome, by=scene.moderator, reply="Write again.")
    (mail,) = mails(session, "report_outcome")
    assert mail.contact_id == scene.reporter.id
    assert "Write again." in mail.text_body
    assert ("nothing against the rules" in mail.text_body) is (outcome is Outcome.NO_ACTION)
    assert "Rude Person" not in mail.text_body + mail.html_body


def test_an_outcome_may_remove_or_ban(session: Session, scene: Scene) -> None:
    removed, now = scene.report(), scene.clock.now
    reports.take(removed, by=hand_of(scene.moderator), now=now)
    scene.resolve(removed, Outcome.REMOVED, by=scene.moderator, reason="Shouting")
    ended = session.scalars(select(Membership).where(Membership.contact_id == scene.about.id)).one()
    assert (ended.end_reason, ended.end_words) == (EndReason.REMOVED, "Shouting")
    again = scene.report()
    reports.take(again, by=hand_of(scene.moderator), now=now)
    with pytest.raises(OutcomeImpossible):
        scene.resolve(again, Outcome.REMOVED, by=scene.moderator)
    session.refresh(again)
    again.state, again.outcome = ReportState.IN_REVIEW, None
    with pytest.raises(ReasonMissing):
        scene.resolve(again, Outcome.BANNED, by=scene.moderator)
    again.state, again.outcome = ReportState.IN_REVIEW, None
    scene.resolve(again, Outcome.BANNED, by=scene.moderator, reason="Shouting")
    assert session.scalars(select(Ban.contact_id)).all() == [scene.about.id]


def test_nobody_is_removed_who_stands_higher(scene: Scene) -> None:
    made = scene.report(about=scene.owner)
    reports.take(made, by=hand_of(scene.moderator), now=scene.clock.now)
    with pytest.raises(OutOfRank):
        scene.resolve(made, Outcome.REMOVED, by=scene.moderator)
    assert membership_of(scene.owner) is not None


def test_a_community_itself_cannot_be_banned(scene: Scene) -> None:
    complaint = Complaint(ReportSubject.COMMUNITY, scene.community.public_id, words="Hm")
    made = reports.report(scene.community, complaint, reporter=scene.reporter, now=scene.clock.now)
    reports.take(made, by=hand_of(scene.moderator), now=scene.clock.now)
    with pytest.raises(OutcomeImpossible):
        scene.resolve(made, Outcome.BANNED, by=scene.moderator, reason="x")


def test_a_blocked_colleague_leaves_no_name(session: Session, scene: Scene) -> None:
    made = scene.report()
    reports.take(made, by=hand_of(scene.moderator), now=scene.clock.now)
    write_note(scene.about, author=scene.moderator, words="Called", now=scene.clock.now)
    block(person_of(scene.moderator), person_of(scene.owner), now=scene.clock.now)
    eyes = eyes_of(scene.owner, is_organizer=True)
    assert [name for _line, name in reads.log_of(made, eyes)] == [None]
    assert [name for _note, name in notes_about(scene.about, eyes)] == [None]
    assert [name for _note, name in notes_about(scene.about, eyes_of(scene.reporter))] == [
        "Moderator"
    ]
