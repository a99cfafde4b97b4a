"""kith serve as a whole: real processes, each killed in turn, and nothing left behind."""

import http.client
import mmap
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pytest
from gunicorn.workers.gthread import DEFAULT_WORKER_DATA_TIMEOUT

from app.cli.serving import KEEPALIVE
from bench.processes import web_worker
from tests.cli.conftest import SECRET, Kith, free_port, start_kith
from tests.core.test_postgres import postmaster
from tests.processes import FOR_JOBS, loaded_for_jobs

PATIENCE = 90.0
PARTS = 2  # the web and the worker
OF_PYTHON_ALONE = ("networkx", "weasyprint")

pytestmark = pytest.mark.xdist_group("serving")  # they share one installation


class Installation:
    """One data folder and port, with whatever serves them."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.log = folder / "log"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve, and wait for the first answer of our own parts.

        Right after a kill, the last breath of the earlier web process may answer.
        """
        self.process = start_kith(
            "serve",
            "--processes=1",
            log=self.log,
            KITH_DATA=str(self.data),
            PORT=str(self.port),
            KITH_ENVIRONMENT="development",
        )
        self.wait_for("an answer", lambda: len(self.children()) == PARTS and self.answers())

    @property
    def pid(self) -> int:
        """The supervisor's number."""
        assert self.process
        return self.process.pid

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Signal the supervisor and return its exit code."""
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def answers(self, path: str = "/healthz") -> bool:
        """Whether the web process answers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", path)
            return line.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            line.close()

    def wait_for(self, what: str, holds: Callable[[], bool]) -> None:
        """Wait until something holds, and fail with the log when it never does."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                pytest.fail(f"no {what}:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.1)

    def children(self) -> list[int]:
        """Return the processes that the supervisor looks after: the web first, then the worker."""
        path = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return sorted(int(pid) for pid in path.read_text().split())

    def is_gone(self) -> bool:
        """Whether nothing of it runs: no port, no database, no process of its group."""
        return not self.answers() and postmaster(self.data) is None


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation with its own embedded database."""
    place = Installation(tmp_path_factory.mktemp("serving"))
    yield place
    if place.process is not None and place.process.poll() is None:
        place.stop()


@pytest.fixture
def serving(place: Installation) -> Installation:
    """The installation, being served."""
    if place.process is None or place.process.poll() is not None:
        place.start()
    return place


def test_the_first_start_invites_one_administrator_once(serving: Installation) -> None:
    serving.wait_for("invitation", lambda: "/setup/" in serving.log.read_text())
    said = serving.log.read_text()
    assert f"Kith is open at http://localhost:{serving.port}\n" in said
    assert said.count(f"http://localhost:{serving.port}/setup/") == 1


def test_the_web_loads_nothing_that_is_for_jobs(serving: Installation) -> None:
    assert serving.answers("/")
    assert serving.answers("/sign-in")
    assert loaded_for_jobs(web_worker(serving.pid)) == []
    # /proc would not show these; whoever brings one looks here for another way to see it
    assert [name for name in OF_PYTHON_ALONE if find_spec(name)] == []


@pytest.mark.parametrize("name", FOR_JOBS)
def test_what_is_for_jobs_would_be_seen(name: str) -> None:
    found = find_spec(name)
    assert found
    assert found.origin
    library = next(Path(found.origin).parent.rglob("*.so"))
    # mapped as importing it would: that takes seconds
    with library.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ):
        assert name in loaded_for_jobs(os.getpid())


@pytest.mark.parametrize("which", [0, 1], ids=["web", "worker"])
def test_a_killed_part_is_started_again(serving: Installation, which: int) -> None:
    killed = serving.children()[which]
    kept = serving.children()[1 - which]
    os.kill(killed, signal.SIGKILL)
    serving.wait_for(
        "new part",
        lambda: len(serving.children()) == PARTS and killed not in serving.children(),
    )
    assert kept in serving.children()
    serving.wait_for("answer", serving.answers)


def test_a_killed_database_is_started_again(serving: Installation) -> None:
    before = postmaster(serving.data)
    assert before
    os.kill(before, signal.SIGKILL)
    serving.wait_for("new database", lambda: postmaster(serving.data) not in {None, before})
    serving.wait_for("answer", serving.answers)


def test_the_port_of_a_running_kith_is_refused_with_another(
    serving: Installation, kith: Kith
) -> None:
    with socket.socket() as beside:
        with suppress(OSError):  # somebody else's is as good
            beside.bind(("127.0.0.1", serving.port + 1))
            beside.listen(1)
        result = kith("serve", PORT=str(serving.port))
    assert f"Port {serving.port} is taken by another program" in result.output
    named = int(result.output.rpartition("PORT=")[2])
    assert named > serving.port + 1
    assert result.exit_code == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_stop_it_leaves_nothing_behind(
    serving: Installation, number: signal.Signals
) -> None:
    children = serving.children()
    assert serving.stop(number) == 0
    assert serving.is_gone()
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []


def test_a_browser_that_opened_a_connection_ahead_holds_no_stop(serving: Installation) -> None:
    assert serving.process
    with socket.create_connection(("127.0.0.1", serving.port)):
        time.sleep(DEFAULT_WORKER_DATA_TIMEOUT + 0.5)  # until no thread waits for it any more
        serving.process.send_signal(signal.SIGTERM)
        serving.process.wait(KEEPALIVE - 3)  # so long it would be kept


def test_a_killed_supervisor_takes_its_parts_along_and_the_next_start_works(
    serving: Installation,
) -> None:
    serving.stop(signal.SIGKILL)
    serving.start()
    assert len(serving.children()) == PARTS
    serving.stop(signal.SIGKILL)
    serving.wait_for("end", serving.is_gone)


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_taken_port_is_noticed_before_anything_is_made(
    kith: Kith, data: Path, command: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        result = kith(command, PORT=str(other.getsockname()[1]))
    assert "is taken by another program" in result.output
    assert not data.exists()


@pytest.mark.parametrize("command", ["serve", "demo"])
@pytest.mark.parametrize("is_embedded", [True, False])
def test_a_data_folder_that_cannot_be_written_is_named(
    kith: Kith, tmp_path: Path, empty_database: str, command: str, *, is_embedded: bool
) -> None:
    (tmp_path / "file").touch()
    given = {} if is_embedded else {"DATABASE_URL": empty_database, "KITH_SECRET_KEY": SECRET}
    folder = str(tmp_path / "file" / "data")
    result = kith(command, PORT=str(free_port()), KITH_DATA=folder, **given)
    assert result.output.startswith(f"Error: The data folder {folder} cannot be written")
    assert "KITH_DATA" in result.output
    assert result.exit_code == 1
