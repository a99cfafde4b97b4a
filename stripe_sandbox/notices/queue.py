"""Queue the notices of an event: one for each endpoint that wants it, as chaos has it."""

import time
from collections.abc import Iterator

from stripe_sandbox.core.books import LISTENERS, Books
from stripe_sandbox.core.store import Json
from stripe_sandbox.notices import chaos

SHUFFLED_WITHIN = 0.25
RETRIES = (1, 4, 15, 60, 240, 900)
"""Seconds between tries. Stripe tries for three days; a local server has less patience."""


def announce(books: Books, event: Json) -> int:
    """Queue an event's notices and return how many endpoints will hear of it."""
    wanting = list(_wanting(books, event))
    rules = chaos.for_notice(books.store, books.space, event) if wanting else []
    for endpoint in wanting:
        _queue(books, event, endpoint, rules)
    return len(wanting)


LISTENERS.append(announce)


def _wanting(books: Books, event: Json) -> Iterator[Json]:
    for endpoint in books.of(books.platform_id).all("webhook_endpoint", status="enabled"):
        whose = endpoint["_whose"]
        mine = whose == "all" or (whose == "connected") == books.connected
        thin = event["object"] == "v2.core.event"
        known = endpoint["_v2"] if thin else endpoint["_v1"]
        names = endpoint["enabled_events"]
        if mine and known and ("*" in names or event["type"] in names):
            yield endpoint


def _queue(books: Books, event: Json, endpoint: Json, rules: list[Json]) -> None:
    settings = chaos.of(books.store, books.space)
    struck = {rule["what"]: rule for rule in rules}
    copies = settings["times"] + (1 if "duplicate" in struck else 0)
    if "drop" in struck:
        add(books, event["id"], endpoint, state="dropped")
        return
    late = struck.get("delay", {}).get("seconds", 0)
    for twist in ("wrong_signature", "old_timestamp"):
        if twist in struck:
            add(books, event["id"], endpoint, twist=twist, late=late)
            late += RETRIES[0]
    twist = f"api_version={struck['api_version']['version']}" if "api_version" in struck else ""
    for _ in range(copies):
        dice = chaos.dice(books.store, books.space)
        some = dice.uniform(0, SHUFFLED_WITHIN) if settings["shuffle"] else 0
        add(books, event["id"], endpoint, twist=twist, late=late + some)


def add(
    books: Books,
    event: str,
    endpoint: Json,
    *,
    state: str = "waiting",
    twist: str = "",
    late: float = 0,
) -> None:
    """Write one notice into the queue."""
    books.store.run(
        "INSERT INTO notice (space, account, endpoint, event, due, state, twist, hand)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        books.space, books.account, endpoint["id"], event, time.time() + late, state, twist,
        "fetch" if endpoint["_fetched"] else "post",
    )  # fmt: skip
