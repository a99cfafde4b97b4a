"""One buyer of the last seat, as a process of its own: waits for the others, then tries once.

    python race_process.py <database url> <quota id> <guarded|naive>

With the guard off it reads first and writes then, as a careless programmer would.
"""

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


def main() -> None:
    """Say "ready", wait for "go", try, and say whether a seat was had."""
    url, quota_id, way = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    app = Flask(__name__)  # the verb and its session; the rest of the house has no part in it
    app.config["SQLALCHEMY_ENGINES"] = {"default": url}
    db.init_app(app)
    with app.app_context():
        db.session.connection()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        won = guarded(quota_id) if way == "guarded" else naive(url, quota_id)
        sys.stdout.write("won\n" if won else "lost\n")


if __name__ == "__main__":
    main()
