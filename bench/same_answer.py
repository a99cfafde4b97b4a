"""Whether the time of an answer tells if an address has an account here.

usage: .venv/bin/python bench/same_answer.py [--quick]

Asks each of four forms for known and for as many unknown addresses, in any order and each from a
network of its own, and prints for each form the probability that a known address takes longer than
an unknown one (the area under the ROC curve, by the rank-sum of Mann and Whitney): .5 says that
time tells nothing. The last line is JSON; exits with 1 when one of them leaves .45 to .55.
"""

import json
import random
import re
import sys
import tempfile
import time
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


def main() -> None:
    """Measure, print, and say whether time gives anybody away."""
    rounds = 1 if "--quick" in sys.argv else ROUNDS
    with tempfile.TemporaryDirectory(prefix="kith-bench-") as name:
        folder = Path(name)
        with kith(folder, KITH_TRUSTED_PROXIES="1") as (port, _):
            known = _known(folder)
            result = {form: _area(*_times(port, form, known, rounds)) for form in FORMS}
    for form, area in result.items():
        print(f"{form:<12}{area:>8.3f}")
    print(json.dumps({f"{form}_auc": round(area, 3) for form, area in result.items()}))
    if any(abs(area - 0.5) > TOLERANCE for area in result.values()):
        sys.exit(1)


def _known(folder: Path) -> list[str]:
    with database(folder) as connection:
        rows = connection.execute("SELECT address FROM person_email WHERE is_primary")
        return [str(address) for (address,) in rows]


def _times(port: int, form: str, known: list[str], rounds: int) -> tuple[list[float], list[float]]:
    """Return the seconds of each answer for known and for unknown addresses, asked in turn."""
    chance = random.Random(form)  # noqa: S311 - an order, not a secret
    asked = [(address, True) for address in known]
    asked += [(f"nobody{number}@demo.example", False) for number in range(len(known))]
    asked *= rounds
    chance.shuffle(asked)
    taken: dict[bool, list[float]] = {True: [], False: []}
    for number, (address, is_known) in enumerate(asked):
        taken[is_known].append(_ask(port, form, address, f"10.{number >> 8}.{number & 255}.7"))
    return taken[True], taken[False]


def _ask(port: int, form: str, address: str, network: str) -> float:
    path, rest = FORMS[form]
    browser = Browser(port, address=network)
    page = browser.get(path, plain=True).body.decode()
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    if token is None:
        raise LookupError(f"there is no form at {path}")
    begun = time.perf_counter()
    answer = browser.post(path, csrf_token=token[1], email=address, **rest)
    taken = time.perf_counter() - begun
    if answer.status not in {303, 422}:
        raise LookupError(f"{path} answered {answer.status}")
    return taken


def _area(known: list[float], unknown: list[float]) -> float:
    """Return how probable it is that a known address takes longer (ties count half)."""
    ranked = sorted([(taken, True) for taken in known] + [(taken, False) for taken in unknown])
    ranks = sum(rank for rank, (_, is_known) in enumerate(ranked, 1) if is_known)
    pairs = len(known) * len(unknown)
    return (ranks - len(known) * (len(known) + 1) / 2) / pairs


if __name__ == "__main__":
    main()
