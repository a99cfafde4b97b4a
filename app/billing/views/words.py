"""States and kinds in words."""

from collections.abc import Sequence

from babel.lists import format_list
from flask_babel import get_locale, pgettext
from flask_babel import gettext as _

from app.billing.models import (
    Finding,
    FindingKind,
    GrantSource,
    OrderState,
    PaymentMethod,
    PaymentState,
    RefundState,
    SubscriptionState,
)
from app.billing.service.findings import FOR_HANDS, REFUSED
from app.core.money import Money, format_money

TONES = {
    OrderState.PAID: "good",
    OrderState.PROCESSING: "warn",
    OrderState.AWAITING_PAYMENT: "warn",
    OrderState.RESERVED: "warn",
    OrderState.PAYMENT_FAILED: "bad",
}


def order_states() -> dict[OrderState, str]:
    """Return what is said of each state of an order."""
    return {
        OrderState.DRAFT: _("Draft"),
        OrderState.RESERVED: _("Waiting for payment"),
        OrderState.AWAITING_PAYMENT: _("Waiting for payment"),
        OrderState.PROCESSING: _("Payment on its way"),
        OrderState.PAID: pgettext("order", "Paid"),
        OrderState.PARTIALLY_REFUNDED: pgettext("order", "Partly refunded"),
        OrderState.REFUNDED: pgettext("order", "Refunded"),
        OrderState.EXPIRED: pgettext("order", "Expired"),
        OrderState.CANCELLED: pgettext("order", "Cancelled"),
        OrderState.PAYMENT_FAILED: _("Payment failed"),
        OrderState.REFUNDED_LATE: _("Not handed over, refunded"),
    }


def payment_states() -> dict[PaymentState, str]:
    """Return what is said of each state of an attempt to pay."""
    return {
        PaymentState.STARTING: _("Started"),
        PaymentState.OPEN: _("Page open"),
        PaymentState.PROCESSING: pgettext("payment", "On its way"),
        PaymentState.PAID: pgettext("payment", "Paid"),
        PaymentState.FAILED: _("Failed"),
        PaymentState.EXPIRED: pgettext("payment", "Expired"),
        PaymentState.QUARANTINED: _("Set aside: look at it"),
    }


def methods() -> dict[PaymentMethod, str]:
    """Return how money comes."""
    return {
        PaymentMethod.STRIPE: pgettext("payment", "Card"),
        PaymentMethod.CASH: _("Cash"),
        PaymentMethod.TRANSFER: _("Bank transfer"),
    }


def refund_states() -> dict[RefundState, str]:
    """Return what is said of each state of a refund."""
    return {
        RefundState.STARTING: _("Refund on its way"),
        RefundState.PENDING: _("Refund on its way"),
        RefundState.SUCCEEDED: pgettext("refund", "Refunded"),
        RefundState.FAILED: _("Refund failed"),
    }


def subscription_states() -> dict[SubscriptionState, str]:
    """Return what is said of each state of a subscription."""
    return {
        SubscriptionState.INCOMPLETE: _("Not begun"),
        SubscriptionState.INCOMPLETE_EXPIRED: _("Not begun"),
        SubscriptionState.TRIALING: _("Trial"),
        SubscriptionState.ACTIVE: _("Renews"),
        SubscriptionState.PAST_DUE: _("Payment overdue"),
        SubscriptionState.UNPAID: _("Unpaid"),
        SubscriptionState.PAUSED: _("Paused"),
        SubscriptionState.CANCELED: _("Ended"),
    }


def grant_sources() -> dict[GrantSource, str]:
    """Return where access comes from."""
    return {
        GrantSource.PAID: pgettext("payment", "Card"),
        GrantSource.OFFLINE: _("Paid by hand"),
        GrantSource.COMP: _("Gift of the organizers"),
        GrantSource.GIFT: _("Gift"),
        GrantSource.TICKET: _("Ticket"),
        GrantSource.IMPORT: _("Import"),
        GrantSource.FREE: _("Free plan"),
    }


def said_of(finding: Finding) -> tuple[str, str]:
    """Return what a finding means, and what to do: nothing where it is being done already."""
    title, advice = finding_words()[finding.kind]
    if REFUSED in finding.facts:
        return _("An order could not be refunded"), _(
            "Its event was cancelled, and its money does not go back by itself. Open the order "
            "and send the money back there."
        )
    if finding.kind is FindingKind.TWO_SUBSCRIPTIONS and "order" in finding.facts:
        advice = _(
            "The second one was ended, and its money goes back by itself. If this stays here, look "
            "at it in Stripe's dashboard."
        )
    if finding.subject.startswith("invoice:"):
        advice = _(
            "A membership that had ended renewed all the same. It is ended once more: refund this "
            "payment in Stripe's dashboard."
        )
    return title, advice


def owed_by_hand(finding: Finding) -> Money | None:
    """Return what a finding asks the organizers to give back; nothing disagrees about it."""
    facts = finding.facts
    is_owed = finding.kind is FindingKind.REFUND_MISSING and facts.get(FOR_HANDS)
    return Money(facts["amount"], facts["currency"]) if is_owed and "amount" in facts else None


def in_all(amounts: Sequence[Money]) -> str:
    """Return the sum of some amounts, in each of their currencies."""
    sums: dict[str, Money] = {}
    for one in amounts:
        sums[one.currency] = sums.get(one.currency, Money.zero(one.currency)) + one
    locale = get_locale()
    return format_list([format_money(one, locale) for one in sums.values()], locale=locale)


def finding_words() -> dict[FindingKind, tuple[str, str]]:
    """Return what each finding means, and what to do."""
    look = _("Compare it with the payment in Stripe's dashboard.")
    return {
        FindingKind.PAID_NOT_FULFILLED: (
            _("Paid, but not handed over"),
            _("Open the order: refund it, or hand over what was bought."),
        ),
        FindingKind.FULFILLED_NOT_PAID: (_("Handed over, but not paid"), look),
        FindingKind.AMOUNT_DIFFERS: (_("Another amount was paid than asked"), look),
        FindingKind.REFUND_MISSING: (
            _("A refund has not left yet"),
            _("It is tried again by itself. If it stays here, refund it in Stripe's dashboard."),
        ),
        FindingKind.REFUND_FAILED: (
            _("A refund did not arrive"),
            _(
                "Refund it in Stripe's dashboard, or ask the buyer for another way and press "
                "“Dealt with” when they have it."
            ),
        ),
        FindingKind.UNMATCHED_MONEY: (_("Money that matches no order"), look),
        FindingKind.COUNTER_DRIFT: (
            _("A counter differs from the rows it counts"),
            _("Nothing was changed. Tell the administrator of this site."),
        ),
        FindingKind.TWO_SUBSCRIPTIONS: (
            _("One member pays for two memberships"),
            _("End one of them in Stripe's dashboard and refund what was paid twice."),
        ),
        FindingKind.LEDGER_DIFFERS: (
            _("A payment is missing in the books"),
            _("Tell the administrator of this site."),
        ),
        FindingKind.NOTICE_PARKED: (_("A notice could not be understood"), look),
        FindingKind.HOLD_STUCK: (
            _("An unpaid order could not be closed"),
            _("The payment service does not answer. What it holds stays held until it does."),
        ),
    }
