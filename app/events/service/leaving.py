"""What becomes of seats and hosts when someone leaves a community, is banned or erased."""

from datetime import datetime

from sqlalchemy import delete, select

from app.accounts.models import Person
from app.communities.models import Community, Contact, EndReason, Membership
from app.core.database import db
from app.core.jobs import defer
from app.events import queries
from app.events.models import CalendarFeed, Event, EventHost
from app.events.service import seats


def free_future(
    contact_id: int, *, community: Community, now: datetime, with_tickets: bool = True
) -> None:
    """Free a contact's seats at gatherings to come, and take them off the list of hosts.

    What is past stays: they were there. Tickets go back by a job, each with its money; whoever
    leaves by themselves keeps those that the hosts would not take back (`with_tickets` False).
    """
    for attendance in queries.future_seats(community.id, contact_id, now):
        if queries.lock_tickets_of_seat(attendance.id):
            defer("events.withdraw_tickets", attendance_id=attendance.id, all_of_them=with_tickets)
        else:
            seats.free(attendance, community=community, now=now)
    to_come = select(Event.id).where(Event.community_id == community.id, Event.starts_at > now)
    db.session.execute(
        delete(EventHost).where(
            EventHost.community_id == community.id,
            EventHost.contact_id == contact_id,
            EventHost.event_id.in_(to_come),
        )
    )


def on_membership_end(membership: Membership, now: datetime) -> None:
    """Answer the end of a membership, in its transaction."""
    community = db.session.get_one(Community, membership.community_id)
    is_own_wish = membership.end_reason is EndReason.LEFT
    free_future(membership.contact_id, community=community, now=now, with_tickets=not is_own_wish)


def on_ban(contact: Contact, now: datetime) -> None:
    """Answer the ban of someone who is no member: guests have seats too."""
    community = db.session.get_one(Community, contact.community_id)
    free_future(contact.id, community=community, now=now)


def on_erasure(person: Person, now: datetime) -> None:
    """Answer the erasure of a person: their seats to come, as member or guest, and their feed."""
    rows = db.session.execute(
        select(Contact.id, Community)
        .join(Community, Community.id == Contact.community_id)
        .where(Contact.person_id == person.id)
    )
    for contact_id, community in rows.all():
        free_future(contact_id, community=community, now=now)
    db.session.execute(delete(CalendarFeed).where(CalendarFeed.person_id == person.id))
