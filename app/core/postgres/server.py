"""Starting, sharing, reviving and stopping the embedded server."""

import atexit
import os
import shlex
import shutil
import subprocess
import time
import weakref
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg

from app.core.postgres.binaries import CAPABLE, NOBODY, prefix_for, run
from app.core.postgres.folder import Folder
from app.core.postgres.refusal import PostgresRefused

OWNER = "kith"
PORT = 5432  # only the name of the socket; said everywhere, else PGPORT would be asked
PATIENCE = 20.0  # a killed postmaster may stay a zombie until PID 1 reaps it
PAUSE = 0.2


_servers: "weakref.WeakSet[Server]" = weakref.WeakSet()


def _forget_all() -> None:
    for server in list(_servers):
        server.forget()


os.register_at_fork(after_in_child=_forget_all)


class Server:
    """A running server that this process uses; leaving as the last user stops it."""

    def __init__(self, data: Path) -> None:
        self._folder = Folder(data.absolute())
        self._users: int | None = None
        _servers.add(self)

    @property
    def url(self) -> str:
        """The address for SQLAlchemy."""
        return self.url_of(OWNER)

    def url_of(self, database: str) -> str:
        """Return the address of one database of the server."""
        socket = quote(str(self._folder.socket()), safe="")
        return f"postgresql+psycopg://{OWNER}@/{database}?host={socket}&port={PORT}"

    def begin(self) -> Self:
        """Start the server, or join the one that runs."""
        self._folder.prepare()
        self._prefix = prefix_for(self._folder.cluster)
        self._folder.refuse_other_versions()
        with self._folder.starting():
            if not self._folder.cluster.exists():
                self._create_cluster()
            self._ensure_running()
            self._ensure_database()
            self._users = self._folder.join()
            self._folder.record_versions()
        return self

    def revive(self) -> bool:
        """Start the server again if something killed it; return whether that was needed."""
        if self._answers():
            return False
        with self._folder.starting():
            self._ensure_running()
        return True

    def leave(self) -> None:
        """Give up our share; the last one out stops the server."""
        if self._users is None:
            return
        with self._folder.starting():
            os.close(self._users)
            self._users = None
            if self._folder.is_deserted():
                self._pg_ctl("-m", "fast", "stop")

    def forget(self) -> None:
        """Let go of a lock that a fork has copied: it belongs to the process that took it."""
        if self._users is not None:
            os.close(self._users)
            self._users = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.leave()

    def _create_cluster(self) -> None:
        """Make the cluster beside its place and move it in: a killed start leaves no half one."""
        draft = self._folder.home / "pg.new"
        shutil.rmtree(draft, ignore_errors=True)
        self._folder.make(draft)
        if self._prefix == CAPABLE:
            os.chown(draft, NOBODY, NOBODY)
        made = run(
            self._prefix,
            "initdb",
            f"--pgdata={draft}",
            f"--username={OWNER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-instructions",
        )
        if made.returncode:
            raise PostgresRefused(
                f"The database could not be made in {self._folder.home}: "
                f"{_last_line(made.stderr)} Free some space or name another folder with KITH_DATA."
            )
        draft.rename(self._folder.cluster)

    def _ensure_running(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._is_recovering():
                time.sleep(PAUSE)
                continue
            self._remove_stale_pid_file()
            said = self._pg_ctl("-o", self._options(), "-l", self._folder.log.name, "start")
            if said.returncode and time.monotonic() > deadline:
                raise PostgresRefused(
                    f"The database in {self._folder.cluster} does not start. Its log "
                    f"{self._folder.log} ends with: {self._log_end()}"
                )
            if said.returncode:
                time.sleep(PAUSE)

    def _options(self) -> str:
        socket = shlex.quote(str(self._folder.socket()))
        return (
            f"-c listen_addresses='' -c unix_socket_directories={socket} "
            "-c unix_socket_permissions=0700 "
            f"-c port={PORT} -c timezone=UTC -c log_timezone=UTC"
        )

    def _pg_ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # It hands paths to a shell, so it gets none but plain ones: relative to the data folder.
        cluster = f"--pgdata={self._folder.cluster.name}"
        home = self._folder.home
        return run(self._prefix, "pg_ctl", "-w", "-t", "15", cluster, *arguments, cwd=home)

    def _answers(self) -> bool:
        return self._ask() == 0

    def _is_recovering(self) -> bool:
        """Whether it is there and still reads its log, which may take minutes after a crash."""
        return self._ask() == 1

    def _ask(self) -> int:
        socket = str(self._folder.socket())
        return run(
            (), "pg_isready", "-h", socket, "-p", str(PORT), "-U", OWNER, "-d", "postgres"
        ).returncode

    def _ensure_database(self) -> None:
        address = self.url_of("postgres").replace("+psycopg", "", 1)
        with psycopg.connect(address, autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER])
            if found.fetchone() is None:
                connection.execute(f"CREATE DATABASE {OWNER}")

    def _remove_stale_pid_file(self) -> None:
        """Remove a pid file whose number now belongs to a stranger, and only then.

        The file also guards against old backends that still write: while any process has the
        cluster as its folder, as every PostgreSQL process does, the file stays.
        """
        file = self._folder.cluster / "postmaster.pid"
        if file.exists() and not _is_anyones_folder(self._folder.cluster):
            file.unlink(missing_ok=True)

    def _log_end(self) -> str:
        try:
            return _last_line(self._folder.log.read_text(errors="replace"))
        except OSError:
            return "(nothing)"


def start(data: Path) -> Server:
    """Start or join the server of a data folder; use the answer in a with statement."""
    return Server(data).begin()


_attached: dict[tuple[int, Path], Server] = {}


def attach(data: Path) -> Server:
    """Join the server of a data folder until this process ends."""
    key = (os.getpid(), data.absolute())
    if key not in _attached:
        _attached[key] = start(data)
        atexit.register(_attached[key].leave)
    return _attached[key]


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _is_anyones_folder(folder: Path) -> bool:
    """Whether a process that we can see stands in the folder."""
    for process in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if process.readlink() == folder.resolve():
                return True
        except OSError:
            continue  # gone, or another account's: that one could not have opened our folder
    return False
