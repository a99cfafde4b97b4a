"""Known or unknown: the same statements, the same hashes, the same jobs, the same page.

What differs is found out by a job that nobody outside can watch.
"""

from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts import passwords
from app.accounts.models import Person
from app.core.database import db
from tests.accounts.conftest import PASSWORD, mails_to
from tests.pages import ProofreadingClient

KNOWN, UNKNOWN = "amara@example.org", "nobody@example.org"
Doors = dict[str, Any]

ASKING: list[Doors] = [
    {"path": "/sign-up", "sent": "/mail-sent/sign-up"},
    {"path": "/password", "sent": "/mail-sent/password"},
    {"path": "/sign-in/link", "sent": "/mail-sent/link"},
]


class CountingHasher:
    """The real hasher, and how often its slow work was done."""

    def __init__(self) -> None:
        self.real = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.work = 0

    def hash(self, password: bytes) -> str:
        self.work += 1
        return self.real.hash(password)

    def verify(self, kept: str, password: bytes) -> bool:
        self.work += 1
        return self.real.verify(kept, password)

    def check_needs_rehash(self, _kept: str) -> bool:
        return False


@pytest.fixture
def hasher() -> Iterator[CountingHasher]:
    """Count hashes: the border to argon2, with its cost turned down."""
    counting, before = CountingHasher(), passwords._hasher
    passwords.use(cast(PasswordHasher, counting))
    passwords._dummy()  # made once per process, before anybody asks
    counting.work = 0
    yield counting
    passwords.use(before)


def jobs_put_off() -> list[str]:
    """Return the names of the waiting jobs."""
    rows = db.session.execute(
        text("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
    )
    return [row.task_name for row in rows]


def watch(
    client: ProofreadingClient, statements: list[str], path: str, data: dict[str, str]
) -> tuple[int, str | None, list[str], list[str]]:
    """Send a form; return status, where it leads, the statements and the new jobs."""
    before = jobs_put_off()
    statements.clear()
    answer = client.post(path, data=data)
    sent = list(statements)
    return answer.status_code, answer.headers.get("Location"), sent, jobs_put_off()[len(before) :]


@pytest.mark.parametrize("door", ASKING, ids=lambda door: str(door["path"]))
def test_asking_for_a_link_tells_nothing(
    client: ProofreadingClient,
    person: Person,
    statements: list[str],
    hasher: CountingHasher,
    door: Doors,
) -> None:
    client.get(door["path"])
    known = watch(client, statements, door["path"], {"email": KNOWN})
    hashes = hasher.work
    unknown = watch(client, statements, door["path"], {"email": UNKNOWN})
    assert known == unknown
    assert (known[0], known[1]) == (303, door["sent"])
    assert known[3] == ["accounts.send_link"]
    assert (hashes, hasher.work) == (0, 0)


def test_signing_in_does_the_same_work_for_all(
    client: ProofreadingClient,
    session: Session,
    statements: list[str],
    hasher: CountingHasher,
) -> None:
    from tests.factories import make_person  # noqa: PLC0415

    make_person(email=KNOWN, password_hash=hasher.hash(PASSWORD.encode()))
    make_person(email="link-only@example.org")
    client.get("/sign-in")
    seen = []
    for address in (KNOWN, UNKNOWN, "link-only@example.org"):
        hasher.work = 0
        data = {"email": address, "password": "not this one at all"}
        seen.append((*watch(client, statements, "/sign-in", data), hasher.work))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][0] == 422
    assert seen[0][3] == []
    assert seen[0][4] == 1


def test_the_page_of_a_wrong_sign_in_is_the_same(
    client: ProofreadingClient, person: Person, hasher: CountingHasher
) -> None:
    pages = []
    for address in (KNOWN, UNKNOWN):
        answer = client.post("/sign-in", data={"email": address, "password": "not this one"})
        pages.append(_without_tokens(answer.text).replace(address, "ADDRESS"))
    assert pages[0] == pages[1]
    assert "do not belong together" in pages[0]


def test_the_control_a_route_that_asks_first_is_caught(
    person: Person, statements: list[str]
) -> None:
    """The comparison above would see a route that looks whether the address is known."""
    from app.accounts import queries, service  # noqa: PLC0415
    from app.accounts.models import TokenPurpose  # noqa: PLC0415
    from app.core import clock  # noqa: PLC0415

    def leaky(address: str) -> list[str]:
        statements.clear()
        if queries.person_by_address(address) is not None:
            service.ask_for_link(TokenPurpose.RESET, address=address, now=clock.now())
        return list(statements)

    assert leaky(KNOWN) != leaky(UNKNOWN)


def test_only_the_job_knows_who_is_there(
    client: ProofreadingClient, person: Person, run_jobs: Callable[[], list[str]]
) -> None:
    for door in ASKING:
        for address in (KNOWN, UNKNOWN):
            client.post(door["path"], data={"email": address})
    run_jobs()
    assert [mail.subject for mail in mails_to(KNOWN)] == [
        "You have an account already",
        "Choose a new password",
        "Your link to sign in",
    ]
    assert [mail.subject for mail in mails_to(UNKNOWN)] == ["Confirm your address"]


def test_too_many_mails_are_refused_alike(client: ProofreadingClient, person: Person) -> None:
    pages = []
    for address in (KNOWN, UNKNOWN):
        for _ in range(5):
            assert client.post("/password", data={"email": address}).status_code == 303
        answer = client.post("/password", data={"email": address})
        assert answer.status_code == 429
        pages.append(_without_tokens(answer.text).replace(address, "ADDRESS"))
    assert pages[0] == pages[1]


def _without_tokens(page: str) -> str:
    """Return a page without its CSRF token, which differs each time."""
    return "\n".join(line for line in page.splitlines() if "csrf_token" not in line)
