"""What gatherings tell the activity ledger, each fact under a name it can be voided by."""

from datetime import datetime

from app.activity import service as activity
from app.activity.kinds import BOUGHT, WORTHWHILE
from app.activity.service import Fact
from app.billing.models import Order
from app.communities.models import Community
from app.events.models import Attendance, Event

CHANNEL = "events"


def tell_created(event: Event, community: Community, *, now: datetime) -> None:
    """Tell that a gathering was announced, by whoever made it."""
    if event.created_by_id is not None:
        _tell(event, event.created_by_id, "event.created", community, now, event.public_id)


def tell_taken(attendance: Attendance, event: Event, community: Community, now: datetime) -> None:
    """Tell that someone has a seat."""
    _tell(event, attendance.contact_id, "event.seat_taken", community, now, attendance.public_id)


def tell_bought(order: Order, event: Event, community: Community, now: datetime) -> None:
    """Tell that someone paid for tickets: one act for one order, instead of the seat's own."""
    _tell(event, order.contact_id, BOUGHT, community, now, order.public_id)


def tell_unbought(order_public_id: str, community: Community, now: datetime) -> None:
    """Take a purchase out of the count: all of its tickets were given back unused."""
    _void(f"{BOUGHT}:{order_public_id}", community, now)


def tell_given_back(attendance: Attendance, community: Community, now: datetime) -> None:
    """Take the seat out of the count: it will not be sat on."""
    _void(f"event.seat_taken:{attendance.public_id}", community, now)


def tell_checked_in(
    attendance: Attendance, event: Event, community: Community, at: datetime
) -> None:
    """Tell that someone came; each arrival has a name of its own, so that undo finds it."""
    uid = _arrival(attendance.public_id, at)
    _tell(event, attendance.contact_id, "event.checked_in", community, at, uid)


def tell_undone(
    attendance: Attendance, community: Community, *, checked_in_at: datetime, now: datetime
) -> None:
    """Take a check-in out of the count: it was a slip of the finger."""
    _void(f"event.checked_in:{_arrival(attendance.public_id, checked_in_at)}", community, now)


def tell_worthwhile(attendance: Attendance, event: Event, community: Community) -> None:
    """Tell that someone got what they came for; whoever planned it helped them."""
    planned_by = event.created_by_id
    _tell(
        event,
        attendance.contact_id,
        WORTHWHILE,
        community,
        attendance.answered_at or event.ends_at,
        _answer(attendance),
        counterpart_id=planned_by if planned_by != attendance.contact_id else None,
    )


def tell_otherwise(attendance: Attendance, community: Community, now: datetime) -> None:
    """Take the last yes out of the count: they say something else now."""
    _void(f"{WORTHWHILE}:{_answer(attendance)}", community, now)


def _answer(attendance: Attendance) -> str:
    """Name an answer by its number: it may be changed, and changed back."""
    return f"{attendance.public_id}:{attendance.answers}"


def _arrival(public_id: str, at: datetime) -> str:
    return f"{public_id}:{at.timestamp():.6f}"


def _tell(  # noqa: PLR0917 - the parts of a fact
    event: Event,
    contact_id: int,
    kind: str,
    community: Community,
    at: datetime,
    uid: str,
    *,
    counterpart_id: int | None = None,
) -> None:
    activity.record(
        Fact(
            community_id=event.community_id,
            contact_id=contact_id,
            type=kind,
            uid=f"{kind}:{uid}",
            happened_at=at,
            channel=CHANNEL,
            subject=f"event:{event.public_id}",
            counterpart_id=counterpart_id,
        ),
        zone=community.zone,
    )


def _void(uid: str, community: Community, now: datetime) -> None:
    activity.void(community_id=community.id, uid=uid, zone=community.zone, now=now, channel=CHANNEL)
