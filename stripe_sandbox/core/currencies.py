"""How many minor units a currency has, and how a sum is written on the sandbox's pages."""

ZERO = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv",
        "xaf", "xof", "xpf"}  # fmt: skip
THREE = {"bhd", "jod", "kwd", "omr", "tnd"}

LEAST = {"aed": 200, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
         "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200,
         "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
         "usd": 50}  # fmt: skip


def exponent(currency: str) -> int:
    """Return the number of decimals in which Stripe reckons a currency."""
    return 0 if currency in ZERO else 3 if currency in THREE else 2


def written(amount: int, currency: str) -> str:
    """Return a sum as a person reads it."""
    places = exponent(currency)
    return f"{amount / 10**places:,.{places}f} {currency.upper()}"


def least(currency: str) -> int:
    """Return the smallest sum that can be charged.

    Stripe's list where it has one; else a sum of the same sort, though Stripe's hangs on the
    currency that an account is paid out in.
    """
    return LEAST.get(currency, 500 if exponent(currency) == 3 else 50)


def exchanged(amount: int, currency: str, to: str, rate: float | None) -> int:
    """Return a sum in another currency; a rate is of whole units, as Stripe has it."""
    if rate is None:
        return amount
    return round(amount * rate * 10.0 ** (exponent(to) - exponent(currency)))
