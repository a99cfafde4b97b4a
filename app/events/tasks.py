"""Jobs of gatherings."""

from flask import current_app

from app.communities.models import Community
from app.core import clock
from app.core.database import db
from app.core.jobs import periodic, task
from app.events import processes, queries
from app.events.models import Attendance
from app.events.service import guests, mails, series


@task("events.expire_hold")
def expire_hold(hold_id: int) -> None:
    """Let go of a kept seat that nobody confirmed."""
    guests.expire_hold(hold_id)
    db.session.commit()


@task("events.send_confirmation")
def send_confirmation(attendance_id: int, hold_id: int) -> None:
    """Mail the link that confirms a kept seat."""
    found = _seat(attendance_id)
    if found:
        attendance, community = found
        mails.send_confirmation(
            attendance, hold_id=hold_id, community=community, secret=_secret(), now=clock.now()
        )
    db.session.commit()


@task("events.send_seat")
def send_seat(attendance_id: int) -> None:
    """Mail a confirmed seat."""
    found = _seat(attendance_id)
    if found:
        attendance, community = found
        mails.send_seat(attendance, community=community, secret=_secret(), now=clock.now())
    db.session.commit()


@task("events.tell_going")
def tell_going(event_id: int, news: str, sequence: int) -> None:
    """Mail a change or a cancellation to everybody with a seat; a cancellation says it all."""
    event = queries.event_by_id(event_id)
    if event is not None and (news == "cancelled" or event.cancelled_at is None):
        effect = f"{event.id}:{sequence}"
        processes.tell_going(event, news, effect=effect, secret=_secret(), now=clock.now())


@task("events.remind")
def remind(event_id: int) -> None:
    """Mail a reminder to everybody with a seat, the day before."""
    processes.remind(event_id, secret=_secret(), now=clock.now())


@periodic("23 4 * * *", "events.follow_zone_rules")
def follow_zone_rules() -> None:
    """Derive moments again in case a country changed its clocks."""
    processes.follow_zone_rules(clock.now())


@periodic("41 * * * *", "events.drop_past_dates")
def drop_past_dates() -> None:
    """Drop proposed dates that nobody confirmed in time."""
    series.drop_past_dates(clock.now())
    db.session.commit()


def _seat(attendance_id: int) -> tuple[Attendance, Community] | None:
    attendance = db.session.get(Attendance, attendance_id)
    if attendance is None:
        return None
    return attendance, db.session.get_one(Community, attendance.community_id)


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])
