"""What looking after people leaves behind: rules, requests, reports, notes, words to members."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import insert

from app.cli.demodata import words
from app.cli.demodata.people import Character
from app.communities.models import (
    Announcement,
    AnnouncementState,
    Ban,
    Community,
    Contact,
    ContactNote,
    Invitation,
    InvitationKind,
    JoinQuestion,
    JoinRequest,
    JoinRequestState,
    Outcome,
    Report,
    ReportAct,
    ReportNote,
    ReportState,
    ReportSubject,
    Rule,
    RulesConsent,
    RulesVersion,
)
from app.communities.service import tags
from app.core.database import add, db

FIRST_RULES = (
    ("Speak with people, not about them", "If something bothers you, say so kindly or ask us."),
    ("Leave the place as you found it", "Chairs, cups, and the last light."),
    ("What is told at the table stays there", ""),
)
SECOND_RULES = (
    *FIRST_RULES,
    ("Ask before you photograph", "Some of us have good reasons not to be seen."),
)
QUESTIONS = ("How did you hear of us?", "What would you like to bring along?")
AGREED = 0.9  # of the members have agreed to the second version


@dataclass(frozen=True)
class Told:
    """A report of the story: whom it is about is one of the members."""

    words: str
    rule: int
    state: ReportState
    days: int
    outcome: Outcome | None = None
    reply: str = ""


REPORTS = (
    Told("Photographed the children's table and did not stop when asked.", 3,
         ReportState.OPEN, 1),
    Told("The event's page had a link that sells something.", 0, ReportState.OPEN, 3),
    Told("She told others what I had said at the supper in confidence.", 2,
         ReportState.IN_REVIEW, 6),
    Told("He spoke over everyone and mocked an accent.", 0, ReportState.RESOLVED, 40,
         Outcome.TALKED, "We spoke with him; he apologised and will sit out the next evening."),
    Told("The hall was left full of rubbish after the game night.", 1, ReportState.RESOLVED, 95,
         Outcome.NO_ACTION, "It was the party after ours. Thank you for telling us."),
)  # fmt: skip


def write_rules(community: Community, people: list[Character], now: datetime) -> None:
    """Write both versions of the rules and who agreed to which."""
    first = _version(community, 1, FIRST_RULES, "", community.created_at)
    second_at = now - timedelta(days=120)
    second = _version(community, 2, SECOND_RULES, "New: ask before you photograph.", second_at)
    rows = []
    for place, one in enumerate(people):
        if one.is_guest:
            continue
        if one.joined_at < second_at:
            rows.append(_consent(community, one, first, one.joined_at))
        slow = one.role == "member" and one.email.startswith("person") and place % 10 >= AGREED * 10
        if one.left_at is None and not (one.joined_at < second_at and slow):
            at = max(one.joined_at, second_at + timedelta(days=1 + place % 25))
            rows.append(_consent(community, one, second, at))
    db.session.execute(insert(RulesConsent), rows)


def write_door(random: Random, community: Community, waiting: list[Character], by: int) -> None:
    """Write the questions at the door, the links to come in, and who waits."""
    asked = [
        add(JoinQuestion(community_id=community.id, position=place, words=question))
        for place, question in enumerate(QUESTIONS, 1)
    ]
    for kind, label, uses in (
        (InvitationKind.TRUSTED, "Friends of friends", 31),
        (InvitationKind.UNKNOWN, "Poster at the library", 12),
    ):
        add(
            Invitation(
                community_id=community.id,
                kind=kind,
                label=label,
                uses=uses,
                max_uses=None,
                created_by_id=by,
                created_at=community.created_at + timedelta(days=30),
            )
        )
    for one, given in zip(waiting, words.ANSWERS, strict=False):
        answers = [
            {"id": question.public_id, "question": question.words, "answer": answer}
            for question, answer in zip(asked, given, strict=True)
        ]
        add(
            JoinRequest(
                community_id=community.id,
                contact_id=one.contact_id,
                state=JoinRequestState.WAITING,
                answers=answers,
                created_at=one.joined_at + timedelta(minutes=random.randint(1, 20)),
            )
        )


def write_reports(
    community: Community, people: list[Character], moderator: int, now: datetime
) -> None:
    """Write a report in each state, with what the moderators noted."""
    rules = db.session.query(Rule).filter_by(community_id=community.id).order_by(Rule.id).all()
    newest = rules[-len(SECOND_RULES) :]
    members = [one for one in people if one.role == "member" and not one.is_guest]
    for place, told in enumerate(REPORTS):
        about, reporter = members[place * 7 + 3], members[place * 11 + 5]
        at = now - timedelta(days=told.days, hours=3)
        is_done = told.state is ReportState.RESOLVED
        report = add(
            Report(
                community_id=community.id,
                reporter_id=reporter.contact_id,
                subject=ReportSubject.CONTACT,
                subject_public_id=about.public_id,
                about_contact_id=about.contact_id,
                rule_id=newest[told.rule].id,
                words=told.words,
                created_at=at,
                state=told.state,
                outcome=told.outcome,
                handled_by_id=None if told.state is ReportState.OPEN else moderator,
                handled_at=at + timedelta(days=2) if is_done else None,
                reply=told.reply or None,
            )
        )
        if told.state is not ReportState.OPEN:
            _note(report, moderator, at + timedelta(hours=5), "", ReportAct.TAKEN)
            _note(report, moderator, at + timedelta(hours=7), "Wrote to both, asked to meet.")
        if is_done:
            _note(report, moderator, at + timedelta(days=2), "", ReportAct.RESOLVED)


def write_hand_notes(
    random: Random, community: Community, people: list[Character], by: int, now: datetime
) -> None:
    """Write organizers' tags and notes."""
    members = [one for one in people if one.role == "member" and one.left_at is None]
    for name in words.TAGS:
        ids = [one.contact_id for one in random.sample(members, random.randint(6, 18))]
        contacts = db.session.query(Contact).filter(Contact.id.in_(ids)).all()
        tags.put_tag(community, contacts, name=name)
    for note in words.NOTES:
        one = random.choice(members)
        add(
            ContactNote(
                community_id=community.id,
                contact_id=one.contact_id,
                author_id=by,
                words=note,
                created_at=now - timedelta(days=random.randint(2, 200)),
            )
        )


def write_announcements(community: Community, by: int, members: int, now: datetime) -> None:
    """Write two announcements that were sent."""
    for days, subject, text in (
        (52, "The hall is ours for another year",
         "The owners of Lantern Street 12 have signed. **Thank you** to the five who came along."),
        (8, "Winter long table: who cooks?",
         "We look for three cooks and six pairs of hands. Answer this mail, or tell Amara."),
    ):  # fmt: skip
        at = now - timedelta(days=days)
        add(
            Announcement(
                community_id=community.id,
                author_id=by,
                subject=subject,
                words=text,
                audience={},
                state=AnnouncementState.SENT,
                recipients=members,
                written=members,
                created_at=at,
                sent_at=at + timedelta(minutes=2),
            )
        )


def write_ban(community: Community, banned: Character, by: int) -> None:
    """Write the one ban of two years."""
    add(
        Ban(
            community_id=community.id,
            contact_id=banned.contact_id,
            reason="Followed members home after events, in spite of two warnings.",
            banned_at=banned.left_at,
            banned_by_id=by,
        )
    )


def _version(
    community: Community, number: int, rules: tuple[tuple[str, str], ...], note: str, at: datetime
) -> RulesVersion:
    version = add(
        RulesVersion(community_id=community.id, number=number, note=note, published_at=at)
    )
    for place, (title, text) in enumerate(rules, 1):
        add(
            Rule(
                community_id=community.id,
                rules_version_id=version.id,
                position=place,
                title=title,
                words=text,
            )
        )
    return version


def _consent(
    community: Community, one: Character, version: RulesVersion, at: datetime
) -> dict[str, object]:
    return {
        "community_id": community.id,
        "contact_id": one.contact_id,
        "rules_version_id": version.id,
        "consented_at": at,
    }


def _note(
    report: Report, author: int, at: datetime, text: str, act: ReportAct = ReportAct.NOTE
) -> None:
    add(
        ReportNote(
            community_id=report.community_id,
            report_id=report.id,
            act=act,
            author_id=author,
            words=text,
            created_at=at,
        )
    )
