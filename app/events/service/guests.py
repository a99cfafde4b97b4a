"""Strangers: a seat kept for a name and an address, confirmed by a link that was mailed.

Known and unknown addresses get the same answer by the same statements and the same jobs. Whoever
has a seat already gets another mail; the seat that was kept for them meanwhile is let go at once.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import literal_column, text, update
from sqlalchemy.dialects.postgresql import insert

from app.billing import service as billing
from app.billing.service import SoldOut
from app.communities.models import Community, Contact
from app.communities.service.contacts import guest_contact
from app.core.database import db, new_public_id
from app.core.jobs import defer
from app.core.tokens import read_forever, sign_forever
from app.events import queries
from app.events.models import Attendance, AttendanceState, Event
from app.events.service import seats
from app.events.service.moves import move_attendance
from app.events.service.refusals import SeatGivenBack

HOLD_FOR = timedelta(minutes=45)
PURPOSE = "events.seat"
# Written out: a prepared statement cannot match an index's condition against parameters.
_CURRENT = text("state IN ('pending', 'going')")


def reserve_for_guest(
    event: Event,
    *,
    community: Community,
    name: str,
    email: str,
    language: str,
    now: datetime,
    spares_mail: bool = False,
) -> None:
    """Keep a seat for whoever reads the mail that is sent now. Raises EventFull.

    `spares_mail`: where such a mail went out of late, the link in it serves, and none is added.
    """
    seats.check_open(event, now)
    seats.check_free(event)
    contact = guest_contact(community, name=name, email=email, language=language, now=now)
    attendance_id, is_new = _write_pending(event, contact, now)
    try:
        hold = billing.hold(event.quota, until=min(now + HOLD_FOR, event.starts_at))
    except SoldOut as refusal:
        raise seats.sold_out(refusal) from None
    db.session.execute(
        update(Attendance)
        .where(Attendance.id == attendance_id)
        .where(Attendance.state == AttendanceState.PENDING, Attendance.hold_id.is_(None))
        .values(hold_id=hold.id)
    )
    defer("events.expire_hold", at=hold.expires_at if is_new else now, hold_id=hold.id)
    defer(
        "events.send_confirmation",
        attendance_id=attendance_id,
        hold_id=hold.id,
        spares_mail=spares_mail,
    )


def confirm_seat(attendance: Attendance, *, community: Community, now: datetime) -> Attendance:
    """Turn a kept seat into a taken one; a late link tries to get a seat again.

    Returns the seat that counts: the contact may have taken another one meanwhile.
    Raises EventFull, SeatGivenBack, SeatRefused.
    """
    event = attendance.event
    if attendance.state is AttendanceState.GOING:
        return attendance
    seats.check_open(event, now)
    queries.lock_seat(attendance)
    is_late = attendance.state is AttendanceState.EXPIRED
    if is_late:
        db.session.refresh(attendance.contact, with_for_update=True)  # as a new request would
    seats.check_welcome(attendance.contact_id)
    if attendance.state is AttendanceState.CANCELLED:
        raise SeatGivenBack
    if is_late:
        current = queries.current_seat(event.id, attendance.contact_id)
        if current is not None:
            return confirm_seat(current, community=community, now=now)
        seats.take_from_quota(event, attendance.seats)
    elif not billing.confirm_hold(attendance.hold_id or 0):
        return attendance  # confirmed in another tab while we waited for the row
    seats.confirm(attendance, now)
    seats.seat_taken(attendance, event, community, now)
    return attendance


def expire_hold(hold_id: int) -> None:
    """Let go of a kept seat that nobody confirmed in time; one that was taken stays taken."""
    attendance = queries.pending_seat_of_hold(hold_id)
    if attendance is not None:
        move_attendance(attendance, AttendanceState.EXPIRED)
        db.session.flush()
    billing.release(hold_id)


def seat_token(attendance: queries.AnySeat, *, secret: str) -> str:
    """Return the secret of a seat's own page; it goes into mails to its holder only."""
    return sign_forever([attendance.public_id], purpose=PURPOSE, secret=secret)


def seat_by_token(token: str, *, secret: str) -> Attendance | None:
    """Return the seat a secret leads to, or None."""
    payload = read_forever(token, purpose=PURPOSE, secret=secret)
    if not isinstance(payload, list) or len(payload) != 1:
        return None
    return queries.seat_by_public_id(str(payload[0]))


def _write_pending(event: Event, contact: Contact, now: datetime) -> tuple[int, bool]:
    """Write a waiting seat, or find the current one, by one and the same statement."""
    statement = insert(Attendance).values(
        community_id=event.community_id,
        public_id=new_public_id(),
        event_id=event.id,
        contact_id=contact.id,
        state=AttendanceState.PENDING,
        seats=1,
        arrived=0,
        reserved_at=now,
    )
    row: Any = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["community_id", "event_id", "contact_id"],
            index_where=_CURRENT,
            set_={"reserved_at": Attendance.reserved_at},
        ).returning(Attendance.id, literal_column("xmax = 0"))
    ).one()
    return row[0], row[1]
