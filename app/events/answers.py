"""What events answers to the moments of lower floors."""

from datetime import datetime

from flask import Flask, current_app
from flask_babel import gettext as _

from app.accounts import hooks as of_accounts
from app.billing import hooks as of_billing
from app.billing.hooks import Described, Withdrawal
from app.billing.models import Order, OrderLine
from app.communities import hooks as of_communities
from app.communities.hooks import FirstStep
from app.communities.models import Community
from app.events.models import EventState
from app.events.queries.events import found_event, has_events
from app.events.queries.orders import cancelled_event_of
from app.events.queries.tickets import seats_without_tickets, tickets_of_line
from app.events.service import leaving, selling, tickets
from app.events.service.buying import KIND
from app.events.service.kinds import register_kinds


def init_app(_app: Flask) -> None:
    """Register the answers, and the kinds of mail events sends."""
    of_communities.membership_ends.register(leaving.on_membership_end)
    of_communities.contact_banned.register(leaving.on_ban)
    of_accounts.person_erased.register(leaving.on_erasure)
    of_communities.event_title.register(_title)
    of_communities.first_steps.register(_first_gathering)
    of_billing.register_item_kind(KIND, TicketKind())
    of_billing.sold_elsewhere.register(seats_without_tickets)
    register_kinds()


class TicketKind:
    """How tickets are handed over, taken back and suspended, in billing's transactions."""

    def describe(self, line: OrderLine) -> Described:
        """Say what the line is; its tickets are on a page of their own once they are paid.

        What does not take place is said, and leads to the words of the hosts.
        """
        if event := cancelled_event_of(line):
            news = _("%(title)s is cancelled.", title=event.title)
            values = {"event_id": event.public_id}
            return Described(line.title, _("To the event"), "events.show", values, news)
        if not line.order.is_settled:
            return Described(line.title)
        secret = str(current_app.config["SECRET_KEY"])
        token = tickets.order_token(line.order.public_id, secret=secret)
        return Described(line.title, _("Open the tickets"), "events.tickets", {"token": token})

    def fulfil(self, order: Order, line: OrderLine, now: datetime) -> None:
        """Make the tickets."""
        selling.hand_over(order, line, now=now)

    def withdraw(
        self, order: Order, line: OrderLine, *, number: int, reason: Withdrawal, now: datetime
    ) -> None:
        """Cancel as many tickets as are counted as taken back."""
        del number, reason  # the line has counted it; for the ticket the reasons are the same
        selling.take_back(order, line, now=now)

    def suspend(self, order: Order, line: OrderLine, now: datetime) -> None:
        """Keep the tickets from the door."""
        del order, now
        tickets.suspend(tickets_of_line(line.id))

    def resume(self, order: Order, line: OrderLine, now: datetime) -> None:
        """Let the tickets in again."""
        del order, now
        tickets.resume(tickets_of_line(line.id))


def _title(community: Community, public_id: str) -> str | None:
    """Say what a reported event is called."""
    event = found_event(community.id, public_id)
    return event.title if event and event.state is not EventState.PROPOSED else None


def _first_gathering(community: Community) -> FirstStep:
    """Suggest a first date to a new community."""
    return FirstStep(
        title=lambda: _("Plan a first gathering"),
        text=lambda: _("A date is what people come for. Strangers can take a seat by the link."),
        endpoint="events.new",
        permission="events.manage",
        is_done=has_events(community.id),
    )
