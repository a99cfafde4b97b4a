"""Rows that wait for their reader: what a verb asks for before it can be allowed or denied.

Each of the ladder has them, so that a refusal is one of the policy and not of an empty table.
"""

from datetime import timedelta

from app.accounts.models import Block, DataExport, ExportState, Person, PersonSession
from app.activity import service as activity
from app.billing.models import PaymentAccount, Subscription, SubscriptionState
from app.communities.models import (
    Community,
    CommunityExport,
    CommunityExportState,
    Contact,
    Report,
    ReportSubject,
)
from app.core import clock, storage
from app.core.database import add, db
from app.core.tokens import hash_token, new_token
from app.events.models import Attendance, AttendanceState, Event
from app.matching.models import Hello, MatchChoice, MatchKind, MatchRole, MatchSetAside, Suggestion
from tests.factories import make_account

KIND = MatchKind.FRIEND


def let_be_suggested(community: Community, readers: list[Contact], other: Contact) -> None:
    """Suggest a member to each reader, who has said hello; both said yes, and are awake."""
    own, now = {"community_id": community.id}, clock.now()
    fact = activity.Fact(
        community_id=community.id,
        contact_id=other.id,
        type="event.checked_in",
        uid="trust:awake",
        happened_at=now,
    )
    activity.record(fact, zone=community.zone)
    pair = {"other_id": other.id, "kind": KIND}
    for one in (*readers, other):
        said = {"chosen_at": now, "adult_said_at": now}
        db.session.add(MatchChoice(**own, contact_id=one.id, kind=KIND, **said))
    for one in readers:
        db.session.add(
            Suggestion(
                **own,
                **pair,
                contact_id=one.id,
                role=MatchRole.PEER,
                rank=1,
                score=1.0,
                propensity=1.0,
                model="rules-1",
                reasons=[{"what": "events", "value": "Run", "count": 2}],
                computed_at=now,
            )
        )
        until = now + timedelta(days=30)
        db.session.add(Hello(**own, **pair, contact_id=one.id, said_at=now, expires_at=until))
    db.session.flush()


def let_be_set_aside(readers: list[Contact], other: Contact) -> None:
    """Let each reader have set a member aside."""
    for one in readers:
        own = {"community_id": one.community_id, "contact_id": one.id}
        db.session.add(MatchSetAside(**own, other_id=other.id, set_at=clock.now()))
    db.session.flush()


def let_renew(
    community: Community, readers: list[Contact], *, price_id: int, order_id: int
) -> PaymentAccount:
    """Connect an account with Stripe, at which each reader's membership renews."""
    own, now = {"community_id": community.id}, clock.now()
    account = make_account(community)
    for one in readers:
        db.session.add(
            Subscription(
                **own,
                contact_id=one.id,
                price_id=price_id,
                order_id=order_id,
                payment_account_id=account.id,
                stripe_id=f"sub_{one.id}",
                state=SubscriptionState.ACTIVE,
                period_starts_at=now,
                period_ends_at=now + timedelta(days=30),
                started_at=now,
                synced_at=now,
            )
        )
    db.session.flush()
    return account


def let_go(event: Event, readers: list[Contact]) -> None:
    """Give each reader a seat at an event."""
    now = clock.now()
    for one in readers:
        db.session.add(
            Attendance(
                community_id=event.community_id,
                event_id=event.id,
                contact_id=one.id,
                state=AttendanceState.GOING,
                reserved_at=now,
                confirmed_at=now,
            )
        )
    event.quota.sold += len(readers)
    db.session.flush()


def packed_export(community: Community, words: str) -> CommunityExport:
    """Pack something for whoever may leave with everything."""
    file = storage.keep(words.encode(), "application/zip", community_id=community.id)
    now = clock.now()
    return add(
        CommunityExport(
            community_id=community.id,
            state=CommunityExportState.READY,
            file_key=file.key,
            requested_at=now,
            ready_at=now,
            expires_at=now + timedelta(days=7),
        )
    )


def report_for_the_site(reporter: Contact, judges: list[Contact], *, words: str) -> Report:
    """Report something that nobody there may judge: the reporter has blocked all who would."""
    now = clock.now()
    for judge in judges:
        pair = {"blocker_id": reporter.person_id, "blocked_id": judge.person_id}
        db.session.add(Block(**pair, created_at=now))
    return add(
        Report(
            community_id=reporter.community_id,
            reporter_id=reporter.id,
            subject=ReportSubject.CONTACT,
            subject_public_id=reporter.public_id,
            words=words,
            created_at=now,
        )
    )


def own_session(person: Person) -> PersonSession:
    """Open a session of a person's on another device."""
    now = clock.now()
    values = {"device": "Firefox", "network": "127.0.0.1", "created_at": now, "seen_at": now}
    return add(
        PersonSession(
            **values,
            person_id=person.id,
            token_hash=hash_token(new_token()),
            expires_at=now + timedelta(days=60),
        )
    )


def own_export(person: Person) -> DataExport:
    """Pack everything about a person for them."""
    file, now = storage.keep(b"zip", "application/zip", person_id=person.id), clock.now()
    return add(
        DataExport(
            person_id=person.id,
            state=ExportState.READY,
            file_key=file.key,
            requested_at=now,
            ready_at=now,
            expires_at=now + timedelta(days=7),
        )
    )
