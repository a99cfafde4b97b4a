"""The books of one account: its objects, its moment, and what it announces."""

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from stripe._api_version import _ApiVersion
from stripe._object_classes import get_object_class

from stripe_sandbox.contract.checking import Problem, problems
from stripe_sandbox.contract.making import smallest
from stripe_sandbox.contract.reading import record
from stripe_sandbox.contract.shapes import Record, Shape
from stripe_sandbox.core.faults import Fault, missing
from stripe_sandbox.core.store import Json, Store

VERSION = str(_ApiVersion.CURRENT)
"""The one version of the API that is spoken: that of the SDK."""

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"

PREFIXES = {
    "application_fee": "fee",
    "balance_transaction": "txn",
    "billing_portal.configuration": "bpc",
    "billing_portal.session": "bps",
    "charge": "ch",
    "checkout.session": "cs_test",
    "coupon": "",
    "customer": "cus",
    "discount": "di",
    "dispute": "du",
    "event": "evt",
    "fee_refund": "fr",
    "invoice": "in",
    "invoice_payment": "inpay",
    "invoiceitem": "ii",
    "item": "li",
    "line_item": "il",
    "payment_intent": "pi",
    "payment_method": "pm",
    "payout": "po",
    "price": "price",
    "product": "prod",
    "promotion_code": "promo",
    "refund": "re",
    "subscription": "sub",
    "subscription_item": "si",
    "test_helpers.test_clock": "clock",
    "v2.core.account": "acct",
    "v2.core.event": "evt_test",
    "webhook_endpoint": "we",
}


ABOUT = {
    "balance_transaction": "source",
    "charge": "payment_intent",
    "checkout.session": "payment_intent",
    "dispute": "charge",
    "invoice": "customer",
    "invoice_payment": "invoice",
    "payment_method": "customer",
    "refund": "charge",
    "subscription": "customer",
}
"""The member by which things of a kind are mostly looked for: it has an index."""

LISTENERS: list[Callable[["Books", Json], int]] = []
"""Who queues notices of an event, and tells how many."""


def new_id(kind: str, length: int = 24) -> str:
    """Return a fresh id as Stripe would write it."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(length))
    prefix = PREFIXES[kind]
    return f"{prefix}_{letters}" if prefix else letters[:8]


def shape_of(kind: str) -> Record:
    """Return what the SDK says of a kind of object."""
    return record(get_object_class("V2" if kind.startswith("v2.") else "V1", kind))


@cache
def _mould(kind: str) -> str:
    return json.dumps(smallest(shape_of(kind), whole=True))


def mould(kind: str) -> Json:
    """Return the smallest whole object of a kind, with null for what is not there."""
    shape: Json = json.loads(_mould(kind))
    return shape


def public(thing: Any) -> Any:
    """Return a thing without what the sandbox remembers for itself (keys that begin with _)."""
    if isinstance(thing, dict):
        return {name: public(one) for name, one in thing.items() if not name.startswith("_")}
    return [public(one) for one in thing] if isinstance(thing, list) else thing


@dataclass(frozen=True)
class Books:
    """One account's objects within a space; a space is what one API key sees."""

    store: Store
    space: str
    account: str
    base: str
    moment: int | None = None
    cause: Json = field(default_factory=lambda: {"id": None, "idempotency_key": None})

    @property
    def now(self) -> int:
        """Return the moment: a test clock's, the space's, or the real one."""
        return self.moment if self.moment is not None else moment_of(self.store, self.space)

    @property
    def platform_id(self) -> str:
        """Return the id of the account that the API key belongs to."""
        return platform_of(self.space)

    @property
    def connected(self) -> bool:
        """Whether this account is one that the platform only acts for."""
        return self.account != self.platform_id

    def of(self, account: str) -> "Books":
        """Return the books of another account of the same space."""
        return replace(self, account=account)

    def at(self, moment: int | None) -> "Books":
        """Return the same books at another moment."""
        return replace(self, moment=moment)

    def make(self, kind: str, **values: Any) -> Json:
        """Return a new object of a kind, complete and not yet kept."""
        thing = mould(kind)
        common = {"id": new_id(kind), "created": self.now, "livemode": False, "metadata": {}}
        thing |= {name: value for name, value in common.items() if name in thing}
        return thing | values

    def keep(self, thing: Json, *, due: int | None = None) -> Json:
        """Write an object down; `due` is when the clock has to look at it again."""
        clock = thing.get("test_clock") or (due and self._clock_of(thing.get("customer")))
        self.store.run(
            "INSERT INTO thing (id, space, account, kind, about, clock, due, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (space, account, id) DO UPDATE SET"
            " body = excluded.body, about = excluded.about, due = excluded.due,"
            " clock = excluded.clock",
            thing["id"], self.space, self.account, thing["object"], _about(thing), clock, due,
            json.dumps(thing),
        )  # fmt: skip
        return thing

    def _clock_of(self, customer: str | None) -> str | None:
        """Return the test clock that a customer's things run by."""
        known = self.find(customer, "customer") if customer else None
        return str(known["test_clock"]) if known and known["test_clock"] else None

    def timed(self, customer: str | None) -> "Books":
        """Return the same books at the moment of a customer's test clock, if they have one."""
        clock = self._clock_of(customer)
        return self.at(self.get("test_helpers.test_clock", clock)["frozen_time"]) if clock else self

    def change(self, thing: Json, **values: Any) -> Json:
        """Change parts of a kept object, leaving when it is due."""
        thing.update(values)
        self.store.run(
            "UPDATE thing SET body = ?, about = ? WHERE space = ? AND account = ? AND id = ?",
            json.dumps(thing), _about(thing), self.space, self.account, thing["id"],
        )  # fmt: skip
        return thing

    def find(self, ident: str | None, kind: str | None = None) -> Json | None:
        """Return an object by its id, or None."""
        rows = self.store.run(
            "SELECT kind, body FROM thing WHERE space = ? AND account = ? AND id = ?",
            self.space, self.account, ident,
        )  # fmt: skip
        if not rows or (kind is not None and rows[0]["kind"] != kind):
            return None
        found: Json = json.loads(rows[0]["body"])
        return found

    def get(self, kind: str, ident: str) -> Json:
        """Return an object by kind and id; refuse as Stripe does when it is not there."""
        found = self.find(ident, kind)
        if found is None:
            raise missing(kind, ident)
        return found

    def named(self, kind: str, ident: str, param: str) -> Json:
        """Return an object that a parameter names; refuse the parameter when it is not there."""
        found = self.find(ident, kind)
        if found is None:
            name = kind.replace(".", " ").replace("_", " ")
            raise Fault(f"No such {name}: '{ident}'", code="resource_missing", param=param)
        return found

    def all(self, kind: str, **wanted: Any) -> Iterator[Json]:
        """Yield the objects of a kind, newest first, whose members have these values."""
        statement = "SELECT body FROM thing WHERE space = ? AND account = ? AND kind = ?"
        values: list[Any] = [self.space, self.account, kind]
        about = ABOUT.get(kind)
        if about in wanted:
            statement += " AND about = ?"
            values.append(wanted.pop(about))
        for name, value in wanted.items():
            statement += " AND json_extract(body, ?) = ?"
            values += [f"$.{name}", value]
        for row in self.store.run(f"{statement} ORDER BY n DESC", *values):
            yield json.loads(row["body"])

    def remove(self, thing: Json) -> Json:
        """Delete an object and return the mark that Stripe leaves."""
        self.store.run(
            "DELETE FROM thing WHERE space = ? AND account = ? AND id = ?",
            self.space, self.account, thing["id"],
        )  # fmt: skip
        return {"id": thing["id"], "object": thing["object"], "deleted": True}

    def promise(self, where: str, shape: Shape, said: Any) -> list[Problem]:
        """Hold what is said against the contract, and write down what breaks it."""
        broken = problems(shape, said)
        if broken:
            broke(self.store, self.space, [f"{where}: {problem}" for problem in broken])
        return broken

    def emit(self, kind: str, thing: Json, before: Json | None = None) -> Json:
        """Write down an event and queue its notices."""
        data = {"object": public(deepcopy(thing))}
        if before is not None:
            data["previous_attributes"] = before
        self.promise(kind, shape_of(thing["object"]), data["object"])
        event = self.make("event", type=kind, data=data, request=self.cause)
        event["api_version"] = VERSION
        if self.connected:
            event |= {"account": self.account}
        else:
            event.pop("account", None)
        event["pending_webhooks"] = 0
        self.keep(event)
        event["pending_webhooks"] = sum(hear(self, event) for hear in LISTENERS)
        return self.change(event)


def broke(store: Store, space: str, said: list[str]) -> None:
    """Write down what the sandbox itself did wrong, for `control.broken_promises`."""
    store.set(space, "broken", [*store.setting(space, "broken", []), *said])


def _about(thing: Json) -> str | None:
    name = ABOUT.get(thing["object"])
    return thing.get(name) if name else None


def platform_of(space: str) -> str:
    """Return the account id of the platform that an API key belongs to."""
    return f"acct_{hashlib.sha256(space.encode()).hexdigest()[:16]}"


def moment_of(store: Store, space: str) -> int:
    """Return a space's moment: fixed by the control API, or the real one."""
    fixed = store.setting(space, "now")
    return int(fixed) if fixed is not None else int(time.time())
