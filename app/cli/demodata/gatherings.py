"""What happened at the gatherings of two years, and which ones are coming."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update

from app.billing.models import Quota
from app.cli.demodata.ledger import Ledger
from app.cli.demodata.people import Character
from app.communities.models import Community
from app.core.database import db, new_public_id
from app.events.models import Attendance, AttendanceState, Event, EventHost, EventState

ANNOUNCED = timedelta(days=21)  # before the day


@dataclass(frozen=True)
class Kind:
    """A sort of gathering that comes again and again."""

    title: str
    words: str
    every: int  # days
    weekday: int
    at: time
    minutes: int
    place: str
    size: int | None
    share: float  # of the zealous members who come


KINDS = (
    Kind("Thursday evening run", "Five or eight kilometres, always together. Afterwards tea.",
         7, 3, time(18, 30), 90, "Gate of the Volkspark", None, 0.11),
    Kind("Long table supper", "Three cooks, fifty guests, one table. Bring a bowl.",
         28, 5, time(19), 180, "Hall of Lantern Street 12", 50, 0.28),
    Kind("Repair café", "Bring what is broken. Tools, tea and patient people are here.",
         28, 6, time(14), 180, "Workshop in the yard", 24, 0.16),
    Kind("Language evening", "Twenty minutes a table, then everybody moves on.",
         14, 1, time(19, 30), 120, "Café Polyglott", 40, 0.13),
    Kind("Board games and soup", "Short games first, long ones for those who stay.",
         28, 4, time(19), 210, "Hall of Lantern Street 12", 36, 0.14),
)  # fmt: skip


@dataclass
class Seats:
    """Rows of attendances gathered until they are written, and the quotas they fill."""

    rows: list[dict[str, Any]]
    sold: dict[int, int]


def past_dates(now: datetime, zone: str, since: datetime) -> list[tuple[Kind, datetime]]:
    """Return (kind, wall time) of every gathering of the past, the oldest first."""
    today = now.astimezone(ZoneInfo(zone)).date()
    found = []
    for offset, kind in enumerate(KINDS):
        day = _last_weekday(today - timedelta(days=1 + offset), kind.weekday)
        while datetime.combine(day, kind.at, ZoneInfo(zone)) > since + timedelta(days=30):
            found.append((kind, datetime.combine(day, kind.at)))
            day -= timedelta(days=kind.every)
    return sorted(found, key=lambda pair: (pair[1], pair[0].title))


def write_past(
    random: Random,
    community: Community,
    people: list[Character],
    ledger: Ledger,
    *,
    now: datetime,
    pictures: list[str],
) -> int:
    """Write two years of gatherings with who came, and return how many seats were taken."""
    team = [one for one in people if one.role in {"owner", "organizer", "host"}]
    seats = Seats([], {})
    dates = past_dates(now, community.zone, community.created_at)
    quotas = _write_quotas(community, [kind.size for kind, _ in dates])
    events = [
        _event(
            community, kind, starts, quota_id, _host(random, team, starts, community.zone), pictures
        )
        for (kind, starts), quota_id in zip(dates, quotas, strict=True)
    ]
    ids = db.session.scalars(
        insert(Event).returning(Event.id, sort_by_parameter_order=True), events
    ).all()
    for event_id, event, (kind, _) in zip(ids, events, dates, strict=True):
        _tell_created(ledger, event)
        _fill(random, event_id, event, kind, people, seats, ledger)
    db.session.execute(
        insert(EventHost),
        [
            {"community_id": community.id, "event_id": id_, "contact_id": event["created_by_id"]}
            for id_, event in zip(ids, events, strict=True)
        ],
    )
    write_seats(seats)
    return len(seats.rows)


def write_seats(seats: Seats) -> None:
    """Write attendances and let each quota say how many of it are taken."""
    if not seats.rows:
        return
    db.session.execute(insert(Attendance), seats.rows)
    for quota_id, sold in seats.sold.items():
        db.session.execute(update(Quota).where(Quota.id == quota_id).values(sold=sold))


def seat_row(
    community_id: int, event_id: int, contact_id: int, at: datetime, *, seats: int = 1
) -> dict[str, Any]:
    """Return a taken seat, nobody checked in."""
    return {
        "community_id": community_id,
        "public_id": new_public_id(),
        "event_id": event_id,
        "contact_id": contact_id,
        "state": AttendanceState.GOING,
        "seats": seats,
        "reserved_at": at,
        "confirmed_at": at,
        "cancelled_at": None,
        "arrived": 0,
        "checked_in_at": None,
        "checked_in_by_id": None,
    }


def tell_seat(ledger: Ledger, row: dict[str, Any], event_public_id: str) -> None:
    """Tell the ledger of a seat, its return and an arrival, as the services do."""
    subject = f"event:{event_public_id}"
    if row["confirmed_at"] is None:
        return
    ledger.tell(
        row["contact_id"],
        "event.seat_taken",
        f"event.seat_taken:{row['public_id']}",
        row["confirmed_at"],
        channel="events",
        subject=subject,
        void_at=row["cancelled_at"],
    )
    if row["checked_in_at"]:
        ledger.tell(
            row["contact_id"],
            "event.checked_in",
            f"event.checked_in:{row['public_id']}:{row['checked_in_at'].timestamp():.6f}",
            row["checked_in_at"],
            channel="events",
            subject=subject,
        )


def _host(random: Random, team: list[Character], starts: datetime, zone: str) -> Character:
    """Choose someone of the team who belonged when the gathering was announced."""
    announced = starts.replace(tzinfo=ZoneInfo(zone)) - ANNOUNCED
    return random.choice([one for one in team if one.joined_at < announced])


def _write_quotas(community: Community, sizes: list[int | None]) -> list[int]:
    rows = [
        {"community_id": community.id, "public_id": new_public_id(), "size": size} for size in sizes
    ]
    return list(
        db.session.scalars(
            insert(Quota).returning(Quota.id, sort_by_parameter_order=True), rows
        ).all()
    )


def _event(
    community: Community,
    kind: Kind,
    starts: datetime,
    quota_id: int,
    host: Character,
    pictures: list[str],
) -> dict[str, Any]:
    moment = starts.replace(tzinfo=ZoneInfo(community.zone))
    return {
        "community_id": community.id,
        "public_id": new_public_id(),
        "title": kind.title,
        "words": kind.words,
        "starts_local": starts,
        "minutes": kind.minutes,
        "zone": community.zone,
        "starts_at": moment,
        "ends_at": moment + timedelta(minutes=kind.minutes),
        "place": kind.place,
        "state": EventState.PUBLISHED,
        "plus_ones": 1,
        "picture_key": pictures[KINDS.index(kind) % len(pictures)],
        "quota_id": quota_id,
        "created_by_id": host.contact_id,
        "created_at": moment - ANNOUNCED,
        "reminded_at": moment - timedelta(days=1),
    }


def _tell_created(ledger: Ledger, event: dict[str, Any]) -> None:
    ledger.tell(
        event["created_by_id"],
        "event.created",
        f"event.created:{event['public_id']}",
        event["created_at"],
        channel="events",
        subject=f"event:{event['public_id']}",
    )


def _fill(
    random: Random,
    event_id: int,
    event: dict[str, Any],
    kind: Kind,
    people: list[Character],
    seats: Seats,
    ledger: Ledger,
) -> None:
    """Let people take seats, give some back, and come or stay away."""
    left = kind.size if kind.size is not None else 10_000
    sold = 0
    for one in sorted(people, key=lambda _: random.random()):
        if left <= 0 or not _comes(random, one, event["starts_at"], kind.share):
            continue
        row = seat_row(
            event["community_id"],
            event_id,
            one.contact_id,
            event["starts_at"] - timedelta(hours=random.randint(3, 300)),
            seats=2 if left > 1 and random.random() < 0.06 else 1,
        )
        row["reserved_at"] = row["confirmed_at"] = max(
            row["reserved_at"], one.joined_at + timedelta(minutes=3)
        )
        _live_through(random, row, event)
        if row["state"] is AttendanceState.GOING:
            left -= row["seats"]
            sold += row["seats"]
        seats.rows.append(row)
        tell_seat(ledger, row, event["public_id"])
    seats.sold[event["quota_id"]] = sold


def _live_through(random: Random, row: dict[str, Any], event: dict[str, Any]) -> None:
    """Give a seat back now and then, arrive mostly."""
    luck = random.random()
    if luck < 0.07:
        row["state"] = AttendanceState.CANCELLED
        row["cancelled_at"] = max(
            event["starts_at"] - timedelta(hours=2), row["confirmed_at"] + timedelta(minutes=1)
        )
    elif luck < 0.88:
        row["arrived"] = row["seats"]
        row["checked_in_at"] = event["starts_at"] + timedelta(minutes=random.randint(-10, 25))
        row["checked_in_by_id"] = event["created_by_id"]


def _comes(random: Random, one: Character, at: datetime, share: float) -> bool:
    """Whether someone takes a seat: while they belong, and less as their zeal fades."""
    if at < one.joined_at + timedelta(hours=12) or (one.left_at is not None and at > one.left_at):
        return False
    if one.is_guest:
        return abs((at - one.joined_at).days) < 4 and random.random() < 0.5
    faded = 1.0 if at - one.joined_at < one.lasts else 0.03
    return random.random() < share * one.zeal * 2 * faded


def _last_weekday(day: date, weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - weekday) % 7)
