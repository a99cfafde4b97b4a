"""What billing answers to the moments of lower floors, and the kind of item it sells itself."""

from datetime import datetime

from flask import Flask
from flask_babel import gettext as _

from app.accounts import hooks as of_accounts
from app.billing.hooks import Described, Withdrawal, register_item_kind
from app.billing.models import Interval, Order, OrderLine
from app.billing.queries import stripe as reads
from app.billing.service import membership, subscriptions
from app.billing.service.imported import OrdersWork
from app.billing.service.notices import register_kinds
from app.billing.service.plans import KIND
from app.communities import hooks as of_communities


class PlanKind:
    """A membership as an item of an order."""

    def describe(self, line: OrderLine) -> Described:
        """Say which plan it is, and how long each payment lasts."""
        price, plan = reads.price_named(line.item_id)
        text = _("for a year") if price.interval is Interval.YEAR else _("for a month")
        return Described(plan.name, text, "billing.membership")

    def fulfil(self, order: Order, line: OrderLine, now: datetime) -> None:
        """Open access."""
        membership.fulfil(order, line, now)

    def withdraw(
        self,
        order: Order,
        line: OrderLine,
        *,
        number: int,  # noqa: ARG002 - a membership is taken back as a whole
        reason: Withdrawal,  # noqa: ARG002 - whatever the reason
        now: datetime,
    ) -> None:
        """Take access back."""
        membership.withdraw(order, line, now)

    def suspend(self, order: Order, line: OrderLine, now: datetime) -> None:
        """Leave access open while money is disputed: it ends with the subscription."""

    def resume(self, order: Order, line: OrderLine, now: datetime) -> None:
        """Nothing was suspended."""


def init_app(_app: Flask) -> None:
    """Register the answers, the kinds of mail, and the plan as a kind of item."""
    of_communities.membership_ends.register(subscriptions.on_membership_end)
    of_communities.contact_banned.register(subscriptions.on_ban)
    of_accounts.person_erased.register(subscriptions.on_erasure)
    register_item_kind(KIND, PlanKind())
    register_kinds()
    of_communities.register_import(OrdersWork())
