"""Deliver notices by a few threads of their own, and try again what was not taken."""

import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from stripe_sandbox.core.books import Books
from stripe_sandbox.core.store import Json, Store
from stripe_sandbox.notices import chaos
from stripe_sandbox.notices.letter import letter
from stripe_sandbox.notices.queue import RETRIES

PATIENCE = 20
HANDS = 4


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Stripe takes a redirect for a failure."""

    def redirect_request(self, *_: object) -> None:
        return None


class Courier:
    """The one that carries notices out while the server runs."""

    def __init__(self, store: Store, every: float = 0.03) -> None:
        self._store = store
        self._every = every
        self._stopped = threading.Event()
        self._hands = ThreadPoolExecutor(HANDS, "courier")
        self._door = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))

    def start(self) -> None:
        """Begin; what was under way when the server died goes out again."""
        self._store.run("UPDATE notice SET state = 'waiting' WHERE state = 'sending'")
        threading.Thread(target=self._run, name="notices", daemon=True).start()

    def stop(self) -> None:
        """End after the notices that are under way."""
        self._stopped.set()
        self._hands.shutdown(wait=True)

    def _run(self) -> None:
        while not self._stopped.wait(self._every):
            for rows in self._take():
                self._hands.submit(self._carry_all, rows)

    def _take(self) -> list[list[Json]]:
        """Return what is due: one by one, or in one row for a space that is calm."""
        with self._store.transaction():
            rows = self._store.run(
                "UPDATE notice SET state = 'sending' WHERE n IN (SELECT n FROM notice"
                " WHERE state = 'waiting' AND hand = 'post' AND due <= ? ORDER BY due LIMIT 20)"
                " RETURNING *",
                time.time(),
            )
            wild = {row["space"]: chaos.of(self._store, row["space"])["shuffle"] for row in rows}
        calm: dict[str, list[Json]] = {}
        for row in sorted((dict(row) for row in rows), key=lambda row: (row["due"], row["n"])):
            calm.setdefault(str(row["n"]) if wild[row["space"]] else row["space"], []).append(row)
        return list(calm.values())

    def _carry_all(self, rows: list[Json]) -> None:
        for row in rows:
            self._carry(row)

    def _carry(self, row: Json) -> None:
        books = Books(self._store, row["space"], row["account"], "")
        with self._store.transaction():
            ready = letter(books, row)
        taken = ready is None or self._send(*ready)
        with self._store.transaction():
            book(books, row, taken=taken)

    def _send(self, endpoint: Json, body: str, headers: dict[str, str]) -> bool:
        asked = urllib.request.Request(  # noqa: S310  # loopback, checked at registration
            endpoint["url"], body.encode(), headers, method="POST"
        )
        try:
            with self._door.open(asked, timeout=PATIENCE) as answer:
                return bool(200 <= answer.status < 300)
        except OSError:  # refusals too: HTTPError is one
            return False


def book(books: Books, row: Json, *, taken: bool) -> None:
    """Write down how a delivery went, and when it is tried again."""
    attempt = row["attempt"] + 1
    if taken:
        delivered(books, row)
        return
    again = attempt <= len(RETRIES) and row["twist"] not in {"wrong_signature", "old_timestamp"}
    books.store.run(
        "UPDATE notice SET state = ?, attempt = ?, due = ? WHERE n = ?",
        "waiting" if again else "failed", attempt,
        time.time() + (RETRIES[attempt - 1] if again else 0), row["n"],
    )  # fmt: skip


def delivered(books: Books, row: Json) -> None:
    """Write down that an endpoint has taken a notice."""
    store = books.store
    before = store.run(
        "SELECT 1 FROM notice WHERE event = ? AND endpoint = ? AND state = 'delivered'",
        row["event"], row["endpoint"],
    )  # fmt: skip
    store.run("UPDATE notice SET state = 'delivered' WHERE n = ?", row["n"])
    event = books.of(row["account"]).find(row["event"])
    if event and not before and event.get("pending_webhooks"):
        books.of(row["account"]).change(event, pending_webhooks=event["pending_webhooks"] - 1)
