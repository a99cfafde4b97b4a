"""A community of four months in which something of every number happened."""

from app.activity import service as activity
from app.activity.models import Activity, Channel, HealthSetting, Identity
from app.billing.models import Interval, LedgerName, LedgerSource, Plan, Price
from app.billing.service.ledger import Entry, Occasion, post
from app.communities.models import Community, Contact, EndReason, JoinedVia
from app.core.database import add
from app.core.money import Money
from app.events.models import Attendance, AttendanceState
from tests.analytics.conftest import acted, at, joined
from tests.factories import make_contact, make_event


def sold(
    community: Community,
    contact: Contact,
    on: str,
    minor: int,
    price: Price | None = None,
    *,
    kind: str = "ticket",
    currency: str = "EUR",
    quantity: int = 1,
) -> None:
    """Write an order, or with an amount below zero a refund, in cash into the ledger."""
    item = ("plan", price.public_id) if price else (kind, "abc")
    name, source = LedgerName.SALES, LedgerSource.PAYMENT
    if minor < 0:
        name, source = LedgerName.REFUNDS, LedgerSource.REFUND
    occasion = Occasion(
        community.id, "offline", source, f"{contact.id}:{on}:{minor}", at(on), contact.id
    )
    money = Money(minor, currency)
    post(occasion, [Entry(LedgerName.CASH, money), Entry(name, -money, *item, quantity)])


def monthly(community: Community, minor: int, interval: Interval = Interval.MONTH) -> Price:
    """Offer a plan that is paid by the month, or by the year."""
    plan = add(Plan(community_id=community.id, name="Plan", created_at=at("2026-01-01")))
    return add(
        Price(
            community_id=community.id, plan_id=plan.id, interval=interval,
            amount_minor=minor, currency="EUR", created_at=at("2026-01-01"),
        )
    )  # fmt: skip


def came(
    community: Community, on: str, *guests: tuple[Contact, int, int], is_over: bool = True
) -> None:
    """Let a gathering take place: who had how many places, and for how many they came."""
    event = make_event(community, starts_at=at(on))
    for contact, seats, arrived in guests:
        add(
            Attendance(
                community_id=community.id, event_id=event.id, contact_id=contact.id,
                state=AttendanceState.GOING, seats=seats, arrived=arrived, reserved_at=at(on),
                checked_in_at=at(on) if arrived else None,
            )
        )  # fmt: skip


def live(community: Community) -> None:
    """Let four months pass; two months without an act are sleep here."""
    add(HealthSetting(community_id=community.id, sleeping_months=2))
    _people(community)
    _account(community)
    one, two = joined(community, "2026-03-03"), joined(community, "2026-03-03")
    for on in ("2026-04-05", "2026-05-06", "2026-05-20", "2026-06-07"):
        acted(community, one, on, counterpart_id=two.id)
        acted(community, two, on)
    for on in ("2026-05-07", "2026-06-08"):
        acted(community, one, on, "found_useful", counterpart_id=two.id)
    for on in ("2026-05-09", "2026-06-09"):
        came(community, on, (one, 3, 2), (two, 1, 0))
    came(community, "2026-05-28", (two, 1, 0))
    _sales(community, one, two)


def _people(community: Community) -> None:
    for on in ("2026-03-02", "2026-05-02", "2026-05-29", "2026-06-02"):
        joined(community, on)
        joined(community, on, via=JoinedVia.INVITATION)
        joined(community, on, via=JoinedVia.IMPORT)
    joined(community, "2026-05-03", left="2026-06-03")
    joined(community, "2026-05-03", left="2026-06-03", reason=EndReason.BANNED)
    joined(community, "2026-05-03", left="2026-06-03", reason=EndReason.ERASED)
    joined(community, "2026-05-03", left="2026-05-04")
    joined(community, "2026-03-03", left="2026-06-03")  # asleep
    back = joined(community, "2026-03-03", left="2026-04-03")
    joined(community, "2026-06-03", contact=back)
    acted(community, joined(community, "2026-03-03"), "2026-06-04")  # woke
    acted(community, make_contact(community), "2026-05-05")
    acted(community, make_contact(community), "2026-06-05")


def _account(community: Community) -> None:
    """Let an account that is linked to nobody write."""
    account = add(Identity(community_id=community.id, source="discord", uid="7", name="zig"))
    channel = add(Channel(community_id=community.id, source="discord", uid="c", name="c"))
    add(
        Activity(
            community_id=community.id, identity_id=account.id, type="message.posted",
            happened_at=at("2026-06-01"), recorded_at=at("2026-06-01"), channel_id=channel.id,
            source="discord", source_uid="1", weight=1,
        )
    )  # fmt: skip
    activity.rebuild(community.id, zone=community.zone)


def _sales(community: Community, one: Contact, two: Contact) -> None:
    small, large = monthly(community, 500), monthly(community, 900)
    paid = {
        one: (("2026-03-04", small), ("2026-04-04", small), ("2026-05-04", large)),
        two: (("2026-03-04", large), ("2026-05-04", large), ("2026-06-04", small)),
    }
    for contact, payments in paid.items():
        for on, price in payments:
            sold(community, contact, on, price.amount_minor, price)
    sold(community, joined(community, "2026-06-02"), "2026-06-04", 500, small)
    sold(community, one, "2026-03-05", 4000)
    sold(community, one, "2026-04-05", -4000)  # more went back than came
    sold(community, two, "2026-05-05", 700, kind="mug")
    sold(community, two, "2026-06-05", 1200)
    sold(community, two, "2026-06-06", -300)
    sold(community, one, "2026-05-06", 0)
    sold(community, one, "2026-06-06", 2500, currency="USD")
