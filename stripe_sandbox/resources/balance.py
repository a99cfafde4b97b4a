"""What money does on an account's balance: each move is one transaction."""

from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books, new_id
from stripe_sandbox.core.currencies import exchanged
from stripe_sandbox.core.lists import page, whole
from stripe_sandbox.core.store import Json

AVAILABLE_AFTER = 2 * 86400
PERCENT, FIXED = 150, 25
"""The fee of the sandbox's Stripe: 1.50 % (in hundredths of a percent) and 25 minor units."""


def stripe_fee(amount: int) -> int:
    """Return what the payment itself costs."""
    return min(amount, round(amount * PERCENT / 10000) + FIXED)


def enter(
    books: Books,
    kind: str,
    amount: int,
    currency: str,
    source: str,
    *,
    fees: list[Json] | None = None,
) -> Json:
    """Write one transaction on the balance and return it.

    An account that is paid out in one currency has all of its money and its costs in that one.
    """
    to, rate = _paid_out_in(books, currency)
    amount = exchanged(amount, currency, to, rate)
    fees = [
        fee | {"amount": exchanged(fee["amount"], currency, to, rate), "currency": to}
        for fee in fees or []
        if fee["amount"]
    ]
    cost = sum(fee["amount"] for fee in fees)
    later = kind in {"charge", "payment", "application_fee"}
    available = books.now + (AVAILABLE_AFTER if later else 0)
    entry = books.make(
        "balance_transaction",
        amount=amount,
        available_on=available,
        balance_type="payments",
        currency=to,
        description=None,
        exchange_rate=rate,
        fee=cost,
        fee_details=fees,
        net=amount - cost,
        reporting_category={"application_fee": "platform_earning"}.get(kind, kind),
        source=source,
        status="pending" if later else "available",
        type=kind,
    )
    return books.keep(entry, due=available if later else None)


def _paid_out_in(books: Books, currency: str) -> tuple[str, float | None]:
    """Return in which currency money ends on the balance, and its rate when that is another."""
    chosen = books.store.setting(books.space, "paid_out_in")
    if chosen is None or chosen["currency"] == currency:
        return currency, None
    return chosen["currency"], chosen["rate"]


def fee_line(kind: str, amount: int, currency: str, application: str | None = None) -> Json:
    """Return one line of what a transaction cost."""
    described = {"stripe_fee": "Stripe processing fees", "application_fee": "Application fee"}
    return {
        "amount": amount,
        "application": application,
        "currency": currency,
        "description": described[kind],
        "type": kind,
    }


def become_available(books: Books, entry: Json) -> None:
    """Let a transaction's money be paid out from now on."""
    entry["status"] = "available"
    books.keep(entry)


def take_application_fee(books: Books, charge: Json, amount: int) -> Json:
    """Give the platform its share of a charge on a connected account."""
    platform = books.of(books.platform_id)
    ident = new_id("application_fee")
    entry = enter(platform, "application_fee", amount, charge["currency"], ident)
    fee = platform.make(
        "application_fee",
        id=ident,
        account=books.account,
        amount=amount,
        amount_refunded=0,
        application=application_of(books),
        balance_transaction=entry["id"],
        charge=charge["id"],
        currency=charge["currency"],
        fee_source={"charge": charge["id"], "type": "charge"},
        originating_transaction=None,
        refunded=False,
        refunds=whole([], f"/v1/application_fees/{ident}/refunds"),
    )
    platform.keep(fee)
    platform.emit("application_fee.created", fee)
    return fee


def application_of(books: Books) -> str:
    """Return the id under which the platform acts."""
    return f"ca_{books.platform_id.removeprefix('acct_')}"


def return_application_fee(books: Books, ident: str, amount: int) -> Json:
    """Give back a part of the platform's share."""
    platform = books.of(books.platform_id)
    fee = platform.get("application_fee", ident)
    amount = min(amount, fee["amount"] - fee["amount_refunded"])
    back = platform.make("fee_refund", amount=amount, currency=fee["currency"], fee=fee["id"])
    entry = enter(platform, "application_fee_refund", -amount, fee["currency"], back["id"])
    platform.keep(back | {"balance_transaction": entry["id"]})
    back["balance_transaction"] = entry["id"]
    total = fee["amount_refunded"] + amount
    fee["refunds"]["data"].insert(0, back)
    platform.change(fee, amount_refunded=total, refunded=total == fee["amount"])
    platform.emit("application_fee.refunded", fee)
    enter(books, "adjustment", amount, fee["currency"], back["id"])
    return back


@answers("GET", "/v1/balance_transactions/{id}", ())
def retrieve(ask: Ask) -> Json:
    """Show a transaction."""
    return ask.books.get("balance_transaction", ask.ids["id"])


@answers("GET", "/v1/balance_transactions", {"payout", "source", "type", "currency", "created"})
def list_all(ask: Ask) -> Json:
    """List transactions; those of a payout include the payout's own."""
    names = {"source": "source", "type": "type", "currency": "currency", "payout": "_payout"}
    wanted = {names[name]: ask.params[name] for name in names if ask.has(name)}
    return page(ask, ask.books.all("balance_transaction", **wanted), "/v1/balance_transactions")


@answers("GET", "/v1/balance", ())
def balance(ask: Ask) -> Json:
    """Show what is there and what is still on its way."""
    sums: dict[str, dict[str, int]] = {"available": {}, "pending": {}}
    for entry in ask.books.all("balance_transaction"):
        of = sums[entry["status"]]
        of[entry["currency"]] = of.get(entry["currency"], 0) + entry["net"]
    shown = {
        name: [
            {"amount": amount, "currency": currency, "source_types": {"card": amount}}
            for currency, amount in of.items()
        ]
        for name, of in sums.items()
    }
    return {"object": "balance", "livemode": False, **shown}


@answers("POST", "/v1/application_fees/{id}/refunds", {"amount", "metadata"})
def refund_fee(ask: Ask) -> Json:
    """Give the platform's share back, or a part of it."""
    fee = ask.books.get("application_fee", ask.ids["id"])
    left = fee["amount"] - fee["amount_refunded"]
    amount = ask.params.get("amount", left)
    insist(0 < amount <= left, f"Only {left} of the fee is left.", "amount")
    return return_application_fee(ask.books.of(fee["account"]), fee["id"], amount)


@answers("GET", "/v1/application_fees/{id}", ())
def retrieve_fee(ask: Ask) -> Json:
    """Show a share of the platform."""
    return ask.books.get("application_fee", ask.ids["id"])


@answers("GET", "/v1/application_fees", {"charge", "created"})
def list_fees(ask: Ask) -> Json:
    """List the platform's shares."""
    wanted = {"charge": ask.params["charge"]} if ask.has("charge") else {}
    return page(ask, ask.books.all("application_fee", **wanted), "/v1/application_fees")
