"""Kith's own PostgreSQL: the binaries of a wheel, run in place over the data folder.

Several processes share one server. Each holds a shared flock while it needs the database; the
kernel gives the lock back even after kill -9, so the last one out can always tell that it is.
"""

from app.core.postgres.binaries import MAJOR, binary
from app.core.postgres.refusal import PostgresRefused
from app.core.postgres.server import Server, attach, start

__all__ = ["MAJOR", "PostgresRefused", "Server", "attach", "binary", "start"]
