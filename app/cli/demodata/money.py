"""Money of the story: dues by transfer and cash for a year, cards since two months.

The dues are noted by the real services, each at its own time. The cards are paid on the local
Stripe, whose clock is set back for it; what renewed since then is asked of it, as after an outage:
notices come no earlier than the demo is open, and months are closed before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import click
from flask import current_app
from sqlalchemy import Select, select

from app.accounts.personas import MEMBER, MODERATOR, NEWCOMER
from app.billing import processes
from app.billing.models import (
    Grant,
    Interval,
    Order,
    Payment,
    PaymentMethod,
    Plan,
    Price,
    RefundReason,
)
from app.billing.processes.fetching import Trouble, fetch_all
from app.billing.service import Part, refund
from app.billing.service.accounts import connect
from app.billing.service.plans import (
    PlanDraft,
    create_plan,
    order_plan,
    publish_plan,
    sell_by_hand,
)
from app.cli.demodata.people import Character
from app.cli.local_stripe import LocalStripe
from app.communities.models import Community, Contact, Membership
from app.core.database import db
from app.core.money import Money

DUES_SINCE = timedelta(days=460)
CARDS_SINCE = timedelta(days=58)
YEAR, QUARTER = timedelta(days=365), timedelta(days=91)
PAYERS, CARD_PAYERS, REFUNDS = 52, 14, 2
SHARE_YEARLY, SHARE_TRANSFER, SHARE_GENEROUS, STAYING = 0.45, 0.7, 0.25, 0.86


@dataclass(frozen=True)
class Due:
    """One payment by hand."""

    at: datetime
    contact_id: int
    is_yearly: bool
    method: PaymentMethod


def write_dues(
    random: Random, community: Community, people: list[Character], sold_by_id: int, now: datetime
) -> None:
    """Publish the plans and note every payment by hand, in the order they came."""
    paid = _plans(community, now - DUES_SINCE)
    sold_by = db.session.get_one(Contact, sold_by_id)
    payers = [one for one in people if _may_pay(one)]
    chosen = random.sample(payers, min(PAYERS, len(payers)))
    chosen += [one for one in people if one.email == MODERATOR.address and one not in chosen]
    dues = sorted((due for one in chosen for due in _dues_of(random, one, now)), key=_when)
    prices = {price.interval: price for price in paid.offers}
    orders = [_note(due, prices, sold_by) for due in dues]
    for order in random.sample(orders[: len(orders) // 2], REFUNDS):
        parts = [Part(line, line.quantity) for line in order.lines]
        back = order.placed_at + timedelta(days=9)
        refund(order, parts, reason=RefundReason.ASKED, now=back, asked_by=sold_by)


def _may_pay(one: Character) -> bool:
    """Say whether someone may be among those who pay by hand."""
    known = {MEMBER.address, NEWCOMER.address}
    return not one.is_guest and one.role != "waiting" and one.email not in known


def _when(due: Due) -> datetime:
    return due.at


def _plans(community: Community, since: datetime) -> Plan:
    """Publish what is offered, and return the plan that most pay for."""
    currency = community.currency.upper()
    drafts = (
        PlanDraft(
            "Neighbour",
            "Tea, tools and the heating of the hall. Whoever pays keeps the door open for others.",
            monthly=Money(600, currency),
            yearly=Money(6000, currency),
            grace_days=14,
        ),
        PlanDraft(
            "Lamp lighter",
            "For those who can give more: you pay for a neighbour who cannot.",
            monthly=Money(1500, currency),
            yearly=None,
            grace_days=14,
        ),
        PlanDraft(
            "Good neighbour",
            "You are welcome without paying. Lend a hand when you can.",
            monthly=None,
            yearly=None,
            grace_days=14,
        ),
    )
    plans = [create_plan(community, draft, now=since) for draft in drafts]
    for plan in plans:
        publish_plan(plan, now=since)
    return plans[0]


def _dues_of(random: Random, one: Character, now: datetime) -> Iterator[Due]:
    """Say when someone pays: for a year or a quarter, again while they stay."""
    is_yearly = random.random() < SHARE_YEARLY
    length = YEAR if is_yearly else QUARTER
    is_transfer = random.random() < SHARE_TRANSFER
    method = PaymentMethod.TRANSFER if is_transfer else PaymentMethod.CASH
    at = max(one.joined_at, now - DUES_SINCE) + timedelta(days=random.randint(3, 90))
    until = min(now, one.left_at or now)
    while at < until:
        yield Due(at, one.contact_id, is_yearly, method)
        if random.random() > STAYING:
            return
        at += length - timedelta(days=random.randint(1, 8))


def _note(due: Due, prices: dict[Interval, Price], sold_by: Contact) -> Order:
    price = prices[Interval.YEAR if due.is_yearly else Interval.MONTH]
    return sell_by_hand(
        db.session.get_one(Contact, due.contact_id),
        price,
        method=due.method,
        sold_by=sold_by,
        now=due.at,
        number=1 if due.is_yearly else 3,
    )


def write_cards(random: Random, slug: str, stripe: LocalStripe, now: datetime) -> None:
    """Connect the community to the local Stripe and let members subscribe there.

    Each step commits, as in life: nothing is held while Stripe is asked.
    """
    community = db.session.scalars(select(Community).where(Community.slug == slug)).one()
    began = now - CARDS_SINCE
    _set_clock(stripe, began)
    account = stripe.tell("account", card_payments="active", name=community.name)
    connect(community, account, by=None, actor=None, is_live=False, now=began)
    db.session.commit()
    processes.sync_account(account, now=began)
    for number, contact_id in enumerate(_card_payers(random, community, now)):
        at = began + (now - began) * (number + 1) / (CARD_PAYERS + 2)
        _set_clock(stripe, at)
        _subscribe(random, contact_id, account, stripe, at)
    _set_clock(stripe, now)
    _bring_renewals(now)
    _set_clock(stripe, None)


def _bring_renewals(now: datetime) -> None:
    trouble = Trouble()
    fetch_all(trouble, is_full=True, now=now)
    if trouble.communities:
        raise click.ClickException("The local Stripe of the demo did not tell what renewed.")


def _set_clock(stripe: LocalStripe, moment: datetime | None) -> None:
    stripe.tell("set_now", moment=int(moment.timestamp()) if moment else None)


def _card_payers(random: Random, community: Community, now: datetime) -> list[int]:
    """Return who pays by card: the member one may be first, then others who pay nothing yet."""
    known = db.session.scalars(_members(community).where(Contact.email == MEMBER.address)).one()
    paying = select(Grant.id).where(Grant.contact_id == Contact.id)
    free = db.session.scalars(
        _members(community).where(
            ~paying.exists(),
            Contact.email.not_in((MEMBER.address, NEWCOMER.address)),
            Membership.joined_at < now - CARDS_SINCE,
        )
    ).all()
    return [known, *random.sample(free, CARD_PAYERS - 1)]


def _members(community: Community) -> Select[int]:
    return (
        select(Contact.id)
        .join(Membership, Membership.contact_id == Contact.id)
        .where(Contact.community_id == community.id, Membership.left_at.is_(None))
        .order_by(Contact.id)
    )


def _subscribe(
    random: Random, contact_id: int, account: str, stripe: LocalStripe, at: datetime
) -> None:
    """Let one member subscribe on the hosted page and come back from it."""
    contact = db.session.get_one(Contact, contact_id)
    prices = db.session.scalars(
        select(Price)
        .join(Plan, Plan.id == Price.plan_id)
        .where(
            Price.community_id == contact.community_id,
            Price.archived_at.is_(None),
            Price.interval == Interval.MONTH,
        )
        .order_by(Plan.position)
    ).all()
    is_generous = random.random() < SHARE_GENEROUS
    order = order_plan(contact, prices[1 if is_generous else 0], now=at)
    email, name = contact.email, contact.name
    order_id = order.id
    db.session.commit()
    processes.start_checkout(order_id, secret=current_app.config["SECRET_KEY"], now=at)
    session = db.session.scalars(
        select(Payment.session_id).where(Payment.order_id == order_id)
    ).one()
    db.session.commit()
    stripe.tell("pay", session=session, email=email, name=name)
    processes.sync_session(account, str(session), now=at)
