"""Subscriptions: begun, renewed, fallen behind, ended."""

from typing import Any

from stripe_sandbox.core import periods
from stripe_sandbox.core.asking import insist
from stripe_sandbox.core.books import Books
from stripe_sandbox.core.faults import Fault
from stripe_sandbox.core.lists import whole
from stripe_sandbox.core.store import Json
from stripe_sandbox.resources import discounts, invoices

DEAD = {"canceled", "incomplete_expired"}
WARNED_BEFORE = 3 * 86400
INCOMPLETE_LIVES = 23 * 3600


def begin(books: Books, customer: Json, wishes: list[Json], **values: Any) -> Json:
    """Return a new subscription, kept and not yet invoiced. `wishes` are prices with quantities."""
    trial_end = values.pop("trial_end", None)
    anchor = trial_end or books.now
    subscription = books.make(
        "subscription",
        automatic_tax={"enabled": False, "disabled_reason": None, "liability": None},
        billing_cycle_anchor=anchor,
        billing_mode={"type": "flexible", "flexible": {"proration_discounts": "included"}},
        cancel_at_period_end=False,
        collection_method="charge_automatically",
        currency=wishes[0]["price"]["currency"],
        customer=customer["id"],
        invoice_settings={"issuer": {"type": "self"}, "account_tax_ids": None},
        start_date=books.now,
        status="trialing" if trial_end else "incomplete",
        trial_start=books.now if trial_end else None,
        trial_end=trial_end,
        trial_settings={"end_behavior": {"missing_payment_method": "create_invoice"}},
        test_clock=customer["test_clock"],
        payment_settings={"payment_method_options": None, "payment_method_types": None,
                          "save_default_payment_method": "off"},
        application=books.platform_id.replace("acct", "ca") if books.connected else None,
    )  # fmt: skip
    subscription |= values
    items = [new_item(books, subscription, wish, trial_end) for wish in wishes]
    subscription["items"] = whole(
        items, f"/v1/subscription_items?subscription={subscription['id']}"
    )
    keep(books, subscription)
    return subscription


def new_item(books: Books, subscription: Json, wish: Json, end: int | None = None) -> Json:
    """Return a new item of a subscription with its first period."""
    price = wish["price"]
    insist(price["recurring"], f"The price {price['id']} is not recurring.", "items")
    start = books.now
    return books.make(
        "subscription_item",
        current_period_start=start,
        current_period_end=end or periods.after(start, price["recurring"], start),
        discounts=[],
        plan=plan_of(price),
        price=price,
        quantity=wish.get("quantity", 1),
        subscription=subscription["id"],
        metadata=wish.get("metadata") or {},
        tax_rates=[],
    )


def plan_of(price: Json) -> Json:
    """Return a price in the older form, which items still bear."""
    return {
        "object": "plan",
        "id": price["id"],
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": price["currency"],
        "interval": price["recurring"]["interval"],
        "interval_count": price["recurring"]["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "meter": None,
        "nickname": price["nickname"],
        "product": price["product"],
        "usage_type": "licensed",
    }


def keep(books: Books, subscription: Json) -> Json:
    """Write a subscription and its items down, with the moment when the clock looks at it."""
    for item in subscription["items"]["data"]:
        books.keep(item)
    return books.keep(subscription, due=_due(subscription))


def _due(subscription: Json) -> int | None:
    status = subscription["status"]
    if status in DEAD or status in {"paused", "unpaid"}:
        return None
    if status == "incomplete":
        return int(subscription["created"]) + INCOMPLETE_LIVES
    moments = [item["current_period_end"] for item in subscription["items"]["data"]]
    if status == "trialing" and not subscription.get("_warned"):
        moments.append(subscription["trial_end"] - WARNED_BEFORE)
    if subscription["cancel_at"]:
        moments.append(subscription["cancel_at"])
    if subscription["pending_update"]:
        moments.append(subscription["pending_update"]["expires_at"])
    return int(min(moments))


def changed(books: Books, subscription: Json, **values: Any) -> Json:
    """Change a subscription and say so."""
    before = {
        name: subscription.get(name)
        for name in values
        if subscription.get(name) != values[name] and not name.startswith("_")
    }
    subscription |= values
    keep(books, subscription)
    if before:
        books.emit("customer.subscription.updated", subscription, before)
    return subscription


def lines(books: Books, subscription: Json) -> list[Json]:
    """Return what a subscription's present period costs, line by line, with what is pending."""
    found = [
        invoices.line_of(
            books,
            item,
            item["price"]["unit_amount"] * item["quantity"],
            item["current_period_start"],
            item["current_period_end"],
        )
        for item in subscription["items"]["data"]
    ]
    found += subscription.get("_pending", [])
    discounts.apply(books, subscription, found)
    return found


def trial_line(books: Books, subscription: Json) -> list[Json]:
    """Return the line of nothing that a trial is invoiced with."""
    return [
        invoices.line_of(
            books, item, 0, item["current_period_start"], item["current_period_end"],
            description="Trial period",
        )
        for item in subscription["items"]["data"]
    ]  # fmt: skip


def invoice(books: Books, subscription: Json, reason: str) -> Json:
    """Draw up an invoice for the present period and make it final."""
    trial = subscription["status"] == "trialing"
    of = trial_line(books, subscription) if trial else lines(books, subscription)
    drawn = invoices.finalize(books, invoices.draw_up(books, subscription, reason, of))
    subscription |= {"latest_invoice": drawn["id"], "_pending": []}
    keep(books, subscription)
    discounts.used(books, subscription)
    return drawn


def method_of(books: Books, subscription: Json) -> Json | None:
    """Return the way in which a subscription is paid: its own, or its customer's."""
    customer = books.get("customer", subscription["customer"])
    settings = customer["invoice_settings"] or {}
    name = subscription["default_payment_method"] or settings.get("default_payment_method")
    return books.find(name, "payment_method") if name else None


def advance(books: Books, subscription: Json) -> None:
    """Do what is due for a subscription at this moment."""
    now, status = books.now, subscription["status"]
    if status == "incomplete":
        _give_up(books, subscription)
    elif subscription["cancel_at"] and subscription["cancel_at"] <= now:
        end(books, subscription, reason="cancellation_requested")
    elif subscription["pending_update"] and subscription["pending_update"]["expires_at"] <= now:
        _forget_change(books, subscription)
    elif status == "trialing" and now < subscription["trial_end"]:
        subscription["_warned"] = True
        keep(books, subscription)
        books.emit("customer.subscription.trial_will_end", subscription)
    elif subscription["cancel_at_period_end"]:
        end(books, subscription, reason="cancellation_requested")
    else:
        _renew(books, subscription)


def _forget_change(books: Books, subscription: Json) -> None:
    """Let a change that was never paid for go."""
    drawn = books.find(subscription["_wanted"]["invoice"], "invoice")
    if drawn and drawn["status"] == "open":
        invoices.void(books, drawn)
    keep(books, subscription | {"pending_update": None, "_wanted": None})
    subscription = books.get("subscription", subscription["id"])
    books.emit("customer.subscription.pending_update_expired", subscription)


def _apply_change(books: Books, subscription: Json) -> None:
    """Carry a change out, now that it is paid for."""
    waited = subscription["pending_update"] is not None
    values = subscription["_wanted"]["values"]
    changed(books, subscription, **values, pending_update=None, _wanted=None)
    if waited:
        books.emit("customer.subscription.pending_update_applied", subscription)


def _give_up(books: Books, subscription: Json) -> None:
    open_ones = books.find(subscription["latest_invoice"], "invoice")
    if open_ones and open_ones["status"] == "open":
        invoices.void(books, open_ones)
    changed(books, subscription, status="incomplete_expired", ended_at=books.now)


def _renew(books: Books, subscription: Json) -> None:
    before = {"latest_invoice": subscription["latest_invoice"], "status": subscription["status"]}
    was_trial = subscription["status"] == "trialing"
    method = method_of(books, subscription)
    missing = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    if was_trial and method is None and missing != "create_invoice":
        if missing == "cancel":
            end(books, subscription, reason="payment_failed")
        else:
            changed(books, subscription, status="paused")
        return
    for item in subscription["items"]["data"]:
        _next_period(subscription, item, books.now)
    subscription["_warned"] = False
    if was_trial:
        subscription["status"] = "active"
    drawn = invoice(books, subscription, "subscription_cycle")
    books.emit("customer.subscription.updated", subscription, before)
    invoices.collect(books, drawn, method)


def _next_period(subscription: Json, item: Json, now: int) -> None:
    if item["current_period_end"] > now:
        return
    anchor = subscription["billing_cycle_anchor"]
    start = item["current_period_end"]
    item["current_period_start"] = start
    item["current_period_end"] = periods.after(start, item["price"]["recurring"], anchor)


def end(books: Books, subscription: Json, reason: str) -> Json:
    """End a subscription now."""
    details = {"comment": None, "feedback": None} | (subscription["cancellation_details"] or {})
    subscription |= {
        "status": "canceled",
        "ended_at": books.now,
        "canceled_at": subscription["canceled_at"] or books.now,
        "cancellation_details": details | {"reason": reason},
    }
    keep(books, subscription)
    drawn = books.find(subscription["latest_invoice"], "invoice")
    if drawn and drawn["status"] == "open":
        books.keep(drawn | {"auto_advance": False, "next_payment_attempt": None})
    books.emit("customer.subscription.deleted", subscription)
    return subscription


def on_paid(books: Books, drawn: Json) -> None:
    """Hear that an invoice is paid: whoever was behind is so no more."""
    subscription = books.find(invoices.subscription_id(drawn), "subscription")
    if subscription is None or subscription["status"] in DEAD:
        return
    wanted = subscription.get("_wanted")
    if wanted and wanted["invoice"] == drawn["id"]:
        _apply_change(books, subscription)
        return
    if subscription["status"] == "incomplete" or subscription["latest_invoice"] == drawn["id"]:
        recovered = "trialing" if subscription["status"] == "trialing" else "active"
        if subscription["status"] != recovered:
            changed(books, subscription, status=recovered)


def on_missed(books: Books, drawn: Json, *, last: bool) -> None:
    """Hear that an invoice was not paid: past due, or after the last try what the space says."""
    subscription = books.find(invoices.subscription_id(drawn), "subscription")
    if subscription is None or subscription["status"] in {*DEAD, "incomplete"}:
        return
    if drawn.get("_quiet"):  # of a change that only happens once it is paid for
        return
    finally_ = books.store.setting(books.space, "after_retries", "unpaid")
    if last and finally_ == "canceled":
        end(books, subscription, reason="payment_failed")
    else:
        changed(books, subscription, status="unpaid" if last else "past_due")


def _share(books: Books, drawn: Json) -> int | None:
    subscription = books.find(invoices.subscription_id(drawn), "subscription")
    percent = subscription and subscription["application_fee_percent"]
    return round(drawn["amount_due"] * percent / 100) if percent else None


def _method(books: Books, drawn: Json) -> Json | None:
    return method_of(books, books.get("subscription", invoices.subscription_id(drawn)))


invoices.OUTCOMES.update(paid=on_paid, missed=on_missed, share=_share, method=_method)


def start(books: Books, subscription: Json, method: Json | None, behaviour: str) -> Json:
    """Invoice a new subscription for the first time, and have it paid."""
    books.emit("customer.subscription.created", subscription)
    drawn = invoice(books, subscription, "subscription_create")
    if behaviour == "default_incomplete" and drawn["amount_due"]:
        invoices.make_intent(books, drawn)
        return subscription
    present = behaviour != "off_session"
    invoices.collect(books, drawn, method, present=present)
    subscription = books.get("subscription", subscription["id"])
    if behaviour == "error_if_incomplete" and subscription["status"] == "incomplete":
        raise Fault("Your card was declined.", status=402, kind="card_error", code="card_declined")
    return subscription
