"""How fast an import is, and how much memory it takes, at two sizes: the last line is JSON.

    .venv/bin/python bench/imports.py [activities]

A made-up history is brought by `kith import activities` into an embedded database of its own, and
then ten times as much, so that memory that grows with the file shows.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.servers import KITH, ROOT

SMALL = 20_000
TIMES = 10
PEOPLE = 200  # at 200,000 in two years: forty acts in a person's month, as large archives have
TALK = 5  # messages of one person in one room after each other
LEAST_PER_SECOND = 5_000
MOST_MB = 400
FOUND = """
from app.cli.console import opened
from app.cli.evaluate_health import made_community
from app.core.database import db
with opened() as app, app.app_context():
    print(made_community().slug)
    db.session.commit()
"""


def history(path: Path, number: int, name: str) -> None:
    """Write a history of messages, replies and mentions over two years."""
    begins = datetime(2024, 1, 1, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as file:
        for place in range(number):
            moment = begins + timedelta(minutes=place * 1_000_000 // number)
            one = {
                "source": name,
                "source_uid": place,
                "type": "message.sent",
                "happened_at": moment.isoformat(),
                "actor_uid": f"p{place // TALK * 7919 % PEOPLE}",
                "actor_name": f"Person {place // TALK * 7919 % PEOPLE}",
                "channel_uid": f"room {place // TALK % 12}",
                "reply_to_uid": place - 3 if place % 4 == 0 and place > 3 else None,
                "mentions": [f"p{place % PEOPLE}"] if place % 5 == 0 else None,
                "text_length": place % 500,
            }
            file.write(json.dumps(one) + "\n")


def brought(path: Path, slug: str, environment: dict[str, str]) -> tuple[float, float]:
    """Bring a file; return the seconds it took, start included, and the most memory in MB."""
    command = [*KITH, "import", "activities", str(path), "--community", slug, "--yes"]
    begins = time.monotonic()
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begins
    if status:
        sys.exit(f"the import ended with {status}")
    return seconds, used.ru_maxrss / 1024


def main() -> None:
    """Measure, print, and end with 1 when a budget is missed."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else SMALL
    with tempfile.TemporaryDirectory() as folder:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("KITH_")}
        environment.pop("DATABASE_URL", None)
        environment |= {"KITH_DATA": str(Path(folder) / "data"), "KITH_LOG": "warning"}
        subprocess.run([*KITH, "db", "upgrade"], env=environment, cwd=ROOT, check=True)
        slug = subprocess.run(
            [sys.executable, "-c", FOUND],
            env=environment,
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout.strip()
        measured = []
        for name, size in (("small", number), ("large", number * TIMES)):
            path = Path(folder) / f"{name}.jsonl"
            history(path, size, name)
            measured.append((size, *brought(path, slug, environment)))
    (small, small_seconds, small_mb), (large, large_seconds, large_mb) = measured
    # what both pay once (start, look at the tables) is in neither
    per_second = (large - small) / (large_seconds - small_seconds)
    print(
        json.dumps(
            {
                "activities": large,
                "per_second": round(per_second),
                "per_second_with_start": round(large / large_seconds),
                "small_mb": round(small_mb),
                "large_mb": round(large_mb),
                "budget_per_second": LEAST_PER_SECOND,
                "budget_mb": MOST_MB,
            }
        )
    )
    sys.exit(per_second < LEAST_PER_SECOND or large_mb > MOST_MB)


if __name__ == "__main__":
    main()
