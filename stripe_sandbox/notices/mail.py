"""Mailboxes that are emptied by the test itself, and a second look at what was sent."""

import time

from stripe_sandbox.core.books import Books
from stripe_sandbox.core.store import Json
from stripe_sandbox.notices import chaos
from stripe_sandbox.notices.courier import delivered
from stripe_sandbox.notices.letter import letter
from stripe_sandbox.notices.queue import add


def take(books: Books, most: int) -> list[Json]:
    """Return what lies in a space's mailboxes, as chaos has it, and count it as delivered."""
    rows = books.store.run(
        "SELECT * FROM notice WHERE space = ? AND hand = 'fetch' AND state = 'waiting'"
        " ORDER BY n LIMIT ?",
        books.space, most,
    )  # fmt: skip
    found = []
    for row in map(dict, rows):
        ready = letter(books.of(row["account"]), row)
        delivered(books, row)
        if ready:
            event = books.of(row["account"]).find(row["event"]) or {}
            found.append(
                {"body": ready[1], "headers": ready[2], "type": event.get("type"),
                 "account": event.get("account"), "event": row["event"], "twist": row["twist"]}
            )  # fmt: skip
    if chaos.of(books.store, books.space)["shuffle"]:
        chaos.dice(books.store, books.space).shuffle(found)
    return found


def under_way(books: Books) -> int:
    """Return how many notices over HTTP have not had their first try yet."""
    rows = books.store.run(
        "SELECT count(*) AS n FROM notice WHERE space = ? AND hand = 'post'"
        " AND (state = 'sending' OR (state = 'waiting' AND attempt = 0))",
        books.space,
    )
    return int(rows[0]["n"])


def retry_now(books: Books) -> None:
    """Let what waits for another try go out at once."""
    books.store.run(
        "UPDATE notice SET due = ? WHERE space = ? AND state = 'waiting'", time.time(), books.space
    )


def resend(books: Books, event: Json) -> int:
    """Send an event once more to each endpoint that was ever to hear of it."""
    rows = books.store.run(
        "SELECT DISTINCT endpoint FROM notice WHERE space = ? AND event = ?",
        books.space, event["id"],
    )  # fmt: skip
    for row in rows:
        endpoint = books.of(books.platform_id).find(row["endpoint"], "webhook_endpoint")
        if endpoint:
            add(books, event["id"], endpoint)
    return len(rows)
