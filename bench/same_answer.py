"""Whether the time of an answer tells if an address is known here.

usage: .venv/bin/python bench/same_answer.py [--quick]

Asks four forms for addresses that have an account, and that of a stranger's seat for those its
community knows; each for as many unknown ones, in any order and each from a network of its own.
Prints for each form the probability that a known address takes longer than an unknown one (the
area under the ROC curve, by the rank-sum of Mann and Whitney): .5 says that time tells nothing.
The last line is JSON; exits with 1 when one of them leaves .45 to .55.
"""

import json
import random
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.servers import Browser, database, kith

ROUNDS = 3  # with the demo's 250 people the standard error of one area is then .015
TOLERANCE = 0.05
FORMS = {
    "sign_in": ("/sign-in", {"password": "not the right one"}),
    "sign_up": ("/sign-up", {}),
    "forgotten": ("/password", {}),
    "link": ("/sign-in/link", {}),
}

_FREE_EVENT = """
    SELECT community.slug, event.public_id, event.quota_id, community.id
    FROM event JOIN community ON community.id = event.community_id
    WHERE event.visibility = 'public' AND event.state = 'published' AND event.starts_at > now()
      AND community.visibility = 'public'
      AND NOT EXISTS (SELECT FROM ticket_type WHERE ticket_type.event_id = event.id)
    ORDER BY (SELECT count(*) FROM contact WHERE contact.community_id = community.id) DESC, event.id
    LIMIT 1
"""


@dataclass(frozen=True)
class Door:
    """A form, what is sent beside the address, and the addresses known behind it."""

    path: str
    rest: dict[str, str]
    known: list[str]


def main() -> None:
    """Measure, print, and say whether time gives anybody away."""
    rounds = 1 if "--quick" in sys.argv else ROUNDS
    with tempfile.TemporaryDirectory(prefix="kith-bench-") as name:
        folder = Path(name)
        with kith(folder, KITH_TRUSTED_PROXIES="1") as (port, _):
            doors = {**_accounts(folder), "seat": _seat(folder)}
            result = {form: _area(*_times(port, door, rounds)) for form, door in doors.items()}
    for form, area in result.items():
        print(f"{form:<12}{area:>8.3f}")
    print(json.dumps({f"{form}_auc": round(area, 3) for form, area in result.items()}))
    if any(abs(area - 0.5) > TOLERANCE for area in result.values()):
        sys.exit(1)


def _accounts(folder: Path) -> dict[str, Door]:
    with database(folder) as connection:
        rows = connection.execute("SELECT address FROM person_email WHERE is_primary")
        known = [str(address) for (address,) in rows]
    return {form: Door(path, rest, known) for form, (path, rest) in FORMS.items()}


def _seat(folder: Path) -> Door:
    """Return the form of an event, with room for everybody who is going to ask."""
    with database(folder) as connection:
        row = connection.execute(_FREE_EVENT).fetchone()
        if row is None:
            raise LookupError("the demo has no free event for everyone to come")
        slug, event, quota, community = row
        connection.execute("UPDATE quota SET size = 1000000 WHERE id = %s", (quota,))
        rows = connection.execute(
            "SELECT email FROM contact WHERE community_id = %s AND email IS NOT NULL", (community,)
        )
        known = [str(address) for (address,) in rows]
    return Door(f"/c/{slug}/events/{event}/guests", {"name": "Zoe"}, known)


def _times(port: int, door: Door, rounds: int) -> tuple[list[float], list[float]]:
    """Return the seconds of each answer for known and for unknown addresses, asked in turn."""
    chance = random.Random(door.path)  # noqa: S311 - an order, not a secret
    asked = [(address, True) for address in door.known * rounds]
    # each but once: whoever asks for a seat is known from then on
    asked += [(f"nobody{number}@demo.example", False) for number in range(len(asked))]
    chance.shuffle(asked)
    taken: dict[bool, list[float]] = {True: [], False: []}
    for number, (address, is_known) in enumerate(asked):
        taken[is_known].append(_ask(port, door, address, f"10.{number >> 8}.{number & 255}.7"))
    return taken[True], taken[False]


def _ask(port: int, door: Door, address: str, network: str) -> float:
    browser = Browser(port, address=network)
    page = browser.get(door.path.removesuffix("/guests"), plain=True).body.decode()
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)  # a stranger's seat has none
    if f'action="{door.path}"' not in page:
        raise LookupError(f"there is no form at {door.path}")
    begun = time.perf_counter()
    answer = browser.post(
        door.path, **({"csrf_token": token[1]} if token else {}), email=address, **door.rest
    )
    taken = time.perf_counter() - begun
    if answer.status not in {303, 422}:
        raise LookupError(f"{door.path} answered {answer.status}")
    return taken


def _area(known: list[float], unknown: list[float]) -> float:
    """Return how probable it is that a known address takes longer (ties count half)."""
    ranked = sorted([(taken, True) for taken in known] + [(taken, False) for taken in unknown])
    ranks = sum(rank for rank, (_, is_known) in enumerate(ranked, 1) if is_known)
    pairs = len(known) * len(unknown)
    return (ranks - len(known) * (len(known) + 1) / 2) / pairs


if __name__ == "__main__":
    main()
