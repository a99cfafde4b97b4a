"""The people behind each number: found by the same definitions that counted them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, null, select, union

from app.activity.models import ActivityDay, ActivityMonth, Identity
from app.analytics.figures import numbers_moved
from app.analytics.identity import movement
from app.analytics.months import Month
from app.analytics.numbers import CAME, DONE, MOVED
from app.analytics.queries import activity, closed, sales
from app.analytics.queries.figures import until
from app.analytics.queries.histories import Counting, Cut, Window, counted, folds, happened
from app.communities.models import Community, Contact, Membership
from app.communities.queries.people import Viewer, seen_by
from app.core.database import db
from app.events.models import Attendance, AttendanceState, Event, EventState

PAGE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """A number of a month."""

    number: str
    month: Month
    counting: Counting


@dataclass(frozen=True, slots=True)
class Someone:
    """One of the people behind a number; an account linked to nobody has no page of its own."""

    name: str
    public_id: str | None
    picture_key: str | None
    joined_at: datetime | None
    last_on: date | None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Behind:
    """One page of the people behind a number; some may not be shown to this viewer."""

    people: tuple[Someone, ...]
    total: int
    visible: int
    page: int

    @property
    def hidden(self) -> int:
        """How many are counted and not shown: erased, or apart from the viewer by a block."""
        return self.total - self.visible

    @property
    def first(self) -> int:
        """The number of the first one on this page."""
        return (self.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        """The number of the last one on this page."""
        return self.first + len(self.people) - 1

    @property
    def has_next(self) -> bool:
        """Whether more follow."""
        return self.last < self.visible


def behind(
    community: Community, asked: Asked, now: datetime, viewer: Viewer, page: int = 1
) -> Behind:
    """Return one page of the people behind a number, by name."""
    contacts, identities = someone_ids(community, asked, now)
    visible = db.session.scalar(
        select(func.count()).where(Contact.id.in_(contacts), seen_by(viewer))
    )
    names = union(
        _contacts(community, contacts, viewer), _identities(community, identities)
    ).subquery()
    rows = db.session.execute(
        select(names)
        .order_by(names.c.sort_key, names.c.contact_id, names.c.identity_id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    people = tuple(
        Someone(row.name, row.public_id, row.picture_key, row.joined_at, row.last_on, row.source)
        for row in rows
    )
    total = len(contacts) + len(identities)
    return Behind(people, total, (visible or 0) + len(identities), page)


def someone_ids(community: Community, asked: Asked, now: datetime) -> tuple[list[int], list[int]]:
    """Return the ids of the contacts, and of the accounts linked to none, behind a number."""
    span = (asked.month.begins_at, until(asked.month, now))
    slots = sales.common(community) | sales.span_values(span) | {"zone": community.zone}
    if asked.number in MOVED:
        return _moved(community, asked, now), []
    if asked.number in DONE:
        return _split(db.session.execute(_did(community, asked, now), slots).all())
    if asked.number in CAME:
        return _split(db.session.execute(_came(community, asked, now)).all())
    if asked.number == "payers":
        return _payers(community, asked), []
    return _split(db.session.execute(_bought(asked), slots).all())


def counting_of(community: Community, *, with_team: bool) -> Counting:
    """Return how a community counts."""
    return closed.counting_of(community, with_team=with_team)


def _moved(community: Community, asked: Asked, now: datetime) -> list[int]:
    window = Window((asked.month,), asked.counting.span)
    place, days = window.place(asked.month), window.days_to_end(asked.month)
    cut = Cut(window, until(asked.month, now))
    (told,) = folds(community, [cut], asked.counting, by_contact=True)
    fits = MOVED[asked.number]

    def names(history: Any, door: str) -> frozenset[str]:
        return frozenset(numbers_moved(movement(history, place, window.span, days), door))

    return [one.contact_id for one in told if fits(names(one.history, one.door))]


def _did(community: Community, asked: Asked, now: datetime) -> Select[*tuple[Any, ...]]:
    """Select who did something in a month, or ever by its end."""
    counting, month = asked.counting, asked.month
    rows = (
        select(ActivityMonth.contact_id, ActivityMonth.identity_id)
        .outerjoin(Contact, Contact.id == ActivityMonth.contact_id)
        .where(
            ActivityMonth.community_id == community.id,
            activity.someone_counts(with_team=counting.with_team),
        )
    )
    if asked.number == "seen":
        joined = (
            select(Membership.contact_id, null())
            .join(Contact, Contact.id == Membership.contact_id)
            .where(
                Membership.community_id == community.id,
                Membership.joined_at < until(month, now),
                happened(),
                counted(with_team=counting.with_team),
            )
        )
        both = union(rows.where(ActivityMonth.month <= month.first_day), joined).subquery()
        return select(both)
    rows = rows.where(ActivityMonth.month == month.first_day)
    if asked.number == "helped":
        return rows.where(ActivityMonth.helping_days != 0)
    if asked.number == "active_members":
        own = activity.belonging().subquery()
        return rows.join(own, own.c.contact_id == ActivityMonth.contact_id).where(
            ActivityMonth.days.op("&")(own.c.days) != 0
        )
    return rows


def _came(community: Community, asked: Asked, now: datetime) -> Select[*tuple[Any, ...]]:
    month = asked.month
    rows = (
        select(Attendance.contact_id, null())
        .distinct()
        .join(Event, Event.id == Attendance.event_id)
        .join(Contact, Contact.id == Attendance.contact_id)
        .where(
            Event.community_id == community.id,
            Event.state == EventState.PUBLISHED,
            Event.starts_at >= month.begins_at,
            Event.starts_at < month.ends_at,
            Event.ends_at <= now,
            Attendance.state == AttendanceState.GOING,
            counted(with_team=asked.counting.with_team),
        )
    )
    if asked.number == "arrived":
        return rows.where(Attendance.arrived > 0)
    if asked.number == "stayed_away":
        checked = select(Attendance.event_id).where(
            Attendance.community_id == community.id, Attendance.arrived > 0
        )
        return rows.where(Attendance.arrived < Attendance.seats, Attendance.event_id.in_(checked))
    return rows


def _bought(asked: Asked) -> Select[*tuple[Any, ...]]:
    deal = sales.deals(with_team=asked.counting.with_team).subquery()
    rows = (
        select(deal.c.contact_id, null())
        .distinct()
        .where(deal.c.is_order, deal.c.contact_id.is_not(None))
    )
    kind = asked.number.removeprefix("buyers").lstrip("_")
    return rows.where(deal.c.kind == kind) if kind else rows


def _payers(community: Community, asked: Asked) -> list[int]:
    revenue = sales.recurring(community, asked.month, asked.counting)
    return [who for who, months in revenue.items() if months.get(asked.month.number)]


def _split(rows: Sequence[Any]) -> tuple[list[int], list[int]]:
    contacts = [contact for contact, _ in rows if contact is not None]
    return contacts, [identity for contact, identity in rows if contact is None]


def _contacts(community: Community, ids: Sequence[int], viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """Select names and faces, when they joined last, and when they last did something."""
    joined = (
        select(func.max(Membership.joined_at))
        .where(Membership.contact_id == Contact.id, happened())
        .scalar_subquery()
    )
    last = _last_on(ActivityDay.contact_id == Contact.id, community)
    return select(
        Contact.id.label("contact_id"),
        null().label("identity_id"),
        Contact.name.label("name"),
        Contact.public_id.label("public_id"),
        Contact.picture_key.label("picture_key"),
        Contact.sort_key.label("sort_key"),
        joined.label("joined_at"),
        last.label("last_on"),
        func.coalesce(null(), "").label("source"),
    ).where(Contact.community_id == community.id, Contact.id.in_(ids), seen_by(viewer))


def _identities(community: Community, ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    last = _last_on(ActivityDay.identity_id == Identity.id, community)
    name = func.coalesce(func.nullif(Identity.name, ""), Identity.uid)
    return select(
        null(),
        Identity.id,
        name,
        null(),
        null(),
        func.convert_to(func.lower(name), "UTF8"),
        null(),
        last,
        Identity.source,
    ).where(Identity.community_id == community.id, Identity.id.in_(ids))


def _last_on(whose: Any, community: Community) -> Any:
    return (
        select(func.max(ActivityDay.day))
        .where(ActivityDay.community_id == community.id, whose)
        .scalar_subquery()
    )
