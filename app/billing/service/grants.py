"""Grants: opening access, keeping it in step with a subscription, taking it back."""

from datetime import datetime, timedelta

from sqlalchemy import exists, select, update

from app.billing.access import access_until
from app.billing.models import (
    Grant,
    GrantSource,
    Interval,
    OrderLine,
    Plan,
    Price,
    Subscription,
)
from app.communities.models import Contact
from app.core.database import add, db

LENGTH = {Interval.MONTH: 1, Interval.YEAR: 12}


def give(
    contact: Contact,
    *,
    source: GrantSource,
    now: datetime,
    plan: Plan | None = None,
    ends_at: datetime | None = None,
    given_by: Contact | None = None,
    note: str = "",
) -> Grant:
    """Give a contact access by word of an organizer, or because a plan is free."""
    return add(
        Grant(
            community_id=contact.community_id,
            contact_id=contact.id,
            source=source,
            plan_id=plan.id if plan else None,
            starts_at=now,
            ends_at=ends_at,
            given_by_id=given_by.id if given_by else None,
            note=note,
            created_at=now,
        )
    )


def give_for_line(line: OrderLine, contact_id: int, price: Price, *, now: datetime) -> Grant:
    """Give what an order by hand paid for: a month or a year after what is paid already."""
    starts = _paid_until(contact_id, price.plan_id, now) or now
    return add(
        Grant(
            community_id=line.community_id,
            contact_id=contact_id,
            source=GrantSource.OFFLINE,
            plan_id=price.plan_id,
            order_line_id=line.id,
            starts_at=starts,
            ends_at=months_later(starts, LENGTH[price.interval] * line.quantity),
            created_at=now,
        )
    )


def follow(subscription: Subscription, plan: Plan, *, now: datetime) -> None:
    """Bring the grant of a subscription in step with it."""
    until = access_until(
        subscription.state.value,
        period_ends_at=subscription.period_ends_at,
        stops=subscription.cancels_at_period_end,
        past_due_since=subscription.past_due_since,
        grace=timedelta(days=plan.grace_days),
    )
    grant = db.session.scalar(select(Grant).where(Grant.subscription_id == subscription.id))
    if until is None or until <= subscription.started_at:
        if grant is not None and grant.revoked_at is None:
            grant.revoked_at = now
    elif grant is None:
        grant = _open(subscription, plan, until, now)
    else:
        grant.ends_at, grant.plan_id, grant.revoked_at = until, plan.id, None
    db.session.flush()


def revoke(grant: Grant, *, now: datetime) -> bool:
    """Take a grant back; False when it was taken back before."""
    taken = db.session.scalar(
        update(Grant)
        .where(Grant.id == grant.id, Grant.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(Grant.id)
    )
    return taken is not None


def standing(contact_id: int, now: datetime) -> list[Grant]:
    """Return a contact's grants that count now or later."""
    return list(
        db.session.scalars(
            select(Grant).where(
                Grant.contact_id == contact_id,
                Grant.revoked_at.is_(None),
                Grant.ends_at.is_(None) | (Grant.ends_at > now),
            )
        )
    )


def revoke_of_line(line_id: int, *, now: datetime) -> bool:
    """Take back what an order's line gave; False when it never gave anything of its own."""
    db.session.execute(
        update(Grant)
        .where(Grant.order_line_id == line_id, Grant.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return bool(db.session.scalar(select(exists().where(Grant.order_line_id == line_id))))


def months_later(moment: datetime, months: int) -> datetime:
    """Return the same day so many months later, or the month's last day."""
    index = moment.month - 1 + months
    year, month = moment.year + index // 12, index % 12 + 1
    for day in range(moment.day, 27, -1):
        try:
            return moment.replace(year=year, month=month, day=day)
        except ValueError:
            continue
    return moment.replace(year=year, month=month)


def _open(subscription: Subscription, plan: Plan, until: datetime, now: datetime) -> Grant:
    return add(
        Grant(
            community_id=subscription.community_id,
            contact_id=subscription.contact_id,
            source=GrantSource.PAID,
            plan_id=plan.id,
            subscription_id=subscription.id,
            starts_at=min(subscription.started_at, now),
            ends_at=until,
            created_at=now,
        )
    )


def _paid_until(contact_id: int, plan_id: int, now: datetime) -> datetime | None:
    """Return until when a plan is paid by hand already, so that a payment adds to it."""
    return db.session.scalar(
        select(Grant.ends_at)
        .where(
            Grant.contact_id == contact_id,
            Grant.plan_id == plan_id,
            Grant.source == GrantSource.OFFLINE,
            Grant.revoked_at.is_(None),
            Grant.ends_at > now,
        )
        .order_by(Grant.ends_at.desc())
        .limit(1)
    )
