"""The erasure log beside the database: a restore from an older backup must erase again.

One line a person, a number and a moment; the file outlives the database it was written from.
"""

import fcntl
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

NAME = "erasures.log"

Log = list[tuple[int, datetime]]


def write(folder: Path, log: Iterable[tuple[int, datetime]]) -> None:
    """Write the log, keeping what an earlier database had erased; whole or not at all.

    Two workers may erase at once: without the lock, the later one would write over what the other
    had added since it read.
    """
    with (folder / f"{NAME}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = dict(read(folder)) | dict(log)
        draft = folder / f".{NAME}"
        draft.write_text(
            "".join(f"{number} {at.isoformat()}\n" for number, at in sorted(known.items()))
        )
        draft.replace(folder / NAME)


def read(folder: Path) -> Log:
    """Return who was erased and when; nobody where there is no log."""
    try:
        lines = (folder / NAME).read_text().splitlines()
    except FileNotFoundError:
        return []
    parts = (line.split() for line in lines if line.strip())
    return [(int(number), datetime.fromisoformat(at)) for number, at in parts]
