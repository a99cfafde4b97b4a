"""Months and hours: moved with each fact, and the same as when counted anew."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.activity import service
from app.activity.models import (
    Activity,
    ActivityDay,
    ActivityLast,
    ActivityMonth,
    ActivityTouched,
    Channel,
    Identity,
)
from app.activity.service import Fact
from app.communities.models import Community, Contact
from app.core.database import add, db
from tests.factories import make_community, make_contact

BERLIN = "Europe/Berlin"
MARCH = date(2026, 3, 1)


@pytest.fixture
def community(session: Session) -> Community:
    return make_community(zone=BERLIN)


@pytest.fixture
def contact(community: Community) -> Contact:
    return make_contact(community)


def tell(
    contact: Contact,
    at: datetime,
    kind: str = "event.seat_taken",
    uid: str = "",
    other: Contact | None = None,
) -> str:
    uid = uid or f"{kind}:{at.isoformat()}"
    other_id = other.id if other else None
    fact = Fact(contact.community_id, contact.id, kind, uid, at, counterpart_id=other_id)
    service.record(fact, zone=BERLIN)
    return uid


def void(contact: Contact, uid: str) -> None:
    service.void(
        community_id=contact.community_id,
        uid=uid,
        zone=BERLIN,
        now=datetime(2026, 6, 1, tzinfo=UTC),
    )


Row = tuple[date, int, int, int, int, int, int]


def months(community: Community) -> dict[int, list[Row]]:
    """Return each one's months, as plain numbers."""
    found: dict[int, list[Row]] = {}
    rows = db.session.scalars(
        select(ActivityMonth)
        .where(ActivityMonth.community_id == community.id)
        .order_by(ActivityMonth.month)
        .execution_options(populate_existing=True)
    )
    for row in rows:
        found.setdefault(row.contact_id or -(row.identity_id or 0), []).append(
            (row.month, row.days, row.keeping_days, row.helping_days, row.acts, row.weight,
             row.mutual)
        )  # fmt: skip
    return found


Life = tuple[date, date, date | None]


def lives(community: Community) -> dict[int, Life]:
    """Return each one's first, last and last keeping day."""
    rows = db.session.scalars(
        select(ActivityLast)
        .where(ActivityLast.community_id == community.id)
        .execution_options(populate_existing=True)
    )
    return {
        row.contact_id or -(row.identity_id or 0): (row.first_on, row.last_on, row.kept_on)
        for row in rows
    }


def marked(community: Community) -> set[int]:
    """Return whose months began or ended, and forget it."""
    return set(
        db.session.scalars(
            delete(ActivityTouched)
            .where(ActivityTouched.community_id == community.id)
            .returning(ActivityTouched.contact_id)
        )
    )


def hours(community: Community) -> dict[tuple[date, str], int]:
    """Return the hours of the only one there is."""
    return {(day, kind): mask for (_, day, kind), mask in all_hours(community).items()}


def all_hours(community: Community) -> dict[tuple[int | None, date, str], int]:
    rows = db.session.execute(
        select(ActivityDay.contact_id, ActivityDay.day, ActivityDay.type, ActivityDay.hours).where(
            ActivityDay.community_id == community.id
        )
    )
    return {(who, day, kind): mask for who, day, kind, mask in rows}


def test_a_month_has_a_bit_for_each_day(community: Community, contact: Contact) -> None:
    tell(contact, datetime(2026, 3, 1, 12, tzinfo=UTC))
    tell(contact, datetime(2026, 3, 3, 12, tzinfo=UTC), "event.checked_in")
    tell(
        contact, datetime(2026, 3, 3, 13, tzinfo=UTC), "found_useful", other=make_contact(community)
    )
    assert months(community) == {
        contact.id: [(MARCH, 0b101, 0b100, 0b100, 3, 3 + 6 + weight_of("found_useful"), 1)]
    }


def test_a_life_goes_from_the_first_day_to_the_last(community: Community, contact: Contact) -> None:
    first, keeping, last = date(2025, 2, 28), date(2026, 3, 31), date(2026, 5, 1)
    tell(contact, datetime(2026, 3, 31, 12, tzinfo=UTC), "event.checked_in")
    assert lives(community) == {contact.id: (keeping, keeping, keeping)}
    newest = tell(contact, datetime(2026, 4, 30, 22, 30, tzinfo=UTC))  # the next day in Berlin
    tell(contact, datetime(2025, 2, 28, 12, tzinfo=UTC))
    tell(contact, datetime(2026, 6, 1, 12, tzinfo=UTC), "renewed")  # nobody did anything
    assert lives(community) == {contact.id: (first, last, keeping)}
    void(contact, newest)
    assert lives(community) == {contact.id: (first, keeping, keeping)}


def test_whose_months_begin_or_end_is_marked_and_nobody_else(
    community: Community, contact: Contact
) -> None:
    tell(contact, datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert marked(community) == {contact.id}
    second = tell(contact, datetime(2026, 3, 9, 12, tzinfo=UTC))
    void(contact, second)
    tell(contact, datetime(2026, 4, 1, 12, tzinfo=UTC), "member.left")
    assert marked(community) == set()
    third = tell(contact, datetime(2026, 4, 2, 12, tzinfo=UTC))
    assert marked(community) == {contact.id}
    void(contact, third)
    assert marked(community) == {contact.id}


def weight_of(kind: str) -> int:
    found = db.session.scalar(select(Activity.weight).where(Activity.type == kind))
    assert found
    return found


def test_hours_are_those_of_the_zone_over_a_change_of_the_clocks(
    community: Community, contact: Contact
) -> None:
    tell(contact, datetime(2026, 3, 28, 22, 30, tzinfo=UTC))
    tell(contact, datetime(2026, 3, 28, 23, 30, tzinfo=UTC))
    tell(contact, datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
    kind = "event.seat_taken"
    assert hours(community) == {
        (date(2026, 3, 28), kind): 1 << 23,
        (date(2026, 3, 29), kind): 1 << 0 | 1 << 3,
    }


def test_a_void_fact_leaves_its_hour_and_day_when_it_was_the_last(
    community: Community, contact: Contact
) -> None:
    first = tell(contact, datetime(2026, 3, 3, 12, tzinfo=UTC))
    second = tell(contact, datetime(2026, 3, 3, 15, tzinfo=UTC))
    void(contact, first)
    assert list(hours(community).values()) == [1 << 16]
    assert months(community)[contact.id][0][1] == 0b100
    void(contact, second)
    assert (hours(community), months(community)) == ({}, {})


def test_leaving_has_a_day_and_no_month(community: Community, contact: Contact) -> None:
    uid = tell(contact, datetime(2026, 3, 3, 12, tzinfo=UTC), "member.left")
    assert len(hours(community)) == 1
    assert months(community) == {}
    void(contact, uid)
    assert hours(community) == {}


def test_a_bot_has_days_and_no_months(community: Community) -> None:
    channel = add(Channel(community_id=community.id, source="discord", uid="c", name="c"))
    at = datetime(2026, 3, 3, 12, tzinfo=UTC)
    for is_bot in (False, True):
        one = add(
            Identity(community_id=community.id, source="discord", uid=str(is_bot), is_bot=is_bot)
        )
        add(
            Activity(
                community_id=community.id, identity_id=one.id, type="message", happened_at=at,
                recorded_at=at, channel_id=channel.id, source="discord", source_uid=one.uid,
                weight=1,
            )
        )  # fmt: skip
    service.rebuild(community.id, zone=BERLIN)
    assert len(months(community)) == 1
    for uid in ("True", "False"):
        service.void(
            community_id=community.id, uid=uid, zone=BERLIN, now=at, channel="c", source="discord"
        )
    assert (months(community), lives(community), hours(community)) == ({}, {}, {})


def test_the_database_knows_that_kept_days_are_days(contact: Contact) -> None:
    with pytest.raises(IntegrityError, match="parts_of_its_days"):
        add(
            ActivityMonth(
                community_id=contact.community_id, contact_id=contact.id, month=MARCH,
                days=1, keeping_days=2, acts=1, weight=1,
            )
        )  # fmt: skip


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["tell", "tell", "tell", "void", "merge"]),
        st.integers(0, 2),
        st.integers(0, 4),
        st.sampled_from(["event.checked_in", "found_useful", "member.left"]),
        st.datetimes(
            min_value=datetime(2026, 3, 27),  # noqa: DTZ001 - made aware below
            max_value=datetime(2026, 4, 2),  # noqa: DTZ001 - over a month and a change of clocks
        ).map(lambda moment: moment.replace(tzinfo=UTC)),
    ),
    max_size=12,
)


@given(steps=STEPS, crowd=st.sampled_from([0, 25]))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_moved_step_by_step_equals_a_recount(
    session: Session, steps: list[tuple[str, int, int, str, datetime]], crowd: int
) -> None:
    community = make_community(zone=BERLIN)
    people = [make_contact(community) for _ in range(3)]
    for number in range(crowd):  # past the cap of a day
        tell(people[0], datetime(2026, 3, 28, 12, tzinfo=UTC), uid=f"crowd{number}")
    for verb, who, uid, kind, moment in steps:
        if verb == "tell":
            tell(people[who], moment, kind, f"{kind}:{uid}", people[who - 1])
        elif verb == "void":
            void(people[who], f"{kind}:{uid}")
            void(people[who], f"crowd{uid}")
        else:
            service.reassign(
                community_id=community.id,
                from_id=people[who].id,
                to_id=people[who - 1].id,
                zone=BERLIN,
            )
    moved = (months(community), lives(community), all_hours(community))
    service.rebuild(community.id, zone=BERLIN)
    assert moved == (months(community), lives(community), all_hours(community))
