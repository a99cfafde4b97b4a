"""Plans: what a community offers; choosing one, and noting money that came by hand."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select, update

from app.activity import service as activity
from app.activity.kinds import TOOK_FREE
from app.activity.service import Fact
from app.billing.models import (
    Grant,
    GrantSource,
    Interval,
    Order,
    OrderSource,
    PaymentMethod,
    Plan,
    Price,
)
from app.billing.queries import plans as reads
from app.billing.service import grants
from app.billing.service.orders import Wanted, open_order
from app.billing.service.payments import record_offline_payment
from app.billing.service.prices import check_least
from app.communities.models import Community, Contact
from app.core.database import add, db
from app.core.errors import RuleViolation, StaleForm
from app.core.money import Money
from app.core.text import N_, clean_line, clean_text

KIND = "plan"


class PlanGone(RuleViolation):
    """The plan is not offered any more."""

    message = N_("This plan is not offered any more.")


class AlreadySubscribed(RuleViolation):
    """A subscription goes on already."""

    message = N_("You have a membership that renews already. You can change or end it here.")


class PriceImpossible(RuleViolation):
    """Cards cannot be charged that amount."""

    message = N_("This amount cannot be charged in %(currency)s.")


@dataclass(frozen=True)
class PlanDraft:
    """A plan as an organizer writes it; no amount means that it is not sold so."""

    name: str
    words: str
    monthly: Money | None
    yearly: Money | None
    grace_days: int


def create_plan(community: Community, draft: PlanDraft, *, now: datetime) -> Plan:
    """Write a plan that nobody sees yet. Raises PriceImpossible."""
    highest = db.session.scalar(
        select(func.max(Plan.position)).where(Plan.community_id == community.id)
    )
    plan = add(
        Plan(
            community_id=community.id,
            name=clean_line(draft.name),
            words=clean_text(draft.words),
            position=int(highest or 0) + 1,
            grace_days=draft.grace_days,
            created_at=now,
        )
    )
    _set_prices(plan, draft, now)
    return plan


def update_plan(plan: Plan, draft: PlanDraft, *, version: int, now: datetime) -> Plan:
    """Change a plan; a new price is for new members, who is on it keeps theirs.

    Raises StaleForm, PriceImpossible. The same plan sent twice is saved once.
    """
    tidy = replace(draft, name=clean_line(draft.name), words=clean_text(draft.words))
    changed = db.session.scalar(
        update(Plan)
        .where(Plan.id == plan.id, Plan.version == version)
        .values(
            version=version + 1,
            name=tidy.name,
            words=tidy.words,
            grace_days=tidy.grace_days,
        )
        .returning(Plan.id)
    )
    db.session.refresh(plan)
    if changed is None:
        db.session.refresh(plan, ["prices"])
        StaleForm.unless_same(theirs=vars(_draft_of(plan)), yours=vars(tidy))
        return plan
    _set_prices(plan, tidy, now)
    return plan


def _draft_of(plan: Plan) -> PlanDraft:
    """Return a plan as it would be written now."""
    month, year = (reads.offered_price(plan, one) for one in (Interval.MONTH, Interval.YEAR))
    return PlanDraft(
        name=plan.name,
        words=plan.words,
        monthly=month.amount if month else None,
        yearly=year.amount if year else None,
        grace_days=plan.grace_days,
    )


def publish_plan(plan: Plan, *, now: datetime) -> None:
    """Offer a plan to members."""
    plan.published_at = plan.published_at or now
    plan.archived_at = None
    plan.version += 1
    db.session.flush()


def archive_plan(plan: Plan, *, now: datetime) -> None:
    """Offer a plan no longer; whoever is on it stays on it."""
    plan.archived_at = plan.archived_at or now
    plan.version += 1
    db.session.flush()


def choose_free(contact: Contact, plan: Plan, *, now: datetime) -> Grant:
    """Take a plan that costs nothing; choosing it twice changes nothing. Raises PlanGone."""
    if not plan.is_offered or not plan.is_free:
        raise PlanGone
    _lock(contact)
    known = reads.free_grant(contact.id, plan.id)
    if known is not None:
        return known
    given = grants.give(contact, source=GrantSource.FREE, plan=plan, now=now)
    _tell_chosen(contact, plan, now)
    return given


def _tell_chosen(contact: Contact, plan: Plan, now: datetime) -> None:
    """Tell the activity ledger that someone took a plan that costs nothing: it is no purchase.

    Once for each plan: it was had, even if it is given back, and taking it again weighs nothing.
    """
    community = db.session.get_one(Community, contact.community_id)
    activity.record(
        Fact(
            community_id=community.id,
            contact_id=contact.id,
            type=TOOK_FREE,
            uid=f"{TOOK_FREE}:{plan.public_id}:{contact.public_id}",
            happened_at=now,
            subject=f"plan:{plan.public_id}",
        ),
        zone=community.zone,
    )


def leave_free(contact: Contact, *, now: datetime) -> None:
    """Give the free plans back."""
    for grant in grants.standing(contact.id, now):
        if grant.source is GrantSource.FREE:
            grants.revoke(grant, now=now)


def order_plan(contact: Contact, price: Price, *, now: datetime) -> Order:
    """Open the order that begins a renewing membership. Raises PlanGone, AlreadySubscribed.

    An order for the same price that still waits to be paid is returned again.
    """
    if price.archived_at is not None or not price.plan.is_offered:
        raise PlanGone
    _lock(contact)
    if reads.live_subscription(contact.id) is not None:
        raise AlreadySubscribed
    waiting = reads.waiting_order(contact.id, price.public_id)
    return waiting or open_order(contact, [_wanted(price)], now=now)


def sell_by_hand(
    contact: Contact,
    price: Price,
    *,
    method: PaymentMethod,
    sold_by: Contact,
    now: datetime,
    number: int = 1,
    note: str = "",
) -> Order:
    """Note that a member paid for a plan in cash or by transfer: access opens at once."""
    order = open_order(
        contact,
        [_wanted(price, number)],
        now=now,
        source=OrderSource.DESK,
        sold_by=sold_by,
    )
    record_offline_payment(order, method=method, recorded_by=sold_by, now=now, note=note)
    return order


def keep_price(price_id: int, *, account_id: int, stripe_id: str) -> None:
    """Note a price's id at Stripe."""
    price = db.session.get_one(Price, price_id, with_for_update=True)
    price.payment_account_id, price.stripe_id = account_id, stripe_id
    db.session.flush()


def _wanted(price: Price, number: int = 1) -> Wanted:
    return Wanted(KIND, price.public_id, price.plan.name, price.amount, number=number)


def _lock(contact: Contact) -> None:
    """Let two tabs of one member wait for each other."""
    db.session.execute(select(Contact.id).where(Contact.id == contact.id).with_for_update())


def _set_prices(plan: Plan, draft: PlanDraft, now: datetime) -> None:
    for interval, amount in ((Interval.MONTH, draft.monthly), (Interval.YEAR, draft.yearly)):
        _set_price(plan, interval, amount, now)
    db.session.flush()
    db.session.refresh(plan, ["prices"])


def _set_price(plan: Plan, interval: Interval, amount: Money | None, now: datetime) -> None:
    """Put a price in the place of the one before it; an equal one stays."""
    if amount is not None:
        field = "monthly" if interval is Interval.MONTH else "yearly"
        if not amount.is_chargeable:
            raise PriceImpossible(field=field, currency=amount.currency)
        check_least(amount, field=field)
    before = reads.offered_price(plan, interval)
    if before is not None and before.amount == amount:
        return
    if before is not None:
        before.archived_at = now
        db.session.flush()
    if amount is not None:
        add(
            Price(
                community_id=plan.community_id,
                plan_id=plan.id,
                interval=interval,
                amount_minor=amount.minor,
                currency=amount.currency,
                created_at=now,
            )
        )
