"""Two at once: a link, a code and a recovery code are each spent by one of them.

Real connections that really commit, in threads that meet between the look and the write. The
controls do the same with the guard off, and show the race.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import create_app
from app.accounts import service, totp
from app.accounts.models import MailToken, Person, RecoveryCode, TokenPurpose
from app.accounts.service.links import LinkSpent
from app.accounts.service.second_factor import WrongCode
from app.core import clock as core_clock
from app.core.database import add, db
from app.core.tokens import hash_code, hash_token
from tests.accounts.conftest import SECRET, code_for
from tests.conftest import FixedClock, settings_for
from tests.factories import make_person

Act = Callable[[], bool]


@pytest.fixture
def racing(own_database: str, clock: FixedClock) -> Iterator[Flask]:
    """An application on a database of its own, where commits are commits."""
    app = create_app(settings_for(own_database))
    yield app
    with app.app_context():
        db.engine.dispose()


def race(app: Flask, act: Callable[[threading.Barrier], bool]) -> list[bool]:
    """Let two threads act at once and return who succeeded."""
    barrier = threading.Barrier(2)

    def run(_number: int) -> bool:
        with app.app_context():
            barrier.wait()
            done = act(barrier)
            db.session.commit()
            return done

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(run, range(2)))


def prepare(app: Flask) -> tuple[int, str]:
    """Make a person with a confirmed second factor, a link and a recovery code."""
    with app.app_context():
        person = make_person(totp_salt=totp.new_salt(), totp_confirmed_at=core_clock.now())
        row = service.ask_for_link(
            TokenPurpose.MAGIC, address="x@example.org", person=person, now=core_clock.now()
        )
        row.token_hash = hash_token("known")
        add(RecoveryCode(person_id=person.id, code_hash=hash_code("ABCDE-FGHJK", SECRET)))
        found = person.id, code_for(person)
        db.session.commit()
        return found


def takes(error: type[Exception], act: Callable[[], object]) -> bool:
    """Say whether an act went through."""
    try:
        act()
    except error:
        db.session.rollback()
        return False
    return True


def test_a_link_is_opened_by_one(racing: Flask) -> None:
    prepare(racing)

    def act(_barrier: threading.Barrier) -> bool:
        return takes(LinkSpent, lambda: service.use_magic_link("known", now=core_clock.now()))

    assert race(racing, act) == [False, True]


def test_the_control_without_the_lock_both_open_it(racing: Flask) -> None:
    prepare(racing)

    def act(barrier: threading.Barrier) -> bool:
        row = db.session.scalars(
            select(MailToken).where(MailToken.token_hash == hash_token("known"))
        ).one()
        is_free = row.used_at is None
        barrier.wait()
        row.used_at = core_clock.now()
        return is_free

    assert race(racing, act) == [True, True]


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_a_code_is_taken_once(racing: Flask, kind: str) -> None:
    number, shown = prepare(racing)
    typed = shown if kind == "app" else "ABCDE-FGHJK"

    def act(_barrier: threading.Barrier) -> bool:
        person = db.session.get_one(Person, number)
        return takes(
            WrongCode,
            lambda: service.check_second_factor(person, typed, key=SECRET, now=core_clock.now()),
        )

    assert race(racing, act) == [False, True]


def test_the_control_a_look_before_the_write_takes_it_twice(racing: Flask) -> None:
    number, _ = prepare(racing)

    def act(barrier: threading.Barrier) -> bool:
        last = db.session.scalar(select(Person.totp_last_step).where(Person.id == number))
        barrier.wait()
        db.session.execute(update(Person).where(Person.id == number).values(totp_last_step=1))
        return last is None

    assert race(racing, act) == [True, True]


def test_the_last_two_administrators_cannot_remove_each_other(racing: Flask) -> None:
    """The rows of all administrators are held: the second look sees what the first one did."""
    with racing.app_context():
        numbers = [make_person(is_site_admin=True).id for _ in range(2)]
        db.session.commit()
    left = list(numbers)
    picking = threading.Lock()

    def act(_barrier: threading.Barrier) -> bool:
        from app.accounts.service.erasure import LastAdministrator  # noqa: PLC0415

        with picking:
            me = left.pop()
        other = next(number for number in numbers if number != me)
        admin, victim = db.session.get_one(Person, me), db.session.get_one(Person, other)
        return takes(LastAdministrator, lambda: service.remove_site_admin(admin, victim))

    assert race(racing, act) == [False, True]
