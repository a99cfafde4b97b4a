"""Money: exact arithmetic, Stripe's exponents, written for readers."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import CurrencyMismatch, Money, exponent, format_money, least, step
from stripe_sandbox.core import currencies

AMOUNTS = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("currency", "decimals", "multiple"),
    [("EUR", 2, 1), ("IDR", 2, 1), ("JPY", 0, 1), ("KWD", 3, 10), ("ISK", 2, 100), ("UGX", 2, 100)],
)
def test_exponents_and_steps_are_stripes(currency: str, decimals: int, multiple: int) -> None:
    assert (exponent(currency), step(currency)) == (decimals, multiple)


@given(AMOUNTS, AMOUNTS, st.integers(-50, 50))
def test_arithmetic_is_that_of_whole_numbers(one: int, other: int, count: int) -> None:
    a, b = Money(one, "EUR"), Money(other, "EUR")
    assert (a + b - b, -a + a, a * count, count * a) == (
        a,
        Money.zero("EUR"),
        Money(one * count, "EUR"),
        a * count,
    )
    assert [a < b, a <= b, a > b, a >= b] == [one < other, one <= other, one > other, one >= other]
    assert bool(a) is (one != 0)


@given(AMOUNTS, st.integers(1, 40))
def test_a_split_loses_nothing_and_is_nearly_even(minor: int, ways: int) -> None:
    parts = [part.minor for part in Money(minor, "USD").split(ways)]
    assert sum(parts) == minor
    assert len(parts) == ways
    assert max(parts) - min(parts) <= 1
    assert parts == sorted(parts, reverse=True)


@pytest.mark.parametrize(
    ("minor", "part", "share"),
    [(1000, Fraction(1, 3), 333), (5, Fraction(1, 2), 3), (-5, Fraction(1, 2), -3), (0, 1, 0)],
)
def test_a_share_rounds_half_away_from_zero(minor: int, part: Fraction, share: int) -> None:
    assert Money(minor, "EUR").share(Fraction(part)) == Money(share, "EUR")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch, match="EUR and USD"):
        Money(1, "EUR") + Money(1, "USD")


@pytest.mark.parametrize("minor", [1.0, "1", True, None])
def test_minor_units_are_whole(minor: object) -> None:
    with pytest.raises(TypeError, match="whole minor units"):
        Money(minor, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["eur", "EURO", "", "ЕUR"])
def test_a_currency_is_three_capitals(currency: str) -> None:
    with pytest.raises(ValueError, match="not a currency code"):
        Money(1, currency)


def test_major_units_come_and_go_exactly() -> None:
    assert Money.of(Decimal("12.50"), "EUR") == Money(1250, "EUR")
    assert Money.of(Decimal(500), "JPY") == Money(500, "JPY")
    assert Money(1250, "KWD").major == Decimal("1.250")
    with pytest.raises(ValueError, match="JPY has 0 decimals"):
        Money.of(Decimal("0.5"), "JPY")


@pytest.mark.parametrize(
    ("money", "chargeable"),
    [
        (Money(1, "EUR"), True),
        (Money(0, "EUR"), False),
        (Money(-5, "EUR"), False),
        (Money(1005, "KWD"), False),
        (Money(150, "ISK"), False),
        (Money(200, "ISK"), True),
    ],
)
def test_only_positive_multiples_of_the_step_can_be_charged(
    money: Money,
    chargeable: bool,  # noqa: FBT001 - a table's column
) -> None:
    assert money.is_chargeable is chargeable


def test_the_least_that_cards_are_charged_is_what_the_local_stripe_takes() -> None:
    listed = {currency.upper(): minor for currency, minor in currencies.LEAST.items()}
    assert {currency: least(currency) for currency in listed} == listed
    assert (least("IDR"), least("ISK")) == (1, 100)


@pytest.mark.parametrize(
    ("money", "locale", "written"),
    [
        (Money(123450, "EUR"), "en", "€1,234.50"),
        (Money(123450, "EUR"), "fr", "1\u202f234,50\xa0€"),
        (Money(5000000, "IDR"), "id", "Rp\xa050.000"),
        (Money(5000050, "IDR"), "id", "Rp\xa050.000,50"),
        (Money(500, "JPY"), "zh_Hans", "JP¥500"),
        (Money(1250, "KWD"), "ru", "1,250\xa0KWD"),
        (Money(50000, "ISK"), "en", "ISK\xa0500"),
        (Money(-50, "USD"), "en", "-$0.50"),
    ],
)
def test_money_is_written_as_its_readers_write(money: Money, locale: str, written: str) -> None:
    assert format_money(money, locale) == written
