"""Coupons, the codes that stand for them, and what they take off."""

from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.faults import Fault
from stripe_sandbox.core.lists import page
from stripe_sandbox.core.store import Json
from stripe_sandbox.resources.customers import merged


@answers(
    "POST",
    "/v1/coupons",
    {"id", "amount_off", "percent_off", "currency", "duration", "duration_in_months",
     "max_redemptions", "redeem_by", "name", "metadata"},
)  # fmt: skip
def create_coupon(ask: Ask) -> Json:
    """Write down a coupon."""
    given = {name: one for name, one in ask.params.items() if name != "expand"}
    insist(
        ("amount_off" in given) != ("percent_off" in given),
        "You must pass either percent_off or amount_off.",
    )
    coupon = ask.books.make("coupon", duration=given.pop("duration", "once"), valid=True, **given)
    ask.books.keep(coupon)
    ask.books.emit("coupon.created", coupon)
    return coupon


@answers("GET", "/v1/coupons/{coupon}", ())
def retrieve_coupon(ask: Ask) -> Json:
    """Show a coupon."""
    return ask.books.get("coupon", ask.ids["coupon"])


@answers("DELETE", "/v1/coupons/{coupon}", ())
def delete_coupon(ask: Ask) -> Json:
    """Delete a coupon: nobody may use it from now on."""
    coupon = ask.books.get("coupon", ask.ids["coupon"])
    ask.books.emit("coupon.deleted", coupon)
    return ask.books.remove(coupon)


@answers("GET", "/v1/coupons", {"created"})
def list_coupons(ask: Ask) -> Json:
    """List coupons."""
    return page(ask, ask.books.all("coupon"), "/v1/coupons")


@answers(
    "POST",
    "/v1/promotion_codes",
    {"promotion", "code", "customer", "active", "expires_at", "max_redemptions", "metadata",
     "restrictions"},
)  # fmt: skip
def create_code(ask: Ask) -> Json:
    """Write down a code for a coupon."""
    books, params = ask.books, ask.params
    named = params["promotion"].get("coupon")
    coupon = books.named("coupon", str(named), "promotion[coupon]")
    rules = {
        "first_time_transaction": False,
        "minimum_amount": None,
        "minimum_amount_currency": None,
    }
    code = books.make(
        "promotion_code",
        active=params.get("active", True),
        code=params.get("code") or books.make("coupon")["id"].upper(),
        customer=params.get("customer"),
        expires_at=params.get("expires_at"),
        max_redemptions=params.get("max_redemptions"),
        metadata=params.get("metadata") or {},
        promotion={"type": "coupon", "coupon": coupon["id"]},
        restrictions=rules | params.get("restrictions", {}),
        times_redeemed=0,
    )
    for other in books.all("promotion_code", active=True):
        insist(
            other["code"].lower() != code["code"].lower(),
            f"An active promotion code with `code: {code['code']}` already exists.",
            "code",
        )
    books.keep(code)
    books.emit("promotion_code.created", code)
    return code


@answers("GET", "/v1/promotion_codes/{promotion_code}", ())
def retrieve_code(ask: Ask) -> Json:
    """Show a code."""
    return ask.books.get("promotion_code", ask.ids["promotion_code"])


@answers("POST", "/v1/promotion_codes/{promotion_code}", {"active", "metadata"})
def update_code(ask: Ask) -> Json:
    """Switch a code on or off."""
    code = ask.books.get("promotion_code", ask.ids["promotion_code"])
    given = {name: one for name, one in ask.params.items() if name != "expand"}
    if "metadata" in given:
        given["metadata"] = merged(code["metadata"], given["metadata"])
    ask.books.change(code, **given)
    ask.books.emit("promotion_code.updated", code)
    return code


@answers("GET", "/v1/promotion_codes", {"active", "code", "coupon", "customer", "created"})
def list_codes(ask: Ask) -> Json:
    """List codes."""
    rows = list(ask.books.all("promotion_code"))
    for name in ("active", "code", "customer"):
        if name in ask.params:
            rows = [one for one in rows if one[name] == ask.params[name]]
    if ask.has("coupon"):
        rows = [one for one in rows if one["promotion"]["coupon"] == ask.params["coupon"]]
    return page(ask, rows, "/v1/promotion_codes")


def redeemable(
    books: Books, wish: Json, subtotal: int, customer: str | None
) -> tuple[Json, Json | None]:
    """Return the coupon, and the code, that a wish for a discount names; refuse what is past."""
    code = None
    if wish.get("promotion_code"):
        code = books.named("promotion_code", wish["promotion_code"], "discounts")
        _check_code(books, code, subtotal, customer)
    name = code["promotion"]["coupon"] if code else wish.get("coupon")
    coupon = books.named("coupon", str(name), "discounts")
    used_up = coupon["max_redemptions"] and coupon["times_redeemed"] >= coupon["max_redemptions"]
    if used_up or (coupon["redeem_by"] and coupon["redeem_by"] <= books.now):
        raise Fault(f"Coupon {coupon['id']} is expired.", code="coupon_expired", param="discounts")
    return coupon, code


def _check_code(books: Books, code: Json, subtotal: int, customer: str | None) -> None:
    gone = not code["active"] or (code["expires_at"] and code["expires_at"] <= books.now)
    used = code["max_redemptions"] and code["times_redeemed"] >= code["max_redemptions"]
    foreign = code["customer"] and code["customer"] != customer
    if gone or used or foreign:
        raise Fault(
            "This promotion code cannot be redeemed: it is off, expired, used up or another's.",
            code="promotion_code_invalid" if not gone else "promotion_code_expired",
            param="discounts",
        )
    if subtotal < (code["restrictions"]["minimum_amount"] or 0):
        raise Fault("The order is below the code's minimum.", param="discounts")


def off(coupon: Json, amount: int) -> int:
    """Return what a coupon takes off a sum."""
    if coupon["percent_off"]:
        return round(amount * float(coupon["percent_off"]) / 100)
    return min(amount, int(coupon["amount_off"] or 0))


def new_discount(books: Books, coupon: Json, code: Json | None, **whose: str | None) -> Json:
    """Return a discount in force, kept, and count its coupon and code as used once more."""
    discount = books.make(
        "discount",
        start=books.now,
        source={"type": "coupon", "coupon": coupon["id"]},
        promotion_code=code and code["id"],
        **whose,
    )
    books.keep(discount | {"_coupon": coupon, "_left": _times(coupon)})
    books.change(coupon, times_redeemed=coupon["times_redeemed"] + 1)
    if code:
        books.change(code, times_redeemed=code["times_redeemed"] + 1)
    return discount


def _times(coupon: Json) -> int | None:
    return {"once": 1, "forever": None}.get(coupon["duration"], coupon["duration_in_months"])


def apply(books: Books, subscription: Json, lines: list[Json]) -> None:
    """Take a subscription's discounts off its lines."""
    for name in subscription["discounts"]:
        discount = books.get("discount", name)
        rows = [line for line in lines if line["discountable"]]
        left = off(discount["_coupon"], sum(line["amount"] for line in rows))
        for line in rows:
            part = min(left, line["amount"])
            left -= part
            line["discount_amounts"].append({"amount": part, "discount": name})


def used(books: Books, subscription: Json) -> None:
    """Count a discount's period as used, and drop it after its last."""
    kept = []
    for name in subscription["discounts"]:
        discount = books.get("discount", name)
        left = discount["_left"]
        if subscription["status"] != "trialing" and left is not None:
            books.change(discount, _left=left - 1)
            if left <= 1:
                books.change(discount, end=books.now)
                continue
        kept.append(name)
    books.change(subscription, discounts=kept)
