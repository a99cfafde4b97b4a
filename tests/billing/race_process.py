"""Buyers of the last seat, each a process of its own: they wait for one word, then try once.

    python race_process.py <database url> <quota id> <guarded|naive> <buyers>

They are forks of one process, as importing the house takes longer than the race.

With the guard off it reads first and writes then, as a careless programmer would.
"""

import os
import sys
import time

import psycopg
from flask import Flask

from app.billing import service
from app.billing.service import SoldOut
from app.core.database import db


def naive(url: str, quota_id: int) -> bool:
    """Read, think, write: the CHECK is off in this database, and nothing else guards."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        size, sold = connection.execute(
            "SELECT size, sold FROM quota WHERE id = %s", [quota_id]
        ).fetchone() or (0, 0)
        time.sleep(0.05)
        if sold >= size:
            return False
        connection.execute("UPDATE quota SET sold = sold + 1 WHERE id = %s", [quota_id])
    return True


def guarded(quota_id: int) -> bool:
    """Take one the way the product does."""
    try:
        service.take(quota_id)
    except SoldOut:
        db.session.rollback()
        return False
    db.session.commit()
    return True


def buy(url: str, quota_id: int, way: str, word: int) -> None:
    """Say "ready", wait for the word, try, and say whether a seat was had."""
    app = Flask(__name__)  # the verb and its session; the rest of the house has no part in it
    app.config["SQLALCHEMY_ENGINES"] = {"default": url}
    db.init_app(app)
    with app.app_context():
        db.session.connection()
        os.write(sys.stdout.fileno(), b"ready\n")
        os.read(word, 1)
        won = guarded(quota_id) if way == "guarded" else naive(url, quota_id)
        os.write(sys.stdout.fileno(), b"won\n" if won else b"lost\n")


def main() -> None:
    """Become many buyers, pass the word on to all of them, and wait for the last."""
    url, quota_id, way, buyers = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    heard, said = os.pipe()
    for _ in range(buyers):
        if os.fork() == 0:
            os.close(said)  # none waits on when the one who speaks is gone
            buy(url, quota_id, way, heard)
            os._exit(0)
    sys.stdin.readline()
    os.write(said, b"!" * buyers)
    for _ in range(buyers):
        os.wait()


if __name__ == "__main__":
    main()
