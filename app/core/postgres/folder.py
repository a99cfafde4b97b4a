"""The data folder: where the cluster, its socket, its locks and its record of versions lie."""

import fcntl
import hashlib
import json
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from app.core.postgres.binaries import MAJOR
from app.core.postgres.refusal import PostgresRefused

LONGEST_SOCKET = 95  # the kernel stops at 107 bytes; PostgreSQL adds /.s.PGSQL.5432
LONGEST_HOME = 950  # PostgreSQL's programs cut paths at 1,024 bytes, and name files inside
PLAIN_PATH = re.compile(r"[\w/.+ -]+", re.ASCII)  # others mean something in the server's option


@dataclass(frozen=True)
class Folder:
    """The paths of one data folder."""

    home: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own files."""
        return self.home / "pg"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "postgres.log"

    def socket(self) -> Path:
        """Return the folder of the socket: ours, or a short one where ours is too long."""
        inside = self.home / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET - 15 and PLAIN_PATH.fullmatch(str(inside)):
            return inside
        mark = hashlib.sha256(os.fsencode(self.home.resolve())).hexdigest()[:12]
        base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
        return Path(base) / f"kith-{os.geteuid()}-{mark}"

    def prepare(self) -> None:
        """Make the folder, and refuse one that cannot be used."""
        if len(os.fsencode(self.home)) > LONGEST_HOME:
            raise PostgresRefused(
                f"The path of the data folder is too long for the database: {self.home} Name a "
                "shorter one with KITH_DATA."
            )
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write_owned(self.home / "start.lock", None)
            self._make_socket_folder()
        except OSError as error:
            raise PostgresRefused(
                f"The data folder {self.home} cannot be written ({error.strerror}). Make it "
                "writable, or name another with KITH_DATA."
            ) from error
        _refuse_open_socket(self.socket(), {os.geteuid(), self.home.stat().st_uid})

    def _make_socket_folder(self) -> None:
        folder = self.socket()
        if not folder.exists():
            self.make(folder)

    def make(self, folder: Path) -> None:
        """Make a folder that belongs to whoever owns the data folder, closed to others."""
        folder.mkdir(mode=0o700)
        if self._helps_another():
            os.chown(folder, self.home.stat().st_uid, self.home.stat().st_gid)

    def _helps_another(self) -> bool:
        """Whether we are root in somebody else's folder, and must leave no file of ours there."""
        return os.geteuid() == 0 and self.home.stat().st_uid != 0

    def record_versions(self) -> None:
        """Write down who made the cluster."""
        text = json.dumps({"postgresql": MAJOR, "kith": version("kith")}) + "\n"
        if not self._versions_file.exists() or self._versions_file.read_text() != text:
            self._write_owned(self._versions_file, text)

    @property
    def _versions_file(self) -> Path:
        return self.home / "versions.json"

    def refuse_other_versions(self) -> None:
        """Refuse what another PostgreSQL or a newer Kith has made."""
        file = self.cluster / "PG_VERSION"
        if file.exists() and file.read_text().strip() != str(MAJOR):
            raise PostgresRefused(
                f"The database in {self.cluster} is of PostgreSQL {file.read_text().strip()}, this "
                f"Kith brings {MAJOR}. Run kith backup with the Kith that made it, then kith "
                "restore with this one into an empty KITH_DATA."
            )
        if not self._versions_file.exists():
            return
        made_by = str(json.loads(self._versions_file.read_text()).get("kith", "0"))
        if _order(made_by) > _order(version("kith")):
            raise PostgresRefused(
                f"The data folder {self.home} was last used by Kith {made_by}, this is "
                f"{version('kith')}. Install Kith {made_by} again, or restore an older backup into "
                "an empty folder: kith restore BACKUP with another KITH_DATA."
            )

    def _write_owned(self, path: Path, text: str | None) -> None:
        """Write a file that belongs to whoever owns the folder, also when root is helping out."""
        with path.open("a" if text is None else "w") as file:
            if text is not None:
                file.write(text)
            if self._helps_another():
                os.fchown(file.fileno(), self.home.stat().st_uid, self.home.stat().st_gid)

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Hold the lock under which the server is started and stopped."""
        with (self.home / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def join(self) -> int:
        """Count ourselves among the server's users until the returned descriptor is closed."""
        self._write_owned(self.home / "users.lock", None)
        descriptor = os.open(self.home / "users.lock", os.O_RDWR | os.O_CLOEXEC)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return descriptor

    def is_deserted(self) -> bool:
        """Whether no process counts itself among the users any more."""
        with (self.home / "users.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True


def _order(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def _refuse_open_socket(folder: Path, owners: set[int]) -> None:
    """Refuse a socket folder that others made or may enter: the server trusts who comes in."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or found.st_mode & 0o077:
        raise PostgresRefused(
            f"The folder {folder} for the database's socket was made by somebody else or is open "
            "to others. Remove it, or name another data folder with KITH_DATA."
        )
