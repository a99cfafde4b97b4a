"""Afterwards: whether those who were there got what they came for."""

from datetime import datetime, timedelta

from app.communities.models import Community
from app.events import queries
from app.events.models import Attendance, AttendanceState, CameFor, EventState
from app.events.service import ledger
from app.events.service.refusals import NothingToAsk

LASTS = timedelta(days=60)


def is_asked(seat: queries.AnySeat, event: queries.AnyEvent, *, now: datetime) -> bool:
    """Say whether someone may be asked: they were there, and it is not long over.

    Where nobody was checked in, whoever had a place counts as having been there.
    """
    if event.state is not EventState.PUBLISHED or not event.ends_at <= now < event.ends_at + LASTS:
        return False
    if seat.state is not AttendanceState.GOING:
        return False
    return seat.arrived > 0 or not queries.was_checked(event.id)


def answer(
    attendance: Attendance, came_for: CameFor, *, community: Community, now: datetime
) -> None:
    """Say whether one got what one came for; only a yes is a help, and it may be changed."""
    event = attendance.event
    queries.lock_seat(attendance)
    if not is_asked(attendance, event, now=now):
        raise NothingToAsk
    before = attendance.came_for
    if before is came_for:
        return
    if before is CameFor.YES:
        ledger.tell_otherwise(attendance, community, now)
    attendance.came_for, attendance.answered_at = came_for, now
    attendance.answers += 1
    if came_for is CameFor.YES:
        ledger.tell_worthwhile(attendance, event, community)
