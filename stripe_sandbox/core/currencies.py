"""How many minor units a currency has, and how a sum is written on the sandbox's pages."""

ZERO = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv",
        "xaf", "xof", "xpf"}  # fmt: skip
THREE = {"bhd", "jod", "kwd", "omr", "tnd"}


def exponent(currency: str) -> int:
    """Return the number of decimals in which Stripe reckons a currency."""
    return 0 if currency in ZERO else 3 if currency in THREE else 2


def written(amount: int, currency: str) -> str:
    """Return a sum as a person reads it."""
    places = exponent(currency)
    return f"{amount / 10**places:,.{places}f} {currency.upper()}"


def least(currency: str) -> int:
    """Return the smallest sum that can be charged."""
    return 500 if exponent(currency) == 3 else 50


def exchanged(amount: int, currency: str, to: str, rate: float | None) -> int:
    """Return a sum in another currency; a rate is of whole units, as Stripe has it."""
    if rate is None:
        return amount
    return round(amount * rate * 10.0 ** (exponent(to) - exponent(currency)))
