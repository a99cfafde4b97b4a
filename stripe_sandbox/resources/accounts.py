"""Accounts v2 and the links that lead to their onboarding."""

from typing import Any

from stripe_sandbox.core.asking import Ask, answers, insist
from stripe_sandbox.core.books import Books, mould, new_id
from stripe_sandbox.core.faults import missing, no_access
from stripe_sandbox.core.store import Json
from stripe_sandbox.notices import queue
from stripe_sandbox.notices.letter import iso, related

CAPABILITY = "v2.core.account[configuration.merchant].capability_status_updated"
_LINK_LIVES = 600
_PARTS = ("configuration", "identity", "defaults", "requirements", "future_requirements")


@answers(
    "POST",
    "/v2/core/accounts",
    {"contact_email", "dashboard", "display_name", "configuration", "defaults", "identity",
     "include", "metadata", "contact_phone"},
)  # fmt: skip
def create(ask: Ask) -> Json:
    """Open a connected account that may not take money yet."""
    books = ask.books.of(ask.books.platform_id)
    account = books.make(
        "v2.core.account", created=iso(books.now), id=new_id("v2.core.account", 16)
    )
    account |= {"_connected": True, "closed": False, "applied_configurations": []}
    _apply(account, ask.params)
    books.keep(account)
    announce(books, "v2.core.account.created", account)
    return shown(account, ask.params.get("include", []))


def _apply(account: Json, params: Json) -> None:
    for name in ("contact_email", "contact_phone", "dashboard", "display_name", "metadata"):
        if name in params:
            account[name] = params[name]
    if "identity" in params:
        known = account.get("_identity") or {}
        account["_identity"] = known | {
            name: params["identity"][name]
            for name in ("country", "entity_type")
            if name in params["identity"]
        }
    if "defaults" in params:
        account["_defaults"] = (account.get("_defaults") or {}) | params["defaults"]
    asked = params.get("configuration", {})
    account["applied_configurations"] = sorted({*account["applied_configurations"], *asked})
    if "merchant" in asked and not account.get("_card_payments"):
        account["_card_payments"] = "restricted"


def shown(account: Json, include: list[str]) -> Json:
    """Return an account with the parts that were asked for; the others are null, as in v2."""
    answer = account | dict.fromkeys(_PARTS)
    if any(name.startswith("configuration.") for name in include):
        answer["configuration"] = {
            "merchant": _merchant(account) if "configuration.merchant" in include else None,
            "customer": None,
            "recipient": None,
        }
    if "identity" in include:
        answer["identity"] = account.get("_identity") or {}
    if "defaults" in include:
        fees = {"fees_collector": "stripe", "losses_collector": "stripe"}
        given = account.get("_defaults") or {}
        owed = {"requirements_collector": "stripe"} | fees | given.get("responsibilities", {})
        answer["defaults"] = given | {"responsibilities": owed}
    if "requirements" in include:
        answer["requirements"] = {"entries": _requirements(account), "summary": None}
    return answer


def _merchant(account: Json) -> Json | None:
    if "merchant" not in account["applied_configurations"]:
        return None
    status = account["_card_payments"]
    details = (
        []
        if status == "active"
        else [{"code": "requirements_past_due", "resolution": "provide_info"}]
    )
    return {
        "applied": True,
        "capabilities": {
            "card_payments": {"status": status, "status_details": details},
        },
    }


def _requirements(account: Json) -> list[Json]:
    if account.get("_card_payments") == "active":
        return []
    return [
        {
            "awaiting_action_from": "user",
            "description": "identity.business_details",
            "errors": [],
            "impact": {},
            "minimum_deadline": {"status": "currently_due"},
            "requested_reasons": [{"code": "routine_onboarding"}],
        }
    ]


def _account(ask: Ask) -> tuple[Books, Json]:
    books = ask.books.of(ask.books.platform_id)
    account = books.get("v2.core.account", ask.ids["id"])
    if account.get("_disconnected"):
        raise no_access(account["id"])
    return books, account


@answers("GET", "/v2/core/accounts/{id}", {"include"})
def retrieve(ask: Ask) -> Json:
    """Show an account."""
    return shown(_account(ask)[1], ask.params.get("include", []))


@answers(
    "POST",
    "/v2/core/accounts/{id}",
    {"contact_email", "dashboard", "display_name", "configuration", "defaults", "identity",
     "include", "metadata", "contact_phone"},
)  # fmt: skip
def update(ask: Ask) -> Json:
    """Change an account."""
    books, account = _account(ask)
    _apply(account, ask.params)
    books.change(account)
    announce(books, "v2.core.account.updated", account)
    return shown(account, ask.params.get("include", []))


@answers("POST", "/v2/core/accounts/{id}/close", {"applied_configurations"})
def close(ask: Ask) -> Json:
    """Close an account: it takes no money any more."""
    books, account = _account(ask)
    books.change(account, closed=True, _card_payments="unsupported")
    announce(books, "v2.core.account.closed", account)
    return shown(account, [])


@answers("GET", "/v2/core/accounts", {"limit", "closed", "applied_configurations"})
def list_all(ask: Ask) -> Json:
    """List the accounts of a platform."""
    books = ask.books.of(ask.books.platform_id)
    rows = [shown(one, []) for one in books.all("v2.core.account")]
    return {
        "data": rows[: ask.params.get("limit", 20)],
        "next_page_url": None,
        "previous_page_url": None,
    }


@answers("POST", "/v2/core/account_links")
def link(ask: Ask) -> Json:
    """Make a link to the page where an account's owner says who they are."""
    books = ask.books.of(ask.books.platform_id)
    account = books.find(ask.params["account"], "v2.core.account")
    if account is None:
        raise missing("account", ask.params["account"])
    use = ask.params["use_case"]
    details = use.get(use["type"])
    insist(details, f"use_case.{use['type']} is needed", "use_case")
    books.change(
        account, _links={name: details.get(name) for name in ("return_url", "refresh_url")}
    )
    return {
        "object": "v2.core.account_link",
        "account": account["id"],
        "created": iso(books.now),
        "expires_at": iso(books.now + _LINK_LIVES),
        "livemode": False,
        "url": f"{books.base}/onboarding/{account['id']}",
        "use_case": use,
    }


def set_card_payments(books: Books, account: Json, status: str) -> None:
    """Give or take an account's right to be paid by card, and say so in both forms of notice."""
    books.change(account, _card_payments=status)
    announce(books, CAPABILITY, account)
    announce(books, "v2.core.account[configuration.merchant].updated", account)


def announce(books: Books, kind: str, account: Json) -> None:
    """Write down and queue a thin event about an account."""
    event: dict[str, Any] = mould("v2.core.event") | {
        "id": new_id("v2.core.event"),
        "created": iso(books.now),
        "type": kind,
        "context": None,
        "_related": related(account),
    }
    books.keep(event)
    event["pending_webhooks"] = queue.announce(books, event)
