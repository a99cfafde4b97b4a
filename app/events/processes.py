"""What takes more than one commit: telling everybody, giving everybody's money back, zone rules.

Each step is found again in the database, so a killed job goes on where it stood.
"""

from datetime import datetime, timedelta

from app.billing import processes as of_billing
from app.communities.models import Community
from app.communities.queries.addressees import addressees
from app.core.database import db
from app.core.errors import RuleViolation
from app.events import queries, wall_time
from app.events.models import Event, EventState
from app.events.service import gatherings, kinds, mails, selling

BATCH = 50
ASK_AFTER, ASK_UNTIL = timedelta(hours=12), timedelta(hours=36)


def tell_going(
    event: Event, news: str, *, effect: str, secret: str, now: datetime, batch: int = BATCH
) -> int:
    """Send news to everybody with a seat, a batch per commit, and return how many seats there are.

    `effect` names the news: who has had the mail under it gets no second one.
    """
    event_id, last_id, told = event.id, 0, 0
    while seats := queries.going_after(event_id, last_id, limit=batch):
        community = db.session.get_one(Community, seats[0].community_id)
        for attendance in seats:
            mails.send_news(
                attendance, news, effect=effect, community=community, secret=secret, now=now
            )
        told += len(seats)
        last_id = seats[-1].id
        db.session.commit()
    return told


def remind(event_id: int, *, secret: str, now: datetime) -> bool:
    """Remind those going a day before; False when the time moved or the day has passed.

    The mark is set last: a killed run goes on, and the keys of its mails keep them single.
    """
    event = queries.event_by_id(event_id)
    if event is None or not _is_due(event, now):
        return False
    starts_at = event.starts_at
    tell_going(
        event,
        "reminder",
        effect=f"{event.id}:{starts_at.timestamp():.0f}",
        secret=secret,
        now=now,
    )
    event = queries.lock_event(event_id)
    if event is not None and event.starts_at == starts_at:
        event.reminded_at = now
    db.session.commit()
    return True


def ask_afterwards(now: datetime, *, batch: int = BATCH) -> None:
    """Ask members who were at a gathering, half a day after it, what it was worth; once each.

    The day after that is left to workers that stood still.
    """
    last_id = 0
    since, until = now - ASK_UNTIL, now - ASK_AFTER
    while found := queries.to_be_asked(kinds.AFTERWARDS, since, until, last_id, limit=batch):
        readers = addressees([attendance.contact for attendance, _community in found])
        for (attendance, community), reader in zip(found, readers, strict=True):
            mails.ask_afterwards(attendance, community, to=reader)
            last_id = attendance.id
        db.session.commit()


def refund_event(event_id: int, *, secret: str, now: datetime) -> int:
    """Take back every ticket of a cancelled event, an order per commit; return how many.

    What is done is found in the database: a killed run leaves the rest to the next one, and no
    order is refunded twice. Orders nobody has paid yet are ended first. One that cannot be
    refunded is shown to the organizers, and keeps nobody else waiting.
    """
    event = queries.event_by_id(event_id)
    if event is None or event.state is not EventState.CANCELLED:
        return 0
    tell_unpaid(event)
    for order_id in queries.open_orders(event_id):
        of_billing.cancel_order(order_id, secret=secret, now=now)
    number = 0
    for order_id in queries.orders_with_tickets(event_id):
        try:
            number += selling.refund_order(order_id, event_id, now=now)
        except RuleViolation as refusal:
            db.session.rollback()
            selling.note_unrefunded(order_id, refusal)
        db.session.commit()
    return number


def tell_unpaid(event: Event) -> None:
    """Tell whoever has tickets kept and no seat that the event is cancelled; once each.

    Before their orders are ended: afterwards nobody finds them.
    """
    buyers = queries.unpaid_buyers(event.id)
    community = db.session.get_one(Community, event.community_id)
    for contact in buyers:
        mails.tell_unpaid(contact, event, community=community)
    if buyers:
        db.session.commit()


def follow_zone_rules(now: datetime) -> int:
    """Derive the moments of events to come again, and return how many moved.

    The wall time is the truth: when a country changes its rules, the clock on the wall stays.
    """
    moved = 0
    for event in queries.upcoming_events(now):
        moment = wall_time.moment_of(event.starts_local, event.zone)
        if moment == event.starts_at:
            continue
        event.starts_at = moment
        event.ends_at = moment + timedelta(minutes=event.minutes)
        event.sequence += 1
        event.version += 1
        gatherings.remind_later(event)
        gatherings.tell_going(event, "changed")
        db.session.commit()
        moved += 1
    return moved


def _is_due(event: Event, now: datetime) -> bool:
    return (
        event.state is EventState.PUBLISHED
        and event.reminded_at is None
        and event.starts_at - gatherings.REMIND_BEFORE <= now < event.starts_at
    )
