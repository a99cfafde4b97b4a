"""A process that uses the embedded server until its input ends: started and killed by tests."""

import os
import sys
from pathlib import Path

from app.core import postgres


def main(data: str) -> None:
    """Start or join the server, say who runs it, and leave when told."""
    try:
        with postgres.start(Path(data)):
            pid = Path(data, "pg", "postmaster.pid").read_text().split("\n", 1)[0]
            print(f"{os.geteuid()} {pid}", flush=True)
            sys.stdin.read()
    except postgres.PostgresRefused as refusal:
        print(f"refused: {refusal}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
