"""A flash sale under fire: 500 buyers, 100 seats, and a web process killed every two seconds.

usage: .venv/bin/python bench/flash_sale.py [--rounds N]

After `make setup` alone: starts and stops Kith, its database and the local Stripe, in a folder of
its own. The last line is JSON. It fails unless every round sold 100 tickets, at least five kills a
round hit a process that was answering someone, and the control with the guard off oversold.
"""

import http
import json
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

from bench.buyers import Buyer, Line
from bench.processes import children
from bench.servers import KITH, Browser, database, free_port, running, wait_for
from stripe_sandbox.control import Control

ROUNDS, BUYERS, SEATS = 5, 500, 100
AT_ONCE = 40
LASTS = 16.0  # seconds over which the crowd comes
EVERY = 2.0  # seconds between two kills
HITS = 5  # kills a round that must hit somebody's request
SETTLES = 90.0  # seconds that notices may take after a round
WORKERS = 4  # web processes: a kill takes a quarter of what is in flight
OWNER = {"email": "owner@bench.example", "password": "a long walk home"}
KEY, SECRET = "sk_test_flash_sale", "whsec_flash_sale"
SEED = 20261122


@dataclass
class Kills:
    """What was killed in a round, and which of it was answering someone."""

    all_of_them: int = 0
    hits: int = 0


@dataclass
class Shop:
    """A running Kith with the local Stripe beside it."""

    folder: Path
    port: int
    pid: int
    control: Control
    environment: dict[str, str]
    total: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Sell, kill, count and print."""
    rounds = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else ROUNDS
    random.seed(SEED)
    results, failures = [], []
    with tempfile.TemporaryDirectory(prefix="kith-sale-") as name, shop(Path(name)) as open_shop:
        owner = Browser(open_shop.port)
        slug = found(owner, open_shop.folder / "kith.log")
        connect(owner, slug)
        for number in range(1, rounds + 1):
            event, field_name = sell(owner, slug, f"Flash sale {number}")
            result = one_round(open_shop, event, field_name)
            print(f"round {number}: {json.dumps(result)}", flush=True)
            results.append(result)
            failures += faults(number, result)
        # one quota only: the lock on a first one would queue up those who count a second one
        event, field_name = sell(owner, slug, "Control", of_type="")
        control = careless_round(open_shop, event, field_name)
    if control <= 0:
        failures.append("the control with the guard off sold no seat too many: it proves nothing")
    names = ("kills", "accepted", "oversold", "paid_without_ticket", "double_tickets",
             "lost_acknowledged")  # fmt: skip
    summed = {key: sum(one[key] for one in results) for key in names}
    for failure in failures:
        print(f"FAILED: {failure}")
    print(json.dumps({"rounds": rounds, **summed, "control_oversold": control}))
    sys.exit(1 if failures else 0)


def faults(number: int, result: dict[str, int]) -> list[str]:
    """Name what a round did not keep."""
    wrong = [key for key in ("oversold", "paid_without_ticket", "double_tickets",
                             "lost_acknowledged") if result[key]]  # fmt: skip
    found = [f"round {number}: {key} is {result[key]}" for key in wrong]
    if result["accepted"] != SEATS:
        found.append(f"round {number} sold {result['accepted']} tickets, not {SEATS}")
    if result["hits"] < HITS:
        found.append(f"round {number}: only {result['hits']} kills hit a request in flight")
    return found


def one_round(open_shop: Shop, event: str, field_name: str) -> dict[str, int]:
    """Let the crowd in while processes are killed; return what came of it."""
    line, kills, over = Line(open_shop.port), Kills(), Event()
    buyers = crowd(line, open_shop.control, event, field_name)
    killer = Thread(target=kill_again_and_again, args=(open_shop.pid, line, kills, over))
    killer.start()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(come, buyers, [time.monotonic()] * len(buyers)))
    over.set()
    killer.join()
    troubles = Counter(one.trouble for one in buyers if one.trouble)
    for trouble, times in troubles.items():
        print(f"  {times} x {trouble}", flush=True)
    return {"kills": kills.all_of_them, "hits": kills.hits} | counted(open_shop, event, buyers)


def crowd(line: Line, control: Control, event: str, field_name: str) -> list[Buyer]:
    """Return the buyers; one in five pays and never comes back to the page."""
    return [
        Buyer(number, line, control, event, field_name, comes_back=number % 5 != 0)
        for number in range(BUYERS)
    ]


def come(buyer: Buyer, begin: float) -> None:
    """Come when it is one's turn; who is too late looks once more."""
    turn = begin + LASTS * buyer.number / BUYERS
    time.sleep(max(0.0, turn - time.monotonic()))
    buyer.buy()
    if buyer.was_sold_out:
        buyer.look()


def kill_again_and_again(pid: int, line: Line, kills: Kills, over: Event) -> None:
    """Kill a web process every two seconds, as soon as somebody waits for an answer."""
    while not over.wait(EVERY):
        while line.in_flight < WORKERS * 2 and not over.is_set():
            time.sleep(0.005)
        workers = web_workers(pid)
        if over.is_set() or not workers:
            continue
        before = len(line.broken_at)
        os.kill(random.choice(workers), signal.SIGKILL)  # noqa: S311 - chance, not a secret
        kills.all_of_them += 1
        time.sleep(0.3)
        kills.hits += len(line.broken_at) > before


def web_workers(pid: int) -> list[int]:
    """Return the web processes below `kith serve`: the children of the one child that has some."""
    masters = [child for child in children(pid) if children(child)]
    return children(masters[0]) if masters else []


def counted(open_shop: Shop, event: str, buyers: list[Buyer]) -> dict[str, int]:
    """Count in the database, once the notices have arrived."""
    event_id = event.rpartition("/")[2]
    paid = {one.email for one in buyers if one.has_paid}
    deadline = time.monotonic() + SETTLES
    with database(open_shop.folder) as connection:
        while True:
            have = tickets_of(connection, event_id)
            if paid <= have.keys() or time.monotonic() > deadline:
                break
            time.sleep(0.5)
        over = connection.execute(OVERSOLD, [event_id]).fetchone()
    seen = {one.email for one in buyers if one.has_seen_ticket}
    return {
        "accepted": sum(have.values()),
        "oversold": max(0, sum(have.values()) - SEATS, int(str(over[0])) if over else 0),
        "paid_without_ticket": len(paid - have.keys()),
        "double_tickets": sum(number - 1 for number in have.values()),
        "lost_acknowledged": len(seen - have.keys()),
    }


TICKETS = """
    SELECT contact.email, count(*) FROM ticket
      JOIN event ON event.id = ticket.event_id JOIN contact ON contact.id = ticket.contact_id
     WHERE event.public_id = %s AND ticket.state = 'valid' GROUP BY contact.email
"""
OVERSOLD = """
    SELECT max(quota.held + quota.sold - quota.size) FROM event
      LEFT JOIN ticket_type ON ticket_type.event_id = event.id
      JOIN quota ON quota.id IN (event.quota_id, ticket_type.quota_id)
     WHERE event.public_id = %s
"""


def tickets_of(connection: Any, event_id: str) -> dict[str, int]:
    """Return how many tickets each address has."""
    return {str(email): int(number) for email, number in connection.execute(TICKETS, [event_id])}


def careless_round(open_shop: Shop, event: str, field_name: str) -> int:
    """Let the crowd ask a Kith with the guard off; return how many seats were held too many."""
    with database(open_shop.folder) as connection:
        connection.execute("ALTER TABLE quota DROP CONSTRAINT ck_quota_never_oversold")
        with careless(open_shop) as port:
            buyers = crowd(Line(port), open_shop.control, event, field_name)
            with ThreadPoolExecutor(AT_ONCE) as pool:
                kept = sum(pool.map(Buyer.reserve, buyers))
    print(f"control: {kept} seats were promised of {SEATS}", flush=True)
    return kept - SEATS


@contextmanager
def careless(open_shop: Shop) -> Iterator[int]:
    """Serve the same database by processes that count first and write then."""
    port, lines = free_port(), (open_shop.folder / "data/pg/postmaster.pid").read_text().split("\n")
    address = f"postgresql://kith@/kith?host={lines[4]}&port={lines[3]}"
    environment = open_shop.environment | {"DATABASE_URL": address, "PORT": str(port)}
    command = [sys.executable, "-m", "gunicorn", "--preload", "--no-control-socket"]
    command += ["--worker-class", "gthread", "--threads", "8", "--workers", str(WORKERS)]
    command += ["--bind", f"127.0.0.1:{port}", "bench.careless:app"]
    with running(command, environment, open_shop.folder / "careless.log") as process:
        wait_for(process, port, "/healthz")
        yield port


@contextmanager
def shop(folder: Path) -> Iterator[Shop]:
    """Start the local Stripe and an empty Kith; stop both."""
    port, stripe_port = free_port(), free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KITH_")}
    environment.pop("DATABASE_URL", None)
    environment |= {
        "KITH_DATA": str(folder / "data"),
        "PORT": str(port),
        "KITH_ENVIRONMENT": "test",
        "KITH_LOG": "warning",
        "KITH_TRUSTED_PROXIES": "1",  # each buyer has a network address of their own
        "KITH_STRIPE_KEY": KEY,
        "KITH_STRIPE_BASE": f"http://127.0.0.1:{stripe_port}",
        "KITH_STRIPE_WEBHOOK_SECRETS": SECRET,
        "KITH_STRIPE_ACCOUNTS": "one",
    }
    stripe = [sys.executable, "-m", "stripe_sandbox", "--port", str(stripe_port)]
    stripe += ["--data", str(folder / "stripe"), "--secret", SECRET]
    stripe += ["--notices", f"http://localhost:{port}/stripe/notices"]
    with running(stripe, dict(os.environ), folder / "stripe.log"):
        serve = [*KITH, "serve", "--processes", str(WORKERS)]
        with running(serve, environment, folder / "kith.log") as process:
            wait_for(process, port, "/healthz")
            control = Control(f"http://127.0.0.1:{stripe_port}", key=KEY)
            control.endpoint(f"http://localhost:{port}/stripe/notices", secret=SECRET)
            yield Shop(folder, port, process.pid, control, environment)


def found(owner: Browser, log: Path) -> str:
    """Become the first person of the site and found a community; return its slug."""
    deadline = time.monotonic() + 30
    while not (link := re.search(r"https?://[^/]+(/setup/\S+)", log.read_text())):
        if time.monotonic() > deadline:
            raise LookupError("the first start printed no address to set it up")
        time.sleep(0.2)
    page = owner.get(link[1], plain=True).body.decode()
    owner.post(link[1], **(hidden(page) | OWNER))
    page = owner.get("/communities/new", plain=True).body.decode()
    values = {"name": "Flash sale", "purpose": "Selling tickets quickly", "zone": "Europe/Berlin"}
    answer = owner.post("/communities", **(hidden(page) | values))
    founded = re.search(r"/c/([\w-]+)/", answer.headers.get("location", ""))
    if founded is None:
        raise LookupError(f"founding answered {answer.status}")
    return founded[1]


def connect(owner: Browser, slug: str) -> None:
    """Have the community take cards."""
    page = owner.get(f"/c/{slug}/desk/money", plain=True).body.decode()
    answer = owner.post(f"/c/{slug}/desk/money/account", **hidden(page))
    if answer.status != http.HTTPStatus.SEE_OTHER:
        raise LookupError(f"connecting answered {answer.status}")


def sell(owner: Browser, slug: str, title: str, *, of_type: str = str(SEATS)) -> tuple[str, str]:
    """Announce an event with SEATS seats and one ticket type; return (path, field name)."""
    page = owner.get(f"/c/{slug}/events/new", plain=True).body.decode()
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86_400))
    answer = owner.post(
        f"/c/{slug}/events", **hidden(page), title=title, day=day, starts="19:00",
        ends="22:00", zone="Europe/Berlin", size=str(SEATS), plus_ones="0", visibility="public",
    )  # fmt: skip
    path = answer.headers.get("location", "")
    if "/events/" not in path:
        raise LookupError(f"announcing answered {answer.status}")
    path = re.sub(r"^https?://[^/]+", "", path)
    desk = path.replace("/events/", "/desk/events/") + "/tickets"
    page = owner.get(f"{desk}/new", plain=True).body.decode()
    terms = {"title": "Ticket", "price": "10", "size": of_type, "most_each": "1"}
    answer = owner.post(desk, **(hidden(page) | terms))
    if answer.status != http.HTTPStatus.SEE_OTHER:
        raise LookupError(f"selling a ticket answered {answer.status}")
    shown = owner.get(path, plain=True)
    found = re.search(r'name="(n_\w+)"', shown.body.decode())
    if found is None:
        raise LookupError(f"the event shows no ticket, and answered {shown.status}")
    return path, found[1]


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's forms."""
    fields = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page)
    found = {}
    for one in fields:
        name, value = re.search(r'name="([^"]+)"', one), re.search(r'value="([^"]*)"', one)
        if name and value:
            found[name[1]] = value[1]
    return found


if __name__ == "__main__":
    main()
