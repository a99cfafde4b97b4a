"""Jobs of gatherings."""

from flask import current_app

from app.communities.models import Community
from app.core import clock
from app.core.database import db
from app.core.jobs import periodic, task
from app.events import processes, queries
from app.events.models import Attendance
from app.events.service import guests, mails, selling, series, ticket_mails


@task("events.expire_hold")
def expire_hold(hold_id: int) -> None:
    """Let go of a kept seat that nobody confirmed."""
    guests.expire_hold(hold_id)
    db.session.commit()


@task("events.send_confirmation")
def send_confirmation(attendance_id: int, hold_id: int, *, spares_mail: bool = False) -> None:
    """Mail the link that confirms a kept seat."""
    found = _seat(attendance_id)
    if found:
        attendance, community = found
        mails.send_confirmation(
            attendance,
            hold_id=hold_id,
            community=community,
            secret=_secret(),
            now=clock.now(),
            spares_mail=spares_mail,
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


@task("events.send_tickets")
def send_tickets(order_id: int) -> None:
    """Mail the tickets of a paid order."""
    ticket_mails.send_tickets(order_id, secret=_secret(), now=clock.now())
    db.session.commit()


@task("events.send_kept")
def send_kept(order_id: int) -> None:
    """Mail what an organizer keeps for someone who pays later."""
    ticket_mails.send_kept(order_id, secret=_secret())
    db.session.commit()


@task("events.send_claim")
def send_claim(
    event_id: int, contact_id: int, chosen: dict[str, int], mark: str, *, spares_mail: bool = False
) -> None:
    """Mail the link by which a stranger confirms free tickets."""
    since = clock.now() - mails.OF_LATE
    if not spares_mail or not ticket_mails.claim_was_mailed(event_id, contact_id, since=since):
        ticket_mails.send_claim(event_id, contact_id, chosen, mark=mark, secret=_secret())
    db.session.commit()


@task("events.tell_cancelled_ticket")
def tell_cancelled_ticket(ticket_id: int) -> None:
    """Mail that the hosts cancelled a ticket."""
    ticket_mails.tell_cancelled(ticket_id, secret=_secret())
    db.session.commit()


@task("events.withdraw_tickets")
def withdraw_tickets(attendance_id: int, all_of_them: bool) -> None:  # noqa: FBT001 - a job's
    """Take back the tickets of someone who left."""
    selling.withdraw_tickets(attendance_id, all_of_them=all_of_them, now=clock.now())
    db.session.commit()


@task("events.refund_event")
def refund_event(event_id: int) -> None:
    """Give everybody's money back after an event was cancelled."""
    processes.refund_event(event_id, secret=_secret(), now=clock.now())


@periodic("23 4 * * *", "events.follow_zone_rules")
def follow_zone_rules() -> None:
    """Derive moments again in case a country changed its clocks."""
    processes.follow_zone_rules(clock.now())


@periodic("41 * * * *", "events.drop_past_dates")
def drop_past_dates() -> None:
    """Drop proposed dates that nobody confirmed in time."""
    series.drop_past_dates(clock.now())
    db.session.commit()


@periodic("17 * * * *", "events.ask_afterwards")
def ask_afterwards() -> None:
    """Ask those who were at a gathering whether they got what they came for."""
    processes.ask_afterwards(clock.now())


def _seat(attendance_id: int) -> tuple[Attendance, Community] | None:
    attendance = db.session.get(Attendance, attendance_id)
    if attendance is None:
        return None
    return attendance, db.session.get_one(Community, attendance.community_id)


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])
