"""Money: whole minor units of one currency, in the exponents Stripe's API uses.

Stripe's table is not babel's: some currencies without a coin below one still travel with two
decimals. babel only formats. Source: https://docs.stripe.com/currencies.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Self

from babel import Locale
from babel.numbers import format_currency

MOST = Decimal(10**9)
"""The most in major units that anyone types: a year's price in rupiah fits as well as in euros."""

_ZERO_DECIMALS = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()  # noqa: SIM905 - a table
)
_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
# Two decimals in the API, though only whole units can be charged.
_WHOLE_ONLY = frozenset({"ISK", "UGX"})
# The least that Stripe charges, in minor units; of a currency left out it is known only when asked,
# since it hangs on what an account is paid out in.
_LEAST = {
    "AED": 200, "AUD": 50, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50,
    "GBP": 30, "HKD": 400, "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300,
    "NZD": 50, "PLN": 200, "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50,
}  # fmt: skip
# Two decimals in the API, but nobody writes them when they are zero.
_SHORT = frozenset({"HUF", "IDR", "ISK", "TWD", "UGX"})


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies met in one sum."""


def exponent(currency: str) -> int:
    """Return how many decimals the minor unit of a currency stands for."""
    if currency in _ZERO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def step(currency: str) -> int:
    """Return the multiple of minor units that can be charged in a currency."""
    if currency in _WHOLE_ONLY:
        return 100
    return 10 if currency in _THREE_DECIMALS else 1


def least(currency: str) -> int:
    """Return the smallest number of minor units that cards are charged in a currency."""
    return _LEAST.get(currency, step(currency))


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one currency (`Money(1250, "EUR")` is €12.50)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            text = "money is counted in whole minor units"
            raise TypeError(text)
        if not re.fullmatch("[A-Z]{3}", self.currency):
            text = f"not a currency code: {self.currency!r}"
            raise ValueError(text)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return nothing at all, in a currency."""
        return cls(0, currency)

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Self:
        """Return an amount in major units; more decimals than the currency has are a ValueError."""
        minor = amount.scaleb(exponent(currency))
        if minor != minor.to_integral_value():
            text = f"{currency} has {exponent(currency)} decimals"
            raise ValueError(text)
        return cls(int(minor), currency)

    @property
    def major(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    @property
    def is_chargeable(self) -> bool:
        """Whether card networks take this amount: positive and a multiple of the step."""
        return self.minor > 0 and self.minor % step(self.currency) == 0

    def __add__(self, other: Self) -> Self:
        return type(self)(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.minor, self.currency)

    def __mul__(self, count: int) -> Self:
        return type(self)(self.minor * count, self.currency)

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Self) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Self) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Self) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Self) -> bool:
        return self.minor >= self._same(other)

    def share(self, part: Fraction) -> Self:
        """Return a part of the amount, half a minor unit rounded away from zero."""
        exact = Decimal(self.minor * part.numerator) / part.denominator
        return type(self)(int(exact.quantize(Decimal(1), ROUND_HALF_UP)), self.currency)

    def split(self, ways: int) -> list[Self]:
        """Return so many nearly equal amounts whose sum is this one, the larger ones first."""
        each, rest = divmod(self.minor, ways)
        return [type(self)(each + (n < rest), self.currency) for n in range(ways)]

    def _same(self, other: Self) -> int:
        if self.currency != other.currency:
            text = f"{self.currency} and {other.currency}"
            raise CurrencyMismatch(text)
        return other.minor


def format_money(money: Money, locale: object) -> str:
    """Return an amount as readers of a locale write it (`str` or babel's `Locale`)."""
    whole = money.minor % 10 ** exponent(money.currency) == 0
    digits = 0 if whole and money.currency in _SHORT else exponent(money.currency)
    text: str = format_currency(
        money.major,
        money.currency,
        format=_pattern(str(locale), digits),
        locale=str(locale),
        currency_digits=False,
    )
    return re.sub(r"(?<=[A-Za-z])(?=\d)", "\xa0", text)  # babel leaves "KWD1.250" without a space


def _pattern(locale: str, digits: int) -> str:
    """Return the locale's currency pattern with a fixed number of decimals."""
    pattern = str(Locale.parse(locale).currency_formats["standard"].pattern)
    return pattern.replace(".00", "." + "0" * digits if digits else "")
