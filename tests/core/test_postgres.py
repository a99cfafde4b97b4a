"""The embedded server: shared, revived, adopted, and never at the cost of anything around it."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import psycopg
import pytest

from app.core import postgres
from app.core.postgres import Server, binary
from app.core.postgres.binaries import NO_WAY, NOBODY, UNSHARE
from app.core.postgres.folder import LONGEST_HOME

ROOT = Path(__file__).resolve().parents[2]
PROCESS = Path(__file__).with_name("postgres_process.py")
ORDINARY = ("unshare", "--user", "--map-user=1", "--map-group=1")
ORDINARY_UID = 1  # initdb asks for the name of the account, and Debian always has this one
AS_ROOT = ("unshare", "--user", "--map-root-user")

Starter = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Starter]:
    """A function that starts a process using a data folder; all are ended afterwards."""
    running: list[subprocess.Popen[str]] = []

    def start(
        data: Path, *, before: Sequence[str] = (), **environment: str
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*before, sys.executable, str(PROCESS), str(data)],
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def said(process: subprocess.Popen[str]) -> list[str]:
    """Return the words of a process's next line."""
    assert process.stdout
    return process.stdout.readline().split(maxsplit=1)


def end(process: subprocess.Popen[str]) -> None:
    """Let a process leave the server in good order."""
    process.communicate(input="")
    assert process.returncode == 0


def postmaster(data: Path) -> int | None:
    """Return the pid of the running server, or None."""
    file = data / "pg" / "postmaster.pid"
    return int(file.read_text().split("\n", 1)[0]) if file.exists() else None


def ask(server: Server, statement: str) -> object:
    """Run a statement and return its first value."""
    address = server.url.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def shape(*paths: Path) -> dict[Path, tuple[int, int, int]]:
    """Return mode and owner of each path."""
    return {path: owned(path) for path in paths}


def owned(path: Path) -> tuple[int, int, int]:
    """Return mode and owner of a path, which a link is itself."""
    state = path.lstat()
    return state.st_mode, state.st_uid, state.st_gid


def works(*command: str) -> bool:
    """Whether this machine lets us run a command."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_it_starts_answers_and_stops(tmp_path: Path) -> None:
    with postgres.start(tmp_path) as server:
        assert ask(server, "SHOW server_encoding") == "UTF8"
        assert ask(server, "SELECT datlocale FROM pg_database WHERE datname = 'kith'") == "C.UTF-8"
        promises = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
        assert [ask(server, f"SHOW {name}") for name in promises] == ["on"] * 4
        assert ask(server, "SHOW listen_addresses") == ""
    assert postmaster(tmp_path) is None


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    with postgres.start(tmp_path) as server:
        ask(server, "CREATE TABLE kept AS SELECT 7 AS number")
    with postgres.start(tmp_path) as server:
        assert ask(server, "SELECT number FROM kept") == 7


def test_processes_share_one_server_and_the_last_one_out_stops_it(
    tmp_path: Path, started: Starter
) -> None:
    three = [started(tmp_path) for _ in range(3)]
    pids = {said(process)[1] for process in three}
    assert len(pids) == 1
    end(three[0])
    end(three[1])
    assert str(postmaster(tmp_path)) + "\n" in pids
    end(three[2])
    assert postmaster(tmp_path) is None


def test_a_killed_holder_leaves_the_server_to_the_next(tmp_path: Path, started: Starter) -> None:
    killed = started(tmp_path)
    pid = said(killed)[1]
    killed.kill()
    killed.wait()
    assert postmaster(tmp_path) == int(pid)
    heir = started(tmp_path)
    assert said(heir)[1] == pid
    end(heir)
    assert postmaster(tmp_path) is None


def test_a_killed_server_comes_back_with_all_it_had_promised(tmp_path: Path) -> None:
    with postgres.start(tmp_path) as server:
        ask(server, "CREATE TABLE kept AS SELECT 7 AS number")
        busy = psycopg.connect(server.url.replace("+psycopg", ""))
        busy.execute("INSERT INTO kept VALUES (8)")
        os.kill(postmaster(tmp_path) or 0, signal.SIGKILL)
        busy.close()
        assert server.revive()
        assert ask(server, "SELECT array_agg(number) FROM kept") == [7]
        assert not server.revive()


def test_a_fork_neither_holds_nor_stops_the_server(tmp_path: Path) -> None:
    with postgres.start(tmp_path) as server:
        child = os.fork()
        if child == 0:
            server.leave()
            time.sleep(30)
            os._exit(0)
        try:
            assert ask(server, "SELECT 1") == 1
            server.leave()
            assert postmaster(tmp_path) is None
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def test_a_half_made_cluster_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "pg.new" / "base").mkdir(parents=True)
    with postgres.start(tmp_path) as server:
        assert ask(server, "SELECT 1") == 1


def test_a_long_path_gets_a_short_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    data = tmp_path / ("long" * 20) / ("folder" * 20)
    with postgres.start(data) as server:
        assert ask(server, "SELECT 1") == 1
    assert [path.name for path in tmp_path.glob("kith-*")] != []


def test_a_path_too_long_for_the_database_is_refused(tmp_path: Path) -> None:
    data = tmp_path
    while len(os.fsencode(data)) <= LONGEST_HOME:
        data /= "folder" * 20
    with pytest.raises(postgres.PostgresRefused, match="too long"):
        postgres.start(data)
    assert list(tmp_path.iterdir()) == []


def test_a_path_with_odd_characters_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with postgres.start(tmp_path / 'l\'été, "社区" %20') as server:
        assert ask(server, "SELECT 1") == 1


def test_a_socket_folder_of_others_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    data = tmp_path / ("long" * 20) / "data"
    postgres.start(data).leave()
    folder = next(tmp_path.glob("kith-*"))
    folder.chmod(0o777)
    with pytest.raises(postgres.PostgresRefused, match="open to others"):
        postgres.start(data)
    folder.rmdir()
    folder.symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    with pytest.raises(postgres.PostgresRefused, match="made by somebody else"):
        postgres.start(data)


def test_a_pid_file_whose_number_went_to_a_stranger_is_removed(tmp_path: Path) -> None:
    postgres.start(tmp_path).leave()
    file = tmp_path / "pg" / "postmaster.pid"
    with subprocess.Popen(["sleep", "60"]) as stranger:
        file.write_text(f"{stranger.pid}\n{tmp_path}/pg\n")
        with postgres.start(tmp_path) as server:
            assert ask(server, "SELECT 1") == 1
        stranger.kill()


def test_a_pid_file_stays_while_anybody_stands_in_the_folder(tmp_path: Path) -> None:
    """An old backend may still write: its postmaster's file is its guard."""
    postgres.start(tmp_path).leave()
    file = tmp_path / "pg" / "postmaster.pid"
    with subprocess.Popen(["sleep", "60"], cwd=tmp_path / "pg") as backend:
        file.write_text(f"{backend.pid}\n{tmp_path}/pg\n")
        Server(tmp_path)._remove_stale_pid_file()
        assert file.exists()
        backend.kill()
    file.unlink()


def test_another_postgresql_is_refused_with_the_way_over(tmp_path: Path) -> None:
    (tmp_path / "pg").mkdir(mode=0o700)
    (tmp_path / "pg" / "PG_VERSION").write_text("17\n")
    with pytest.raises(postgres.PostgresRefused, match=r"PostgreSQL 17, .* kith restore"):
        postgres.start(tmp_path)


def test_a_folder_of_a_newer_kith_is_refused(tmp_path: Path) -> None:
    (tmp_path / "versions.json").write_text(json.dumps({"postgresql": 18, "kith": "99.1.0"}))
    with pytest.raises(postgres.PostgresRefused, match=r"last used by Kith 99\.1\.0"):
        postgres.start(tmp_path)


def test_the_folder_records_who_made_it(tmp_path: Path) -> None:
    postgres.start(tmp_path).leave()
    assert json.loads((tmp_path / "versions.json").read_text()) == {
        "postgresql": postgres.MAJOR,
        "kith": "0.1.0",
    }


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(postgres.PostgresRefused, match=r"cannot be written .*KITH_DATA"):
        postgres.start(tmp_path / "file" / "data")


def test_variables_of_other_servers_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGPORT", "1")
    with postgres.start(tmp_path / "data") as server:
        monkeypatch.delenv("PGPORT")
        assert ask(server, "SHOW port") == "5432"


def around(*places: Path) -> dict[Path, object]:
    """Return mode and owner of all that may not change, and the accounts of the machine."""
    home = Path.home()
    known = (*places, ROOT, home, Path(binary("postgres")))
    paths = {path for place in known for path in (place, *place.parents)} | {*home.iterdir()}
    accounts = (Path("/etc/passwd"), Path("/etc/group"))
    found: dict[Path, object] = {path: path.read_bytes() for path in accounts}
    for path in paths:
        if path.parent == home:  # others come and go there
            with suppress(FileNotFoundError):
                found[path] = owned(path)
        else:
            found[path] = owned(path)
    return found


def changed(prior: dict[Path, object], later: dict[Path, object]) -> list[Path]:
    """Return what is no longer as it was; only a home's own children may be gone."""
    here = (path for path in prior if path in later or path.parent != Path.home())
    return [path for path in here if prior[path] != later.get(path)]


class Way(NamedTuple):
    """What makes somebody of us, what is on their PATH (nothing: all), and as whom it runs.

    What it needs is tried before; nobody can forbid what needs nothing, so it is never left out.
    """

    before: tuple[str, ...]
    tools: tuple[str, ...]
    uid: int
    owner: int  # of the cluster
    needs: tuple[str, ...] = ()


IS_ROOT = os.geteuid() == 0
ME = os.geteuid()
TO_ROOT = () if IS_ROOT else AS_ROOT
WAYS = {
    "root by namespaces": Way(TO_ROOT, ("unshare", "true"), 0, ME, needs=(*TO_ROOT, *UNSHARE)),
    "an ordinary user by namespaces": Way(ORDINARY, (), ORDINARY_UID, ME, needs=ORDINARY),
    **(
        {"root by one capability": Way((), ("setpriv", "true"), 0, NOBODY)}
        if IS_ROOT
        else {"an ordinary user": Way((), (), ME, ME)}
    ),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_nothing_outside_the_data_folder_changes(
    tmp_path: Path, started: Starter, way: Way
) -> None:
    if not works(*way.needs, "true"):
        pytest.skip("user namespaces are forbidden here; the way without them is tried")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "neighbour").mkdir(mode=0o750)
    data = closed / "data"
    settings = {"PATH": str(folder_of(tmp_path, *way.tools))} if way.tools else {}
    prior = around(closed / "neighbour")
    process = started(data, before=way.before, **settings)
    assert said(process)[0] == str(way.uid)
    assert (data / "pg").stat().st_uid == way.owner
    end(process)
    assert postmaster(data) is None
    assert changed(prior, around(closed / "neighbour")) == []
    assert {path.name for path in closed.iterdir()} == {"neighbour", "data"}
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    again = started(data, before=way.before)  # with all ways open: the way it was made
    assert said(again)[0] == str(way.uid)
    end(again)


def folder_of(place: Path, *programs: str) -> Path:
    """Make a folder with these programs and no other."""
    folder = place / "tools"
    folder.mkdir()
    for name in programs:
        (folder / name).symlink_to(f"/usr/bin/{name}")
    return folder


def test_a_folder_opened_to_others_or_gone_is_noticed(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "data").mkdir()
    prior = around(tmp_path / "data")
    tmp_path.chmod(0o755)
    assert changed(prior, around(tmp_path / "data")) == [tmp_path]
    later = around(tmp_path / "data")
    del later[tmp_path / "data"]
    assert set(changed(prior, later)) == {tmp_path, tmp_path / "data"}


needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root can change to others")
needs_open_checkout = pytest.mark.skipif(
    not works("setpriv", "--reuid=1", "--regid=1", "--clear-groups", binary("postgres"), "-V"),
    reason="this checkout is closed to other accounts",
)


@needs_root
@needs_open_checkout
def test_root_without_any_way_says_so_and_takes_the_folder_of_another(started: Starter) -> None:
    with TemporaryDirectory() as place:  # pytest's own folders are closed to others
        folder, tools = Path(place), Path(place) / "tools"
        folder.chmod(0o755)
        tools.mkdir()
        process = started(folder / "ours", PATH=str(tools))
        assert said(process)[1].strip() == NO_WAY
        (tools / "setpriv").symlink_to("/usr/bin/setpriv")
        theirs = folder / "theirs"
        theirs.mkdir(mode=0o700)
        os.chown(theirs, ORDINARY_UID, ORDINARY_UID)
        prior = shape(folder, *folder.parents)
        process = started(theirs, PATH=str(tools))
        assert said(process)[0] == "0"
        assert (theirs / "pg").stat().st_uid == ORDINARY_UID
        end(process)
        assert shape(folder, *folder.parents) == prior


@needs_root
def test_the_folder_of_another_account_is_refused(tmp_path: Path, started: Starter) -> None:
    postgres.start(tmp_path).leave()
    os.chown(tmp_path / "pg", 7, 7)
    refusal = said(started(tmp_path, before=ORDINARY))
    assert refusal[0] == "refused:"
    assert "belongs to another account" in refusal[1]


@needs_root
@needs_open_checkout
def test_root_leaves_no_file_of_its_own_in_anothers_folder() -> None:
    with TemporaryDirectory() as folder:
        data = Path(folder)
        postgres.start(data).leave()
        for path in (data, *data.rglob("*")):
            os.chown(path, 1, 1)
        (data / "versions.json").unlink()
        with postgres.start(data):
            assert {path.lstat().st_uid for path in data.rglob("*")} == {1}
