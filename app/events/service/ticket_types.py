"""What an event sells: sorts of tickets, each with a quota of its own beside the event's."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select, update

from app.billing import service as billing
from app.communities.models import Community
from app.core.database import add, db
from app.core.errors import StaleForm
from app.core.money import Money
from app.events import queries, wall_time
from app.events.models import Event, EventState, TicketType
from app.events.service.refusals import (
    EventCancelled,
    MembersPayMore,
    NotChargeable,
    SaleEndsTooEarly,
    TicketsSold,
    TooManyTypes,
)

MOST_TYPES = 12


@dataclass(frozen=True)
class Terms:
    """What a sort of ticket is called, costs, and when it is sold; prices are in minor units."""

    title: str
    price_minor: int
    words: str = ""
    member_price_minor: int | None = None
    size: int | None = None
    sells_from: datetime | None = None
    sells_until: datetime | None = None
    most_each: int = 4
    is_hidden: bool = False

    def columns(self) -> dict[str, object]:
        """Return what stands in the row itself; the size is the quota's."""
        found = dict(vars(self))
        del found["size"]
        return found


def add_type(event: Event, terms: Terms, *, community: Community, now: datetime) -> TicketType:
    """Begin to sell a sort of ticket, in the event's one currency."""
    queries.lock_event(event.id)
    if event.state is EventState.CANCELLED:
        raise EventCancelled
    known, position = db.session.execute(
        select(func.count(), func.coalesce(func.max(TicketType.position), 0)).where(
            TicketType.event_id == event.id
        )
    ).one()
    if known >= MOST_TYPES:
        raise TooManyTypes(most=MOST_TYPES)
    currency = currency_of(event, community)
    _check(terms, currency)
    quota = billing.open_quota(event.community_id, size=terms.size)
    return add(
        TicketType(
            community_id=event.community_id,
            event_id=event.id,
            quota_id=quota.id,
            currency=currency,
            position=position + 1,
            created_at=now,
            **terms.columns(),
        )
    )


def copy_types(source: Event, target: Event, *, now: datetime) -> None:
    """Sell at a copy of an event what the first one sells; times of sale belong to the first."""
    target.refund_hours = source.refund_hours
    for sort in source.ticket_types:
        terms = replace(terms_of(sort), sells_from=None, sells_until=None)
        add(
            TicketType(
                community_id=target.community_id,
                event_id=target.id,
                quota_id=billing.open_quota(target.community_id, size=terms.size).id,
                currency=sort.currency,
                position=sort.position,
                created_at=now,
                **terms.columns(),
            )
        )


def change_type(sort: TicketType, terms: Terms, *, version: int) -> None:
    """Change a sort that nobody else changed since `version`; what was bought keeps its price.

    Raises StaleForm. The same terms sent twice are saved once.
    """
    _check(terms, sort.currency)
    written = db.session.scalar(
        update(TicketType)
        .where(TicketType.id == sort.id, TicketType.version == version)
        .values(**terms.columns(), version=version + 1)
        .returning(TicketType.id)
    )
    if written is None:
        db.session.refresh(sort)
        db.session.refresh(sort.quota)
        StaleForm.unless_same(theirs=_facts(terms_of(sort), sort), yours=_facts(terms, sort))
        return
    if terms.size != sort.quota.size:
        billing.resize(sort.quota_id, terms.size)
    db.session.refresh(sort)
    db.session.refresh(sort.quota)


def remove_type(sort: TicketType) -> None:
    """Take back a sort that nobody has bought or is buying. Raises TicketsSold."""
    queries.lock_event(sort.event_id)
    db.session.refresh(sort.quota)
    if sort.quota.taken or queries.has_tickets(sort.id):
        raise TicketsSold
    db.session.delete(sort)
    db.session.flush()


def set_refund_deadline(event: Event, hours: int | None) -> None:
    """Say until how many hours before the start buyers may cancel for their money; None: never."""
    event.refund_hours = hours
    db.session.flush()


def currency_of(event: Event, community: Community) -> str:
    """Return the currency of an event: that of its first tickets, else the community's."""
    first = db.session.scalar(
        select(TicketType.currency).where(TicketType.event_id == event.id).limit(1)
    )
    return first or community.currency.upper()


def terms_of(sort: TicketType) -> Terms:
    """Return a sort's present terms."""
    return Terms(
        title=sort.title,
        words=sort.words,
        price_minor=sort.price_minor,
        member_price_minor=sort.member_price_minor,
        size=sort.quota.size,
        sells_from=sort.sells_from,
        sells_until=sort.sells_until,
        most_each=sort.most_each,
        is_hidden=sort.is_hidden,
    )


def _facts(terms: Terms, sort: TicketType) -> dict[str, object]:
    """Return what two editors of a sort compare, by field; times are those on the event's wall."""
    facts = dict(vars(terms))
    for name in ("price", "member_price"):
        minor = facts.pop(f"{name}_minor")
        facts[name] = None if minor is None else Money(minor, sort.currency)
    zone = db.session.get_one(Event, sort.event_id).zone
    for name in ("sells_from", "sells_until"):
        facts[name] = facts[name] and wall_time.wall_clock(facts[name], zone)
    return facts


def _check(terms: Terms, currency: str) -> None:
    for field, minor in (("price", terms.price_minor), ("member_price", terms.member_price_minor)):
        if minor and not Money(minor, currency).is_chargeable:
            raise NotChargeable(field=field)
        billing.check_least(Money(minor or 0, currency), field=field)
    if (terms.member_price_minor or 0) > terms.price_minor:
        raise MembersPayMore(field="member_price")
    if terms.sells_from and terms.sells_until and terms.sells_until <= terms.sells_from:
        raise SaleEndsTooEarly(field="sells_until")
