"""What an order costs: its lines at today's prices, less what a code takes off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Generic, Protocol, TypeVar

from app.billing.models import Voucher
from app.core.errors import RuleViolation
from app.core.money import Money, least
from app.core.text import N_


class Item(Protocol):
    """What is wanted, as far as its price goes."""

    @property
    def kind(self) -> str:
        """Its kind."""

    @property
    def item_id(self) -> str:
        """Its public id."""

    @property
    def unit(self) -> Money:
        """What one costs."""

    @property
    def number(self) -> int:
        """How many."""


WantedItem = TypeVar("WantedItem", bound=Item)


@dataclass(frozen=True)
class PricedLine(Generic[WantedItem]):
    """A line with what is taken off it."""

    wanted: WantedItem
    discount: Money

    @property
    def total(self) -> Money:
        """What the line costs."""
        return self.wanted.unit * self.wanted.number - self.discount


@dataclass(frozen=True)
class Priced(Generic[WantedItem]):
    """An order's price."""

    lines: list[PricedLine[WantedItem]]
    subtotal: Money
    discount: Money

    @property
    def total(self) -> Money:
        """What is paid in all."""
        return self.subtotal - self.discount


class VoucherForOther(RuleViolation):
    """A code lowers the price of something else."""

    message = N_("This code is not for this.")


class VoucherNotNow(RuleViolation):
    """A code was taken away, or its time has not come or is over."""

    message = N_("This code is not valid now.")


class BelowLeast(RuleViolation):
    """Cards take no sum as small as this."""

    message = N_("Cards cannot be charged less than %(least)s.")


def check_least(price: Money, *, field: str) -> None:
    """Refuse a price that is too small for any card; what costs nothing needs none.

    Raises BelowLeast.
    """
    smallest = Money(least(price.currency), price.currency)
    if price and price < smallest:
        raise BelowLeast(field=field, least=smallest)


def check_voucher(voucher: Voucher, community_id: int, *, now: datetime) -> None:
    """Refuse a code that is not for this community or not for now.

    Raises VoucherForOther, VoucherNotNow.
    """
    if voucher.community_id != community_id:
        raise VoucherForOther(field="code")
    has_begun = voucher.starts_at is None or voucher.starts_at <= now
    is_over = voucher.ends_at is not None and voucher.ends_at <= now
    if voucher.retired_at is not None or is_over or not has_begun:
        raise VoucherNotNow(field="code")


def price_lines(wanted: Sequence[WantedItem], voucher: Voucher | None = None) -> Priced[WantedItem]:
    """Return what is wanted with its prices. Raises VoucherForOther, CurrencyMismatch.

    A code for an amount of another currency is for something else.
    """
    gross = [one.unit * one.number for one in wanted]
    subtotal = sum(gross[1:], gross[0])
    if voucher is None:
        zero = Money.zero(subtotal.currency)
        return Priced([PricedLine(one, zero) for one in wanted], subtotal, zero)
    off = _taken_off(wanted, gross, voucher)
    lines = [PricedLine(one, amount) for one, amount in zip(wanted, off, strict=True)]
    return Priced(lines, subtotal, sum(off[1:], off[0]))


def _taken_off(wanted: Sequence[Item], gross: Sequence[Money], voucher: Voucher) -> list[Money]:
    """Return what a code takes off each line; an amount is used up from the first line on."""
    fits = [_is_for(voucher, one) for one in wanted]
    if not any(fits):
        raise VoucherForOther(field="code")
    currency = gross[0].currency
    if voucher.percent_off is not None:
        part = Fraction(voucher.percent_off, 100)
        return [
            amount.share(part) if fit else Money.zero(currency)
            for amount, fit in zip(gross, fits, strict=True)
        ]
    rest = Money(voucher.amount_off_minor or 0, voucher.currency or currency)
    off: list[Money] = []
    for amount, fit in zip(gross, fits, strict=True):
        taken = min(amount, rest) if fit else Money.zero(currency)
        off.append(taken)
        rest -= taken
    return off


def _is_for(voucher: Voucher, one: Item) -> bool:
    is_kind = voucher.item_kind in {None, one.kind}
    is_money = voucher.currency in {None, one.unit.currency}
    return is_kind and is_money and voucher.item_id in {None, one.item_id}
