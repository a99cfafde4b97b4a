"""Reads of plans, subscriptions and who is on them."""

from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.queries import not_blocked
from app.billing.models import (
    LIVE_SUBSCRIPTION,
    Grant,
    GrantSource,
    Interval,
    Order,
    OrderLine,
    OrderSource,
    OrderState,
    Plan,
    Price,
    Subscription,
)
from app.billing.queries.access import covers
from app.communities.models import Contact
from app.core.database import db, within

PLAN = "plan"  # what an order's line calls it


def plans(community_id: int) -> list[Plan]:
    """Return every plan of a community that is not archived, in its order."""
    return list(
        db.session.scalars(
            within(Plan, community_id)
            .where(Plan.archived_at.is_(None))
            .order_by(Plan.position, Plan.id)
            .options(selectinload(Plan.prices))
        )
    )


def offered_plans(community_id: int) -> list[Plan]:
    """Return the plans that members can choose now."""
    return [plan for plan in plans(community_id) if plan.is_offered]


def plan_by_id(community_id: int, public_id: str) -> Plan | None:
    """Return one plan with its prices."""
    found: Plan | None = db.session.scalar(
        within(Plan, community_id)
        .where(Plan.public_id == public_id)
        .options(selectinload(Plan.prices))
    )
    return found


def offered_price(plan: Plan, interval: Interval) -> Price | None:
    """Return what a plan costs each month, or each year."""
    return next((price for price in plan.offers if price.interval is interval), None)


def price_by_id(community_id: int, public_id: str) -> Price | None:
    """Return one price with its plan."""
    found: Price | None = db.session.scalar(
        within(Price, community_id)
        .where(Price.public_id == public_id)
        .options(joinedload(Price.plan))
    )
    return found


def live_subscriptions(contact_id: int) -> list[Subscription]:
    """Return what renews for a contact, or could, oldest first."""
    return list(
        db.session.scalars(
            select(Subscription)
            .where(Subscription.contact_id == contact_id, Subscription.state.in_(LIVE_SUBSCRIPTION))
            .order_by(Subscription.id)
            .options(joinedload(Subscription.price).joinedload(Price.plan))
        )
    )


def live_subscription(contact_id: int) -> Subscription | None:
    """Return what renews for a contact, or could."""
    return next(iter(live_subscriptions(contact_id)), None)


def is_had_already(order: Order) -> bool:
    """Say whether an order would begin a second subscription: its buyer's renews already."""
    if order.source is not OrderSource.ONLINE:
        return False
    renews = exists().where(OrderLine.order_id == order.id, OrderLine.item_kind == PLAN)
    lives = exists().where(
        Subscription.contact_id == order.contact_id, Subscription.state.in_(LIVE_SUBSCRIPTION)
    )
    return bool(db.session.scalar(select(renews & lives)))


def free_grant(contact_id: int, plan_id: int) -> Grant | None:
    """Return a contact's grant of a plan that costs nothing."""
    return db.session.scalar(
        select(Grant).where(
            Grant.contact_id == contact_id,
            Grant.plan_id == plan_id,
            Grant.source == GrantSource.FREE,
            Grant.revoked_at.is_(None),
        )
    )


def waiting_order(contact_id: int, price_public_id: str) -> Order | None:
    """Return a contact's order for a price that waits to be paid."""
    return db.session.scalar(
        select(Order)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(
            Order.contact_id == contact_id,
            Order.state.in_((OrderState.RESERVED, OrderState.AWAITING_PAYMENT)),
            Order.source == OrderSource.ONLINE,
            OrderLine.item_id == price_public_id,
        )
        .order_by(Order.id.desc())
        .limit(1)
    )


def members_on_plans(community_id: int, now: datetime) -> dict[int, int]:
    """Return how many contacts have access by each plan now: plan id -> number."""
    rows = db.session.execute(
        select(Grant.plan_id, func.count(Grant.contact_id.distinct()))
        .where(Grant.community_id == community_id, Grant.plan_id.is_not(None), covers(now))
        .group_by(Grant.plan_id)
    )
    return {plan_id: number for plan_id, number in rows if plan_id is not None}


def holder_name(grant: Grant, *, viewer_person_id: int) -> str:
    """Return whose access a grant is; empty where a block hides them."""
    name = db.session.scalar(
        select(Contact.name).where(
            Contact.id == grant.contact_id, not_blocked(viewer_person_id, Contact.person_id)
        )
    )
    return name or ""


def grant_by_id(community_id: int, public_id: str) -> Grant | None:
    """Return one grant with its plan and contact."""
    found: Grant | None = db.session.scalar(
        within(Grant, community_id)
        .where(Grant.public_id == public_id)
        .options(joinedload(Grant.plan), joinedload(Grant.contact))
    )
    return found
