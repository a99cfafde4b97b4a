"""Mails about tickets: the tickets themselves, free ones to be confirmed, one taken back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.billing.models import Order
from app.billing.queries.orders import lines_of
from app.billing.service.links import order_url
from app.communities.models import Community, Contact
from app.communities.queries.addressees import addressee
from app.core.database import db
from app.core.links import absolute_url
from app.core.notify import Attachment, notify, was_written
from app.core.text import N_
from app.events import codes, ics, queries
from app.events.models import Event, Ticket, TicketState
from app.events.service import claims, kinds
from app.events.service.calendars import entry_of
from app.events.service.guests import seat_token
from app.events.service.tickets import order_token, ticket_token

MOST_PICTURES = 10


def send_tickets(order_id: int, *, secret: str, now: datetime) -> None:
    """Send the tickets of an order to its buyer, each as a link and a picture."""
    order = db.session.get_one(Order, order_id)
    had = queries.tickets_of_order(order.public_id)
    live = [one for one in had if one.state is TicketState.VALID]
    if not live:
        return
    event, contact = live[0].event, live[0].contact
    community = db.session.get_one(Community, event.community_id)
    entry = entry_of(event, community, is_going=True, now=now)
    notify(
        addressee(contact),
        kinds.TICKETS,
        key=f"{kinds.TICKETS}:{order_id}",
        subject=N_("Your ticket: %(title)s") if len(live) == 1 else N_("Your tickets: %(title)s"),
        template="events/tickets",
        community=community,
        attachments=[
            Attachment("invite.ics", "text/calendar", ics.calendar([entry], name=community.name)),
            *_pictures(live),
        ],
        tickets_url=absolute_url(
            "events.tickets", token=order_token(order.public_id, secret=secret)
        ),
        tickets=[
            {
                "name": one.name,
                "type": one.type.title,
                "code": codes.in_groups(one.secret),
                "url": absolute_url("events.ticket", token=ticket_token(one, secret=secret)),
            }
            for one in live
        ],
        **_values(event, community, live[0], secret),
    )


def send_kept(order_id: int, *, secret: str) -> None:
    """Tell whoever pays later what is kept for them, until when, and where it can be paid."""
    order = db.session.get_one(Order, order_id)
    lines = lines_of(order_id)
    sort = queries.type_by_public_id(order.community_id, lines[0].item_id)
    event = queries.event_by_id(sort.event_id) if sort else None
    if event is None or not order.is_open:
        return
    community = db.session.get_one(Community, order.community_id)
    notify(
        addressee(order.contact),
        kinds.KEPT,
        key=f"{kinds.KEPT}:{order_id}:{order.version}",
        subject=N_("Kept for you: %(title)s"),
        template="events/kept",
        community=community,
        title=event.title,
        event=event,
        order=order,
        lines=[(line.facts["sort"], line.quantity) for line in lines],
        seats=sum(line.quantity for line in lines),
        page_url=absolute_url("events.show", slug=community.slug, event_id=event.public_id),
        order_url=order_url(order, slug=community.slug, secret=secret),
    )


def send_claim(
    event_id: int, contact_id: int, chosen: Mapping[str, int], *, mark: str, secret: str
) -> None:
    """Ask whoever reads the mail whether the free tickets are theirs."""
    event = queries.event_by_id(event_id)
    contact = db.session.get(Contact, contact_id)
    if event is None or contact is None or queries.is_banned(contact_id):
        return
    community = db.session.get_one(Community, event.community_id)
    token = claims.claim_token(event, contact, chosen, secret=secret)
    notify(
        addressee(contact),
        kinds.CLAIM,
        key=f"{kinds.CLAIM}:{event_id}:{contact_id}:{mark}",
        subject=N_("Are these tickets yours? %(title)s"),
        template="events/claim",
        community=community,
        title=event.title,
        event=event,
        seats=sum(chosen.values()),
        page_url=absolute_url("events.show", slug=community.slug, event_id=event.public_id),
        seat_url=absolute_url("events.claim", token=token),
    )


def claim_was_mailed(event_id: int, contact_id: int, *, since: datetime) -> bool:
    """Say whether free tickets for an event were mailed of late to be confirmed."""
    return was_written(f"{kinds.CLAIM}:{event_id}:{contact_id}:", since=since)


def tell_cancelled(ticket_id: int, *, secret: str) -> None:
    """Tell a buyer that the hosts took a ticket back."""
    ticket = db.session.get(Ticket, ticket_id)
    if ticket is None:
        return
    community = db.session.get_one(Community, ticket.community_id)
    notify(
        addressee(ticket.contact),
        kinds.TICKET_CANCELLED,
        key=f"{kinds.TICKET_CANCELLED}:{ticket_id}",
        subject=N_("A ticket was cancelled: %(title)s"),
        template="events/ticket_cancelled",
        community=community,
        name=ticket.name,
        type=ticket.type.title,
        **_values(ticket.event, community, ticket, secret),
    )


def _pictures(tickets: list[Ticket]) -> list[Attachment]:
    """Return the codes as pictures, for those who are offline at the door."""
    return [
        Attachment(f"ticket-{place}.png", "image/png", codes.png(one.secret))
        for place, one in enumerate(tickets[:MOST_PICTURES], start=1)
    ]


def _values(event: Event, community: Community, ticket: Ticket, secret: str) -> dict[str, Any]:
    return {
        "title": event.title,
        "event": event,
        "seats": 1,
        "page_url": absolute_url("events.show", slug=community.slug, event_id=event.public_id),
        "seat_url": absolute_url("events.seat", token=seat_token(ticket.attendance, secret=secret)),
    }
