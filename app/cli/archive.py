"""A backup: one zip with the database's dump, the files, the secret, and a digest of each table."""

import json
import os
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from threading import Thread
from typing import IO

import click
import sqlalchemy as sa

from app.cli.console import Advance, out, progress, writing_to
from app.core import clock
from app.core.postgres import binary
from config import Settings

FILES = "files/"
PIECE = 2**20
# Independent of the order of rows, so that both sides need no common sort.
DIGEST = (
    "SELECT count(*), coalesce(sum(('x' || left(md5(row_::text), 15))::bit(60)::bigint), 0)::text"
    ' FROM public."{}" AS row_'
)
BEGINS = b"\nCOPY public."  # no row does: a line's end inside one is written as two letters
PREAMBLE = 30  # lines of settings before the first table
TROUBLE = "pg_dump: error"
ONE_TABLE = "pg_dump: dumping contents of table"
NOT_AS_BEFORE = (
    "KITH_SECRET_KEY holds another secret than the backup, and stays. Second factors, sign-ins and "
    "links that were made before do not work with it: to keep them, set KITH_SECRET_KEY to what "
    "the file named secret in the backup holds."
)
ADDED_LATER = b"SET transaction_timeout"  # pg_restore 17 and newer says it; PostgreSQL 15 does not


def write(settings: Settings, url: sa.URL, folder: Path) -> Path:
    """Write a backup into a folder and return its path."""
    moment = clock.now()
    path = folder / f"kith-{moment:%Y%m%d-%H%M%S}.zip"
    draft = path.with_suffix(".partial")
    with writing_to(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w") as box:
                _fill(box, settings, url, moment)
            draft.rename(path)
        finally:
            draft.unlink(missing_ok=True)
    return path


def _fill(box: zipfile.ZipFile, settings: Settings, url: sa.URL, moment: datetime) -> None:
    engine = sa.create_engine(url, isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        # One snapshot for the digests and the dump: people may go on working meanwhile.
        snapshot = connection.scalar(sa.text("SELECT pg_export_snapshot()"))
        manifest = {
            "made_at": moment.isoformat(),
            "kith": version("kith"),
            "revision": _revision(connection),
            "tables": (tables := digests(connection)),
        }
        _dump(box, url, str(snapshot), len(tables))
    engine.dispose()
    box.writestr("secret", settings.secret())
    _add_files(box, settings.data / "files")
    box.writestr("manifest.json", json.dumps(manifest, indent=1))


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def digests(connection: sa.Connection) -> dict[str, str]:
    """Return "rows:sum" for each table; equal digests mean equal rows."""
    connection.execute(sa.text("SET LOCAL timezone = 'UTC'"))
    tables = sorted(sa.inspect(connection).get_table_names())
    found = {}
    with progress("Reading tables", len(tables)) as advance:
        for table in tables:
            statement = DIGEST.format(table.replace('"', '""'))
            found[table] = ":".join(
                str(value) for value in connection.exec_driver_sql(statement).one()
            )
            advance(1)
    return found


def _dump(box: zipfile.ZipFile, url: sa.URL, snapshot: str, tables: int) -> None:
    command = [
        binary("pg_dump"),
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        "--verbose",
        f"--snapshot={snapshot}",
        f"--dbname={plain(url)}",
    ]
    said: list[str] = []
    with (
        progress("Writing tables", tables) as advance,
        # It speaks English here, so that its steps are known.
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C"},
        ) as dump,
        box.open("database.dump", "w", force_zip64=True) as target,
    ):
        assert dump.stdout  # noqa: S101 - asked for above
        assert dump.stderr  # noqa: S101 - asked for above
        # Both pipes are read at once: whichever filled up would stop the other.
        listener = Thread(target=_listen, args=(dump.stderr, said, advance))
        listener.start()
        while piece := dump.stdout.read(PIECE):
            target.write(piece)
        listener.join()
    if dump.returncode:
        first = next((at for at, line in enumerate(said) if line.startswith(TROUBLE)), -1)
        complaint = "\n".join(said[first:])
        raise click.ClickException(f"The database could not be written out: {complaint}")


def _listen(voice: IO[bytes], said: list[str], advance: Advance) -> None:
    for line in voice:
        said.append(line.decode(errors="replace").strip())
        if said[-1].startswith(ONE_TABLE):
            advance(1)


def _add_files(box: zipfile.ZipFile, folder: Path) -> None:
    paths = _files_in(folder)
    with progress("Packing files", len(paths)) as advance:
        for path in paths:
            with suppress(FileNotFoundError):  # who removed it meanwhile wants it in no backup
                _add_file(box, path, FILES + path.relative_to(folder).as_posix())
            advance(1)


def _files_in(folder: Path) -> list[Path]:
    found: list[Path] = []
    # Path.rglob would pass over a folder that it may not read.
    for place, _folders, names in os.walk(folder, onerror=_refuse_unreadable):
        for path in (Path(place, name) for name in names):
            with _reading(path):
                found += [path] if path.is_file() else []
    return sorted(found)


def _add_file(box: zipfile.ZipFile, path: Path, name: str) -> None:
    """Pack a file; FileNotFoundError when it is not there any more."""
    with _reading(path):
        info = zipfile.ZipInfo.from_file(path, name)
        source = path.open("rb")
    with source, box.open(info, "w") as target:
        while piece := _piece(source, path):
            target.write(piece)


def _piece(source: IO[bytes], path: Path) -> bytes:
    with _reading(path):
        return source.read(PIECE)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Name a file that cannot be read: what cannot be written is another matter."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        error.filename = str(path)
        _refuse_unreadable(error)


def _refuse_unreadable(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise click.ClickException(
            f"Kith cannot read {error.filename} ({error.strerror}), and a backup without it would "
            "not be whole. Make it readable, or move it away."
        ) from error


def plain(url: sa.URL) -> str:
    """Return an address as PostgreSQL's own programs read it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def read(path: Path, settings: Settings, url: sa.URL) -> Mapping[str, str]:
    """Put a backup back into an empty installation and return the digests of its tables."""
    try:
        with zipfile.ZipFile(path) as box:
            manifest = json.loads(box.read("manifest.json"))
            _refuse_full(settings, url)
            _load(box, url, settings.data, len(manifest["tables"]))
            _compare(url, manifest["tables"])
            _unpack(box, settings.data / "files")
            _keep_secret(settings, box.read("secret"))
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError) as error:
        raise click.ClickException(f"{path} is not a backup made by kith backup.") from error
    tables: Mapping[str, str] = manifest["tables"]
    return tables


def _refuse_full(settings: Settings, url: sa.URL) -> None:
    engine = sa.create_engine(url)
    tables = sa.inspect(engine).get_table_names()
    engine.dispose()
    files = settings.data / "files"
    if tables or (files.exists() and any(path.is_file() for path in files.rglob("*"))):
        raise click.ClickException(
            "A backup is put back into an empty installation only, and this one holds something. "
            "Name another folder with KITH_DATA, or an empty database with DATABASE_URL."
        )


def _load(box: zipfile.ZipFile, url: sa.URL, work: Path, tables: int) -> None:
    """Replay the dump in one transaction: all of it, or nothing."""
    with tempfile.TemporaryDirectory(dir=work) as folder:
        dump = box.extract("database.dump", folder)
        reader = [binary("pg_restore"), "--no-owner", "--no-privileges", "--file=-", dump]
        writer = [
            binary("psql"),
            "-X",
            "-q",
            "-1",
            "-v",
            "ON_ERROR_STOP=1",
            f"--dbname={plain(url)}",
        ]
        with (
            progress("Putting tables back", tables) as advance,
            subprocess.Popen(reader, stdout=subprocess.PIPE) as source,
            subprocess.Popen(
                writer,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            ) as target,
        ):
            _pour(source, target, advance)
            complaint = target.communicate()[1].decode(errors="replace").strip()
    if source.returncode or target.returncode:
        raise click.ClickException(f"The database could not be put back: {complaint}")


def _pour(
    source: subprocess.Popen[bytes], target: subprocess.Popen[bytes], advance: Advance
) -> None:
    assert source.stdout  # noqa: S101 - asked for above
    assert target.stdin  # noqa: S101 - asked for above
    with suppress(BrokenPipeError):
        for _ in range(PREAMBLE):
            line = source.stdout.readline()
            if not line.startswith(ADDED_LATER):
                target.stdin.write(line)
        while piece := source.stdout.read(PIECE):
            target.stdin.write(piece)
            advance(piece.count(BEGINS))


def _compare(url: sa.URL, expected: Mapping[str, str]) -> None:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = digests(connection)
    engine.dispose()
    different = sorted(
        name for name in {*found, *expected} if found.get(name) != expected.get(name)
    )
    if different:
        raise click.ClickException(
            f"These tables differ from the backup: {', '.join(different)}. Do not use this "
            "database; try the backup again into another empty one."
        )


def _unpack(box: zipfile.ZipFile, folder: Path) -> None:
    names = [name for name in box.namelist() if name.startswith(FILES)]
    with progress("Unpacking files", len(names)) as advance:
        for name in names:
            inside = PurePosixPath(name).relative_to("files")
            if ".." in inside.parts:
                raise click.ClickException("The backup holds a file outside its folder.")
            target = folder / inside
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            target.write_bytes(box.read(name))
            advance(1)


def _keep_secret(settings: Settings, secret: bytes) -> None:
    """Put the secret back, or say what is lost where another one is set."""
    if set_here := settings.secret_key.get_secret_value():
        if set_here.encode() != secret:
            out.print(NOT_AS_BEFORE)
        return
    path = settings.data / "secret"
    path.touch(mode=0o600)
    path.write_bytes(secret)
