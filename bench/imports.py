"""How fast an import is, and how much memory it takes, at two sizes: the last line is JSON.

    .venv/bin/python bench/imports.py [activities]

A made-up history is brought by `kith import activities` into an embedded database of its own, and
then ten times as much, so that memory that grows with the file shows. Beside it stands a bare COPY
of the same rows into a table without an index: on a busy machine both are slow, and their ratio is
what compares.
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
COPIED = """
import time
from app.cli.console import opened
from app.core.database import db
with opened() as app, app.app_context():
    connection = db.session.connection().connection.driver_connection
    with connection.cursor() as cursor:
        with cursor.copy("COPY (SELECT * FROM activity WHERE source = 'large') TO STDOUT") as copy:
            rows = [bytes(one) for one in copy]
        cursor.execute("CREATE TABLE bare AS SELECT * FROM activity LIMIT 0")
        connection.commit()
        begins = time.monotonic()
        with cursor.copy("COPY bare FROM STDIN") as copy:
            for one in rows:
                copy.write(one)
        connection.commit()
        print(time.monotonic() - begins)
        cursor.execute("DROP TABLE bare")
        connection.commit()
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


def told_by(program: str, environment: dict[str, str]) -> str:
    """Run a few lines inside the application and return what they print."""
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


def main() -> None:
    """Measure, print, and end with 1 when a budget is missed."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else SMALL
    with tempfile.TemporaryDirectory() as folder:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("KITH_")}
        environment.pop("DATABASE_URL", None)
        environment |= {"KITH_DATA": str(Path(folder) / "data"), "KITH_LOG": "warning"}
        subprocess.run([*KITH, "db", "upgrade"], env=environment, cwd=ROOT, check=True)
        slug = told_by(FOUND, environment)
        measured = []
        for name, size in (("small", number), ("large", number * TIMES)):
            path = Path(folder) / f"{name}.jsonl"
            history(path, size, name)
            measured.append((size, *brought(path, slug, environment)))
        copied = measured[-1][0] / float(told_by(COPIED, environment))
    (small, small_seconds, small_mb), (large, large_seconds, large_mb) = measured
    # what both pay once (start, look at the tables) is in neither
    per_second = (large - small) / (large_seconds - small_seconds)
    print(
        json.dumps(
            {
                "activities": large,
                "per_second": round(per_second),
                "per_second_with_start": round(large / large_seconds),
                "copied_per_second": round(copied),
                "of_a_bare_copy": round(per_second / copied, 4),
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
