"""The ledger: each fact once, voided once, re-assigned whole; the roll-up equals a recount."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.activity import service
from app.activity.models import Activity, ActivityDay, ActivityWeight, Channel, Identity
from app.activity.service import Fact
from app.communities.models import Community, Contact, Membership
from app.communities.service.hand import Hand
from app.communities.service.settings import Profile, edit_profile
from app.core.database import add, db
from app.core.jobs import run_pending
from tests.conftest import TODAY
from tests.factories import make_community, make_contact, make_member, person_of

BERLIN = "Europe/Berlin"


@pytest.fixture
def community(session: Session) -> Community:
    return make_community(zone=BERLIN)


@pytest.fixture
def contact(community: Community) -> Contact:
    return make_contact(community)


def fact(contact: Contact, uid: str = "one", **values: object) -> Fact:
    """Return a fact, valid and dull."""
    plain = {"type": "event.seat_taken", "happened_at": TODAY, **values}
    return Fact(contact.community_id, contact.id, uid=uid, **plain)  # type: ignore[arg-type]


def void(contact: Contact, uid: str = "one", **values: str) -> bool:
    """Void a fact in Berlin."""
    return service.void(
        community_id=contact.community_id, uid=uid, zone=BERLIN, now=TODAY, **values
    )


def days(contact: Contact) -> list[tuple[date, str, int, int]]:
    """Return a contact's roll-up: (day, type, count, weight)."""
    rows = db.session.execute(
        select(ActivityDay.day, ActivityDay.type, ActivityDay.count, ActivityDay.weight)
        .where(ActivityDay.contact_id == contact.id)
        .order_by(ActivityDay.day, ActivityDay.type)
    )
    return [(day, kind, count, weight) for day, kind, count, weight in rows]


def test_a_fact_is_written_with_its_day(contact: Contact) -> None:
    assert service.record(fact(contact), zone=BERLIN)
    assert days(contact) == [(TODAY.date(), "event.seat_taken", 1, 3)]


def test_told_twice_it_is_kept_once(contact: Contact, session: Session) -> None:
    assert service.record(fact(contact), zone=BERLIN)
    assert not service.record(fact(contact), zone=BERLIN)
    assert len(session.scalars(select(Activity)).all()) == 1
    assert days(contact) == [(TODAY.date(), "event.seat_taken", 1, 3)]


def test_one_uid_in_two_channels_is_two_facts(contact: Contact) -> None:
    assert service.record(fact(contact), zone=BERLIN)
    assert service.record(fact(contact, channel="events"), zone=BERLIN)
    assert [row[2] for row in days(contact)] == [1, 1]


def test_facts_of_a_day_add_up(contact: Contact) -> None:
    for number in range(3):
        service.record(fact(contact, str(number)), zone=BERLIN)
    assert days(contact) == [(TODAY.date(), "event.seat_taken", 3, 9)]


def test_the_day_is_cut_in_the_community_s_zone(contact: Contact) -> None:
    late = datetime(2026, 6, 15, 22, 30, tzinfo=UTC)
    service.record(fact(contact, happened_at=late), zone=BERLIN)
    assert days(contact)[0][0] == date(2026, 6, 16)


@pytest.mark.parametrize(
    ("kind", "own", "weight"),
    [
        ("event.checked_in", {}, 6),
        ("never heard of", {}, 1),
        ("event.checked_in", {1: 9, 2: 11}, 11),
    ],
)
def test_a_type_weighs_what_the_community_says_now(
    contact: Contact, kind: str, own: dict[int, int], weight: int
) -> None:
    for version, value in own.items():
        add(
            ActivityWeight(
                community_id=contact.community_id, type=kind, version=version, weight=value
            )
        )
    service.record(fact(contact, type=kind), zone=BERLIN)
    assert days(contact)[0][3] == weight


def test_a_void_fact_leaves_the_count_and_stays_in_the_ledger(
    contact: Contact, session: Session
) -> None:
    service.record(fact(contact, "a"), zone=BERLIN)
    service.record(fact(contact, "b"), zone=BERLIN)
    assert void(contact, "a")
    assert days(contact) == [(TODAY.date(), "event.seat_taken", 1, 3)]
    assert void(contact, "b")
    assert days(contact) == []
    assert session.scalars(select(Activity.void_at)).all() == [TODAY, TODAY]


def test_voiding_twice_counts_once(contact: Contact) -> None:
    service.record(fact(contact, "a"), zone=BERLIN)
    service.record(fact(contact, "b"), zone=BERLIN)
    assert void(contact, "a")
    assert not void(contact, "a")
    assert days(contact)[0][2] == 1


@pytest.mark.parametrize("where", [{"channel": "events"}, {"source": "discord"}])
def test_a_fact_of_another_channel_is_not_voided(contact: Contact, where: dict[str, str]) -> None:
    service.record(fact(contact), zone=BERLIN)
    assert not void(contact, **where)
    assert days(contact)[0][2] == 1


def test_another_community_s_fact_is_not_voided(contact: Contact) -> None:
    service.record(fact(contact), zone=BERLIN)
    assert not void(make_contact(make_community()))
    assert days(contact)[0][2] == 1


def test_a_fact_of_an_identity_without_a_contact_is_voided_without_a_day(
    community: Community,
) -> None:
    identity = add(Identity(community_id=community.id, source="kith", uid="u"))
    channel = add(Channel(community_id=community.id, source="kith", uid="site", name="site"))
    add(
        Activity(
            community_id=community.id,
            identity_id=identity.id,
            type="x",
            happened_at=TODAY,
            recorded_at=TODAY,
            channel_id=channel.id,
            source="kith",
            source_uid="one",
            weight=1,
        )
    )
    assert service.void(community_id=community.id, uid="one", zone=BERLIN, now=TODAY)


CHANGES: list[dict[str, object]] = [
    {"type": "x"},
    {"happened_at": TODAY},
    {"weight": 12},
    {"source_uid": "x"},
    {"subject": "x"},
    {"recorded_at": TODAY},
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_happened_is_never_changed(
    contact: Contact, session: Session, change: dict[str, object]
) -> None:
    service.record(fact(contact), zone=BERLIN)
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(update(Activity).values(change))


def test_a_void_fact_does_not_come_back(contact: Contact, session: Session) -> None:
    service.record(fact(contact), zone=BERLIN)
    void(contact)
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(update(Activity).values(void_at=None))


def test_a_fact_is_never_deleted_alone(contact: Contact, session: Session) -> None:
    service.record(fact(contact), zone=BERLIN)
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(delete(Activity))


def test_facts_go_with_their_community(contact: Contact, session: Session) -> None:
    service.record(fact(contact), zone=BERLIN)
    session.execute(delete(Community).where(Community.id == contact.community_id))
    assert session.scalars(select(Activity)).all() == []


def test_a_merge_gives_everything_to_one_and_recounts_both(
    community: Community, contact: Contact, session: Session
) -> None:
    other, bystander = make_contact(community), make_contact(community)
    add(Identity(community_id=community.id, source="discord", uid="7", contact_id=other.id))
    service.record(fact(contact, "a"), zone=BERLIN)
    service.record(fact(other, "b"), zone=BERLIN)
    service.record(fact(bystander, "c", counterpart_id=other.id), zone=BERLIN)
    service.reassign(community_id=community.id, from_id=other.id, to_id=contact.id, zone=BERLIN)
    assert days(contact) == [(TODAY.date(), "event.seat_taken", 2, 6)]
    assert days(other) == []
    assert days(bystander) == [(TODAY.date(), "event.seat_taken", 1, 3)]
    assert session.scalars(select(Identity.contact_id)).all() == [contact.id]
    counterparts = session.scalars(select(Activity.counterpart_id)).all()
    assert [one for one in counterparts if one] == [contact.id]


def test_moving_to_another_zone_counts_the_days_anew(
    app: Flask, community: Community, contact: Contact, session: Session
) -> None:
    late = datetime(2026, 6, 15, 22, 30, tzinfo=UTC)
    service.record(fact(contact, happened_at=late), zone=BERLIN)
    community.zone = "America/New_York"
    service.rebuild_later(community.id, zone=community.zone)
    session.commit()
    assert run_pending(app) == ["activity.rebuild", "analytics.restate"]
    assert days(contact) == [(date(2026, 6, 15), "event.seat_taken", 1, 3)]


def test_a_community_that_moves_has_its_days_counted_anew(app: Flask, session: Session) -> None:
    community = make_community(zone=BERLIN)
    owner = make_member(community, role="owner")
    service.record(fact(owner, happened_at=datetime(2026, 6, 15, 22, 30, tzinfo=UTC)), zone=BERLIN)
    by = Hand(person_of(owner), session.scalars(select(Membership)).one())
    for zone, jobs in ((BERLIN, 0), ("America/New_York", 1)):
        plain = {name: getattr(community, name) for name in Profile.__dataclass_fields__}
        profile = Profile(**{**plain, "zone": zone})
        edit_profile(community, profile, version=community.version, by=by)
        session.commit()
        assert run_pending(app).count("activity.rebuild") == jobs
    assert days(owner)[0][0] == date(2026, 6, 15)


def test_another_community_s_days_stay_when_one_is_counted_anew(contact: Contact) -> None:
    service.record(fact(contact), zone=BERLIN)
    service.rebuild(make_community().id, zone="UTC")
    assert days(contact)[0][2] == 1


MOMENTS = st.datetimes(
    min_value=datetime(2026, 3, 27),  # noqa: DTZ001 - made aware below
    max_value=datetime(2026, 3, 31),  # noqa: DTZ001 - around a change of the clocks
).map(lambda moment: moment.replace(tzinfo=UTC))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["record", "void", "merge"]),
        st.integers(0, 2),
        st.integers(0, 5),
        st.sampled_from(["event.seat_taken", "event.checked_in"]),
        MOMENTS,
    ),
    max_size=14,
)


@given(steps=STEPS, zone=st.sampled_from([BERLIN, "Pacific/Auckland", "UTC", "Asia/Kolkata"]))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_roll_up_equals_a_recount(
    session: Session,
    steps: list[tuple[str, int, int, str, datetime]],
    zone: str,
) -> None:
    community = make_community(zone=zone)
    people = [make_contact(community) for _ in range(3)]
    for verb, who, uid, kind, moment in steps:
        if verb == "record":
            told = Fact(community.id, people[who].id, kind, f"{kind}:{uid}", moment)
            service.record(told, zone=zone)
        elif verb == "void":
            service.void(community_id=community.id, uid=f"{kind}:{uid}", zone=zone, now=moment)
        else:
            to = people[(who + 1) % 3]
            service.reassign(
                community_id=community.id, from_id=people[who].id, to_id=to.id, zone=zone
            )
    assert rolled_up(community) == counted(community, zone)
    service.rebuild(community.id, zone=zone)
    assert rolled_up(community) == counted(community, zone)


Cells = dict[tuple[int | None, date, str], tuple[int, int]]


def rolled_up(community: Community) -> Cells:
    """Return the roll-up of a community, cell by cell."""
    rows = db.session.scalars(
        select(ActivityDay)
        .where(ActivityDay.community_id == community.id)
        .execution_options(populate_existing=True)
    )
    return {(row.contact_id, row.day, row.type): (row.count, row.weight) for row in rows}


def counted(community: Community, zone: str) -> Cells:
    """Count the ledger in Python, as slowly and plainly as can be."""
    counts: Counter[tuple[int | None, date, str]] = Counter()
    weights: Counter[tuple[int | None, date, str]] = Counter()
    for row in db.session.scalars(
        select(Activity)
        .where(Activity.community_id == community.id, Activity.void_at.is_(None))
        .execution_options(populate_existing=True)
    ):
        cell = (row.contact_id or 0, row.happened_at.astimezone(ZoneInfo(zone)).date(), row.type)
        counts[cell] += 1
        weights[cell] += row.weight
    return {cell: (number, weights[cell]) for cell, number in counts.items()}


def test_a_day_older_than_today_is_found_by_its_own_date(contact: Contact) -> None:
    service.record(fact(contact, happened_at=TODAY - timedelta(days=400)), zone=BERLIN)
    assert days(contact)[0][0] == (TODAY - timedelta(days=400)).date()
