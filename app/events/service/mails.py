"""Mails about seats: each one is written once per effect, for its reader, with a calendar entry."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from app.communities.models import Community, Contact
from app.communities.queries.addressees import Reader, addressee
from app.core.links import absolute_url
from app.core.notify import Attachment, notify, was_written
from app.core.text import N_
from app.events import ics, queries
from app.events.models import Attendance, AttendanceState, Event
from app.events.service import kinds
from app.events.service.calendars import entry_of
from app.events.service.guests import seat_token

OF_LATE = timedelta(hours=1)
SUBJECTS = {
    "changed": N_("Changed: %(title)s"),
    "cancelled": N_("Cancelled: %(title)s"),
    "reminder": N_("Soon: %(title)s"),
}
KINDS = {
    "changed": kinds.CHANGED,
    "cancelled": kinds.CANCELLED,
    "reminder": kinds.REMINDER,
}


def send_confirmation(
    attendance: Attendance,
    *,
    hold_id: int,
    community: Community,
    secret: str,
    now: datetime,
    spares_mail: bool = False,
) -> None:
    """Ask whoever reads the mail whether the seat is theirs; who has one is told so instead.

    Someone who may not come back hears nothing, nor does a full mailbox that has the link.
    """
    if queries.is_banned(attendance.contact_id):
        return
    if spares_mail and _has_link(attendance, since=now - OF_LATE):
        return
    if attendance.state is AttendanceState.GOING:
        _send_seat(attendance, f"again:{hold_id}", community=community, secret=secret, now=now)
    elif attendance.state is AttendanceState.PENDING:
        notify(
            addressee(attendance.contact),
            kinds.CONFIRM,
            key=f"{kinds.CONFIRM}:{attendance.id}:{hold_id}",
            subject=N_("Is this seat yours? %(title)s"),
            template="events/confirm",
            community=community,
            until=_until(attendance),
            **_values(attendance, community, secret),
        )


def send_seat(attendance: Attendance, *, community: Community, secret: str, now: datetime) -> None:
    """Send a confirmed seat with its calendar entry."""
    if attendance.state is AttendanceState.GOING:
        state = f"{attendance.seats}:{attendance.event.sequence}"
        _send_seat(attendance, state, community=community, secret=secret, now=now)


def send_news(
    attendance: Attendance,
    news: str,
    *,
    effect: str,
    community: Community,
    secret: str,
    now: datetime,
) -> None:
    """Tell someone with a seat of a change, a cancellation, or that it is soon.

    Someone who may not come back hears nothing, even while their ticket's money is on its way.
    """
    if queries.is_banned(attendance.contact_id):
        return
    notify(
        addressee(attendance.contact),
        KINDS[news],
        key=f"{KINDS[news]}:{effect}:{attendance.id}",
        subject=SUBJECTS[news],
        template=f"events/{news}",
        community=community,
        attachments=[_attached(attendance.event, community, now)],
        **_values(attendance, community, secret),
    )


def tell_unpaid(contact: Contact, event: Event, *, community: Community) -> None:
    """Tell someone for whom tickets are kept, and who has no seat, that it does not take place.

    They have no entry in their calendar yet: none comes with it.
    """
    notify(
        addressee(contact),
        kinds.CANCELLED,
        key=f"{kinds.CANCELLED}:{event.id}:contact:{contact.id}",
        subject=SUBJECTS["cancelled"],
        template="events/cancelled",
        community=community,
        title=event.title,
        event=event,
        seats=0,
        page_url=absolute_url("events.show", slug=community.slug, event_id=event.public_id),
    )


def ask_afterwards(attendance: Attendance, community: Community, *, to: Reader) -> None:
    """Ask someone who was there whether they got what they came for; the answer is on the page."""
    event = attendance.event
    page = absolute_url("events.show", slug=community.slug, event_id=event.public_id)
    notify(
        to,
        kinds.AFTERWARDS,
        key=f"{kinds.AFTERWARDS}:{attendance.id}",
        subject=N_("How was it? %(title)s"),
        template="events/afterwards",
        community=community,
        title=event.title,
        question_url=absolute_url("accounts.sign_in", next=urlsplit(page).path),
    )


def _has_link(attendance: Attendance, *, since: datetime) -> bool:
    starts = (f"{kind}:{attendance.id}:" for kind in (kinds.CONFIRM, kinds.SEAT))
    return any(was_written(start, since=since) for start in starts)


def _send_seat(
    attendance: Attendance, effect: str, *, community: Community, secret: str, now: datetime
) -> None:
    notify(
        addressee(attendance.contact),
        kinds.SEAT,
        key=f"{kinds.SEAT}:{attendance.id}:{effect}",
        subject=N_("Your seat: %(title)s"),
        template="events/seat",
        community=community,
        attachments=[_attached(attendance.event, community, now)],
        **_values(attendance, community, secret),
    )


def _values(attendance: Attendance, community: Community, secret: str) -> dict[str, Any]:
    event = attendance.event
    return {
        "title": event.title,
        "event": event,
        "seats": attendance.seats,
        "page_url": absolute_url("events.show", slug=community.slug, event_id=event.public_id),
        "seat_url": absolute_url("events.seat", token=seat_token(attendance, secret=secret)),
    }


def _attached(event: Event, community: Community, now: datetime) -> Attachment:
    entry = entry_of(event, community, is_going=True, now=now)
    content = ics.calendar([entry], name=community.name)
    return Attachment("invite.ics", "text/calendar", content)


def _until(attendance: Attendance) -> datetime:
    hold = queries.hold_of(attendance)
    return hold.expires_at if hold else attendance.event.starts_at
