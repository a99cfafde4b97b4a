"""The hosted pages. Each names its object by an id nobody can guess; none needs a script."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from stripe_sandbox.core.books import Books
from stripe_sandbox.core.currencies import written
from stripe_sandbox.core.faults import Fault
from stripe_sandbox.core.store import Json, Store
from stripe_sandbox.pages.words import day, outcome
from stripe_sandbox.resources import (
    accounts,
    checkout,
    clocks,
    intents,
    invoices,
    methods,
    paying,
    portal_acts,
)

blueprint = Blueprint("pages", __name__)
Page = str | AnyResponse | tuple[str, int]


def store() -> Store:
    """Return the store of the running server."""
    found: Store = current_app.config["STORE"]
    return found


def base() -> str:
    """Return the address under which this server is spoken to."""
    return str(current_app.config["PUBLIC_URL"] or request.host_url.rstrip("/"))


@blueprint.after_app_request
def _guard(answer: Response) -> Response:
    """Let pages load their stylesheet and nothing else."""
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _holder(kind: str, ident: str) -> tuple[Books, Json]:
    rows = store().run("SELECT space, account FROM thing WHERE id = ? AND kind = ?", ident, kind)
    if not rows:
        abort(404)
    books = Books(store(), rows[0]["space"], rows[0]["account"], base())
    clocks.catch_up(books.store, books.space, books.base)
    return books, books.get(kind, ident)


def _shown(name: str, status: int = 200, **values: Any) -> tuple[str, int]:
    page = render_template(f"{name}.html", written=written, day=day, **values)
    return page, status


@blueprint.app_errorhandler(404)
def missing(_: object) -> Page:
    """Say that nothing is here."""
    return _shown(
        "message", 404, title="Nothing here", said="This page does not exist, or no more."
    )


@blueprint.get("/")
def home() -> Page:
    """Say what this server is."""
    return _shown(
        "message", title="stripe_sandbox", said="A local server that speaks Stripe's API."
    )


# the payment page


@blueprint.route("/pay/<ident>", methods=["GET", "POST"])
def pay(ident: str) -> Page:
    """Show a payment page, and take what is pressed on it."""
    with store().transaction():
        books, session = _holder("checkout.session", ident)
        if session["status"] != "open":
            return _closed(session)
        if request.method == "GET":
            return _pay_page(books, session)
        return _pressed(books, session)


def _closed(session: Json) -> Page:
    if session["status"] == "complete":
        return redirect(_success(session), 303)
    return _shown(
        "message",
        410,
        title="This page has expired",
        said="Nothing was paid. Go back and begin again.",
        back=session["cancel_url"],
    )


def _success(session: Json) -> str:
    url = str(session["success_url"])
    return url.replace("{CHECKOUT_SESSION_ID}", quote(session["id"])).replace(
        "%7BCHECKOUT_SESSION_ID%7D", quote(session["id"])
    )


def _pay_page(books: Books, session: Json, problem: str = "", status: int = 200) -> Page:
    customer = books.find(session["customer"], "customer") or {}
    account = books.of(books.platform_id).find(books.account) or {}
    once = session["mode"] == "payment"
    ways = [
        one
        for one in methods.MANNERS.values()
        if one.kind in session["payment_method_types"] and not (once and one.name == "pays_once")
    ]
    return _shown(
        "pay",
        status,
        session=session,
        seller=account.get("display_name") or "the seller",
        email=session["customer_email"] or customer.get("email") or "",
        typed=request.form,
        ways=ways,
        problem=problem,
        trial=bool(session["_subscription"].get("trial_period_days")),
    )


def _pressed(books: Books, session: Json) -> Page:
    try:
        typed = {name: request.form.get(name, "") for name in ("email", "name")}
        session = paying.pay(books, session, request.form.get("manner", "pays"), **typed)
    except Fault as fault:
        return _pay_page(books, session, str(fault), 422)
    return _went(books, session)


@blueprint.post("/pay/<ident>/code")
def code(ident: str) -> Page:
    """Take a promotion code."""
    with store().transaction():
        books, session = _holder("checkout.session", ident)
        if session["status"] != "open":
            return _closed(session)
        try:
            _redeem(books, session, request.form.get("code", "").strip())
        except Fault as fault:
            return _pay_page(books, session, str(fault), 422)
        return redirect(f"/pay/{ident}", 303)


def _redeem(books: Books, session: Json, code: str) -> None:
    for one in books.all("promotion_code", active=True):
        if one["code"].lower() == code.lower():
            checkout.redeem(books, session, {"promotion_code": one["id"]})
            books.change(session)
            return
    raise Fault("This code is not valid.", param="code")


def _went(books: Books, session: Json) -> Page:
    """Lead on from a try: to the seller, to the bank, or back to the page with the reason."""
    if session["status"] == "complete":
        return redirect(_success(session), 303)
    intent = books.get("payment_intent", session["_first"])
    if intent["status"] == "requires_action":
        return redirect(f"/bank/{intent['id']}", 303)
    return _pay_page(books, session, outcome(intent), 422)


# the bank's question


@blueprint.route("/bank/<ident>", methods=["GET", "POST"])
def bank(ident: str) -> Page:
    """Ask, as the payer's bank, whether it is them."""
    with store().transaction():
        books, intent = _holder("payment_intent", ident)
        if intent["status"] != "requires_action":
            return _after_bank(books, intent)
        if request.method == "GET":
            return _shown("bank", intent=intent)
        passed = request.form.get("answer") == "confirm"
        return _after_bank(books, intents.authenticated(books, intent, passed=passed))


def _after_bank(books: Books, intent: Json) -> Page:
    cause = intent.get("_for") or {}
    if cause.get("object") == "checkout.session":
        return _went(books, books.get("checkout.session", cause["id"]))
    if cause.get("object") == "invoice":
        return redirect(f"/invoice/{cause['id']}", 303)
    return _shown("message", title="Thank you", said=f"The payment is {intent['status']}.")


# an organizer's onboarding


@blueprint.route("/onboarding/<ident>", methods=["GET", "POST"])
def onboarding(ident: str) -> Page:
    """Let an account's owner say who they are, or come back later."""
    with store().transaction():
        books, account = _holder("v2.core.account", ident)
        links = account.get("_links") or {}
        if request.method == "GET":
            return _shown("onboarding", account=account, links=links)
        if request.form.get("answer") == "finish":
            accounts.set_card_payments(books, account, "active")
            accounts.announce(books, "v2.core.account_link.returned", account)
        return redirect(links.get("return_url") or links.get("refresh_url") or "/", 303)


# invoices


@blueprint.route("/invoice/<ident>", methods=["GET", "POST"])
def invoice(ident: str) -> Page:
    """Show an invoice, and let it be paid."""
    with store().transaction():
        books, drawn = _holder("invoice", ident)
        if request.method == "POST" and drawn["status"] == "open":
            manner = methods.MANNERS.get(request.form.get("manner", ""), methods.MANNERS["pays"])
            method = methods.new_method(books, manner, customer=drawn["customer"])
            drawn = invoices.collect(books, drawn, method, present=True)
            intent = invoices.intent_of(books, drawn)
            if intent and intent["status"] == "requires_action":
                return redirect(f"/bank/{intent['id']}", 303)
        intent = invoices.intent_of(books, drawn)
        problem = outcome(intent) if intent and drawn["status"] == "open" else ""
        return _shown("invoice", invoice=drawn, ways=methods.MANNERS.values(), problem=problem)


@blueprint.get("/receipt/<ident>")
def receipt(ident: str) -> Page:
    """Show what was paid."""
    _, charge = _holder("charge", ident)
    sum_ = written(charge["amount"], charge["currency"])
    return _shown("message", title=f"Receipt for {sum_}", said=f"Paid on {day(charge['created'])}.")


# the portal


@blueprint.route("/portal/<ident>", methods=["GET", "POST"])
def portal(ident: str) -> Page:
    """Let a customer look after what they subscribed to."""
    with store().transaction():
        books, session = _holder("billing_portal.session", ident)
        if request.method == "POST":
            portal_acts.act(books, session, request.form.to_dict())
            return redirect(portal_acts.leads_to(session), 303)
        return _shown("portal", session=session, **portal_acts.view(books, session))
