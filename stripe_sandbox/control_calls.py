"""The control of the sandbox over HTTP: time, chaos, what banks and people do."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Response, jsonify, request

from stripe_sandbox.core.books import Books, new_id, platform_of
from stripe_sandbox.core.faults import Fault
from stripe_sandbox.core.store import Json
from stripe_sandbox.notices import chaos, mail
from stripe_sandbox.notices.letter import iso
from stripe_sandbox.pages import views
from stripe_sandbox.resources import (
    accounts,
    clocks,
    disputes,
    happenings,
    intents,
    paying,
    payouts,
    refunds,
)

blueprint = Blueprint("control", __name__, url_prefix="/_control")
Verb = Callable[[Books, Json], Any]
Given = TypeVar("Given", bound=Verb)
VERBS: dict[str, Verb] = {}
SETTINGS = {
    "refunds": {"succeed", "wait"},
    "after_retries": {"unpaid", "canceled"},
    "pages": {"whole", "short"},
}


def verb(name: str) -> Callable[[Given], Given]:
    """Register what the control can do under a name."""

    def register(run: Given) -> Given:
        VERBS[name] = run
        return run

    return register


@blueprint.post("/<name>")
def control(name: str) -> Response:
    """Do one thing for the space of a key; the body is JSON."""
    store = views.store()
    given: Json = request.get_json(silent=True) or {}
    key = str(given.pop("key", ""))
    known = VERBS.get(name)
    if known is None:
        return _said({"error": f"control knows {sorted(VERBS)}, not {name}"}, 404)
    books = Books(store, key, platform_of(key), views.base())
    try:
        with store.transaction():
            return _said({"result": known(books, given)}, 200)
    except (Fault, KeyError, TypeError, ValueError) as problem:
        return _said({"error": f"{type(problem).__name__}: {problem}"}, 400)


def _said(body: Json, status: int) -> Response:
    answer = jsonify(body)
    answer.status_code = status
    return answer


def _holder(books: Books, ident: str) -> tuple[Books, Json]:
    """Return the books that hold an object, whichever account's they are."""
    rows = books.store.run(
        "SELECT account, kind FROM thing WHERE space = ? AND id = ?", books.space, ident
    )
    if not rows:
        raise Fault(f"nothing is called {ident}")
    own = books.of(rows[0]["account"])
    return own, own.get(rows[0]["kind"], ident)


def _intent(books: Books, ident: str) -> tuple[Books, Json]:
    own, thing = _holder(books, ident)
    if thing["object"] == "checkout.session":
        thing = own.get("payment_intent", thing["payment_intent"] or thing["_first"])
    return own, thing


@verb("chaos")
def _chaos(books: Books, given: Json) -> Json:
    return chaos.choose(books.store, books.space, **given)


@verb("set_now")
def set_now(books: Books, given: Json) -> Json:
    """Set a space's clock and do what falls due."""
    moment = given["moment"]
    if moment is None:
        books.store.set(books.space, "now", None)
        return {"now": books.now, "done": 0}
    books.store.set(books.space, "now", int(moment))
    return {"now": books.now, "done": clocks.catch_up(books.store, books.space, books.base)}


@verb("advance")
def _advance(books: Books, given: Json) -> Json:
    return set_now(books, {"moment": books.now + int(given["seconds"])})


@verb("set")
def _set(books: Books, given: Json) -> Json:
    for name, value in given.items():
        if value not in SETTINGS.get(name, ()):
            raise Fault(f"settings are {SETTINGS}, not {name}={value}")
        books.store.set(books.space, name, value)
    return given


@verb("paid_out_in")
def _paid_out_in(books: Books, given: Json) -> None:
    chosen = {"currency": str(given["currency"]), "rate": float(given["rate"])}
    books.store.set(books.space, "paid_out_in", chosen)


@verb("endpoint")
def _endpoint(books: Books, given: Json) -> str:
    url = given.get("url") or happenings.MAILBOX
    made = happenings.new_endpoint(
        books,
        url,
        secret=given["secret"],
        whose=given.get("whose", "all"),
        enabled_events=given.get("types") or ["*"],
        _form=given.get("form", "snapshot"),
        _fetched=url == happenings.MAILBOX,
        _v2=True,
    )
    return str(made["id"])


@verb("letters")
def _letters(books: Books, given: Json) -> list[Json]:
    return mail.take(books, most=int(given.get("most", 1000)))


@verb("waiting")
def _waiting(books: Books, _: Json) -> int:
    return mail.under_way(books)


@verb("retry")
def _retry(books: Books, _: Json) -> None:
    mail.retry_now(books)


@verb("resend")
def _resend(books: Books, given: Json) -> int:
    own, event = _holder(books, given["event"])
    return mail.resend(own, event)


@verb("account")
def _account(books: Books, given: Json) -> str:
    account = books.make("v2.core.account", created=iso(books.now))
    account |= {
        "id": new_id("v2.core.account", 16),
        "applied_configurations": ["merchant"],
        "closed": False,
        "_connected": True,
        "_card_payments": given.get("card_payments", "active"),
        "display_name": given.get("name"),
    }
    return str(books.keep(account)["id"])


@verb("capability")
def _capability(books: Books, given: Json) -> None:
    account = books.get("v2.core.account", given["account"])
    accounts.set_card_payments(books, account, given["status"])


@verb("disconnect")
def _disconnect(books: Books, given: Json) -> None:
    account = books.get("v2.core.account", given["account"])
    books.change(account, _disconnected=True)
    application = {"id": f"ca_{books.platform_id}", "object": "application", "name": "Platform"}
    books.of(account["id"]).emit("account.application.deauthorized", application)


@verb("pay")
def _pay(books: Books, given: Json) -> Json:
    own, session = _holder(books, given["session"])
    session = paying.pay(
        own, session, given.get("manner", "pays"),
        email=given.get("email", ""), name=given.get("name", ""),
    )  # fmt: skip
    return {name: session[name] for name in ("id", "status", "payment_status", "success_url")}


@verb("confirm")
def _confirm(books: Books, given: Json) -> str:
    own, intent = _intent(books, given["ident"])
    return str(intents.authenticated(own, intent, passed=given.get("passed", True))["status"])


@verb("settle_debit")
def _settle_debit(books: Books, given: Json) -> str:
    own, intent = _intent(books, given["ident"])
    return str(intents.settle(own, intent, arrived=given.get("arrived"))["status"])


@verb("settle_refund")
def _settle_refund(books: Books, given: Json) -> str:
    return str(refunds.settle(*_holder(books, given["refund"]))["status"])


@verb("fail_refund")
def _fail_refund(books: Books, given: Json) -> str:
    return str(refunds.fail(*_holder(books, given["refund"]))["status"])


@verb("dispute")
def _dispute(books: Books, given: Json) -> str:
    return str(disputes.open_one(*_holder(books, given["charge"]))["id"])


@verb("close_dispute")
def _close_dispute(books: Books, given: Json) -> str:
    return str(disputes.close(*_holder(books, given["dispute"]), won=given["won"])["status"])


@verb("pay_out")
def _pay_out(books: Books, given: Json) -> list[str]:
    own = books.of(given.get("account") or books.account)
    return [str(one["id"]) for one in payouts.pay_out(own)]


@verb("fail_payout")
def _fail_payout(books: Books, given: Json) -> str:
    return str(payouts.fail(*_holder(books, given["payout"]))["status"])


@verb("forget_keys")
def _forget_keys(books: Books, _: Json) -> None:
    books.store.run("DELETE FROM answer WHERE space = ?", books.space)


@verb("broken_promises")
def _broken_promises(books: Books, _: Json) -> list[str]:
    found: list[str] = books.store.setting(books.space, "broken", [])
    return found


@verb("look")
def _look(books: Books, given: Json) -> Json:
    thing: Json = _holder(books, given["ident"])[1]
    return thing
