"""What the pages cost: CPU per request beside Flask's hello, statements, bytes, memory.

usage: .venv/bin/python bench/pages.py [--quick]

After `make setup` alone: starts and stops all that it needs, in a folder of its own. The last line
is JSON. CPU is that of the one web worker; the database's is not in it.
Exits with 1 when a figure is over its budget.
"""

import gzip
import json
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.processes import cpu_seconds, loaded_libraries, pss_mb, web_worker
from bench.servers import Browser, database, hello, kith, sign_in

ROUNDS = 15  # short ones: what else the machine does changes within seconds
REQUESTS = {"hello": 800, "warm": 600, "cold": 50, "page": 50}
SLUG = "lantern-street"
MEMBER = "member@demo.example"
OWNER = "owner@demo.example"
FORBIDDEN = ("sklearn", "scipy", "networkx", "weasyprint")
BUDGETS = {
    "event_warm_ratio": 3,
    "event_cold_ratio": 14,
    "event_member_ratio": 14,
    "community_ratio": 16,
    "members_ratio": 16,
    "matches_ratio": 16,
    "event_sql": 6,
    "community_sql": 8,
    "members_sql": 6,
    "matches_sql": 6,
    "health_sql": 12,
    "first_view_kb": 60,
    "worker_pss_mb": 120,
}
LANGUAGES = ("en", "id", "fr", "zh_Hans", "ru")
FONTS = {"fr": ("basic", "accents"), "ru": ("basic", "cyrillic")}


@dataclass(frozen=True)
class Measured:
    """One thing that is asked for again and again."""

    name: str
    ask: Callable[[], object]
    before: Callable[[], object] | None  # what makes it cold; not the worker's CPU
    requests: int
    pid: int


def main() -> None:
    """Measure and print."""
    scale = 0.1 if "--quick" in sys.argv else 1.0
    with tempfile.TemporaryDirectory(prefix="kith-bench-") as name:
        folder = Path(name)
        with hello(folder) as (hello_port, hello_pid), kith(folder) as (port, pid):
            worker = web_worker(pid)
            stranger, member = Browser(port), sign_in(port, MEMBER)
            owner = sign_in(port, OWNER)
            event = _event_of(stranger)
            cards = _matches_of(member)
            with database(folder) as connection:
                things = [
                    *_things(worker, stranger, member, event, connection, scale),
                    _health(worker, owner, scale),
                    _hello(hello_port, web_worker(hello_pid), scale),
                ]
                rounds = _measure(things)
                result = _ratios(rounds)
                result |= _statements(folder, connection, stranger, member, event, owner)
            result["match_cards"] = cards
            result["first_view_kb"] = _first_view_kb(port, event)
            result["worker_pss_mb"] = round(pss_mb(worker), 1)
            _refuse_libraries(worker)
    _print(rounds, result)
    over = [name for name, budget in BUDGETS.items() if result[name] > budget]
    if over:
        sys.exit(f"over budget: {', '.join(over)}")


def _event_of(browser: Browser) -> str:
    """Return the path of the gathering that has 19 of 50 seats taken."""
    page = browser.get(f"/c/{SLUG}", plain=True).body.decode()
    for card in re.finditer(rf'href="(/c/{SLUG}/events/[a-z0-9]+)".*?</article>', page, re.DOTALL):
        if "19 of 50" in card[0]:
            return card[1]
    raise LookupError("the demo's gathering with 19 of 50 seats taken is not there")


def _matches_of(browser: Browser) -> int:
    """Return how many people the measured page of matches suggests; an empty one says nothing."""
    page = browser.get(f"/c/{SLUG}/matches", plain=True).body.decode()
    cards = page.count('class="card match"')
    if not cards:
        raise LookupError("nobody is suggested on the page of matches that is to be measured")
    return cards


def _hello(port: int, pid: int, scale: float) -> Measured:
    browser = Browser(port)
    return Measured("hello", lambda: browser.get("/"), None, int(REQUESTS["hello"] * scale), pid)


def _things(
    worker: int, stranger: Browser, member: Browser, event: str, connection: Any, scale: float
) -> list[Measured]:
    front, event_id = f"/c/{SLUG}", event.rpartition("/")[2]

    def touch_event() -> None:
        connection.execute(
            "UPDATE event SET version = version + 1 WHERE public_id = %s", [event_id]
        )

    def touch_community() -> None:
        connection.execute("UPDATE community SET version = version + 1 WHERE slug = %s", [SLUG])

    def thing(
        name: str, browser: Browser, path: str, kind: str, before: Callable[[], None] | None = None
    ) -> Measured:
        return Measured(
            name, lambda: browser.get(path), before, int(REQUESTS[kind] * scale), worker
        )

    return [
        thing("event_warm", stranger, event, "warm"),
        thing("event_cold", stranger, event, "cold", touch_event),
        thing("event_member", member, event, "page"),
        thing("community_warm", stranger, front, "warm"),
        thing("community_cold", stranger, front, "cold", touch_community),
        thing("community_member", member, front, "page"),
        thing("members", member, f"{front}/members", "page"),
        thing("matches", member, f"{front}/matches", "page"),
    ]


def _health(worker: int, owner: Browser, scale: float) -> Measured:
    path, number = f"/c/{SLUG}/health", int(REQUESTS["page"] * scale)
    return Measured("health", lambda: owner.get(path), None, number, worker)


def _measure(things: list[Measured]) -> list[dict[str, float]]:
    """Return milliseconds of CPU per request in each round, in which all things take turns."""
    for one in things:  # the first time templates are compiled and connections opened
        for _ in range(20):
            one.ask()
    rounds = []
    for number in range(ROUNDS):
        rounds.append({one.name: _cpu_of(one) for one in things})
        print(f"round {number + 1} of {ROUNDS} done", flush=True)
    return rounds


def _cpu_of(one: Measured) -> float:
    """Return a worker's CPU milliseconds per request; what makes a page cold is left out."""
    before = cpu_seconds(one.pid)
    for _ in range(one.requests):
        if one.before is not None:
            one.before()
        one.ask()
    return 1000 * (cpu_seconds(one.pid) - before) / one.requests


def _ratios(rounds: list[dict[str, float]]) -> dict[str, Any]:
    def beside_hello(name: str) -> float:
        return round(median(spent[name] / spent["hello"] for spent in rounds), 2)

    return {
        "hello_ms": round(median(spent["hello"] for spent in rounds), 3),
        "event_warm_ratio": beside_hello("event_warm"),
        "event_cold_ratio": beside_hello("event_cold"),
        "event_member_ratio": beside_hello("event_member"),
        "community_ratio": beside_hello("community_member"),
        "community_warm_ratio": beside_hello("community_warm"),
        "community_cold_ratio": beside_hello("community_cold"),
        "members_ratio": beside_hello("members"),
        "matches_ratio": beside_hello("matches"),
        "health_ratio": beside_hello("health"),
    }


def _statements(
    folder: Path, connection: Any, stranger: Browser, member: Browser, event: str, owner: Browser
) -> dict[str, int]:
    """Count the statements of single requests in the database's own log."""
    connection.execute("ALTER SYSTEM SET log_statement = 'all'")
    connection.execute("SELECT pg_reload_conf()")
    time.sleep(0.5)
    slug, event_id = SLUG, event.rpartition("/")[2]
    log = folder / "data" / "postgres.log"

    def count(browser: Browser, path: str) -> int:
        begin = log.stat().st_size
        browser.get(path)
        time.sleep(0.3)
        return _statements_in(log.read_bytes()[begin:].decode(errors="replace"))

    connection.execute("UPDATE event SET version = version + 1 WHERE public_id = %s", [event_id])
    time.sleep(0.2)
    return {
        "event_sql": max(count(stranger, event), count(member, event)),
        "event_warm_sql": count(stranger, event),
        "community_sql": count(member, f"/c/{slug}"),
        "members_sql": count(member, f"/c/{slug}/members"),
        "matches_sql": count(member, f"/c/{slug}/matches"),
        "health_sql": count(owner, f"/c/{slug}/health"),
    }


def _statements_in(log: str) -> int:
    """Count the statements of the one web session; the job worker's own are left out."""
    by_session: dict[str, list[str]] = {}
    whole = log.replace("\n\t", " ")  # how the log goes on with a statement of many lines
    for line in whole.splitlines():
        found = re.match(r".*\[(\d+)\].*LOG:\s+(?:statement|execute [^:]*): (.*)", line)
        if found:
            by_session.setdefault(found[1], []).append(found[2])
    sessions = [
        [one for one in said if not one.startswith(("BEGIN", "COMMIT", "ROLLBACK", ";"))]
        for said in by_session.values()
        if not any("procrastinate" in one for one in said)
    ]
    return sum(len(said) for said in sessions)


def _first_view_kb(port: int, event: str) -> float:
    """Return the compressed bytes of the event page's first view, in the heaviest language."""
    return max(_first_view(port, event, language) for language in LANGUAGES)


def _first_view(port: int, event: str, language: str) -> float:
    browser = Browser(port, {"lang": language})
    page = browser.get(event)
    html = gzip.decompress(page.body).decode()
    parts = set(re.findall(r'(?:href|src)="(/assets/[^"]+\.(?:css|js))"', html))
    total = len(page.body)
    for part in sorted(parts):
        answer = browser.get(part)
        total += len(answer.body)
    preloaded = re.search(r'href="(/assets/[^"]+)literata-basic\.woff2"', html)
    for name in FONTS.get(language, ("basic",)) if preloaded else ():
        total += len(browser.get(f"{preloaded[1]}literata-{name}.woff2").body)  # type: ignore[index]
    return round(total / 1024, 1)


def _refuse_libraries(worker: int) -> None:
    """Fail when a web worker has loaded what only job processes may."""
    mapped = loaded_libraries(worker)
    loaded = [name for name in FORBIDDEN if f"/{name}/" in mapped]
    if loaded:
        raise SystemExit(f"the web worker has loaded {', '.join(loaded)}")


def _print(rounds: list[dict[str, float]], result: dict[str, Any]) -> None:
    print(f"\n{'page':<20}{'CPU ms':>10}{'x hello':>10}{'from':>10}{'to':>10}")
    for name in rounds[0]:
        ratios = sorted(spent[name] / spent["hello"] for spent in rounds)
        print(
            f"{name:<20}{median(spent[name] for spent in rounds):>10.3f}"
            f"{median(ratios):>10.2f}{ratios[0]:>10.2f}{ratios[-1]:>10.2f}"
        )
    print(f"\nfirst view {result['first_view_kb']} kB, worker {result['worker_pss_mb']} MB\n")
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
