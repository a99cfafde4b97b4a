"""Jobs as features see them: put off in a transaction, known by name, run inline for tests."""

import ast
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core import effects, jobs
from app.core.database import db
from tests.conftest import FixedClock

pytestmark = pytest.mark.postgres15

APP = Path(__file__).resolve().parents[2] / "app"
ran: list[Any] = []


@jobs.task("test.note")
def note(word: str, number: int = 0) -> None:
    """Note that it ran; with a number, put off another."""
    ran.append((word, number))
    if number:
        jobs.defer("test.note", word=word, number=number - 1)
        db.session.commit()


@jobs.task("test.broken")
def broken() -> None:
    """Break after a change that is not kept."""
    effects.once("broken")
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def nothing_ran() -> None:
    ran.clear()


def rows() -> list[tuple[Any, ...]]:
    found = db.session.execute(
        text(
            "SELECT task_name, args, status::text, lock, queueing_lock, scheduled_at"
            " FROM procrastinate_jobs ORDER BY id"
        )
    )
    return [tuple(row) for row in found]


def test_a_job_is_put_off_with_all_it_needs(session: Session, clock: FixedClock) -> None:
    number = jobs.defer("test.note", at=clock.now, lock="l", queueing_lock="q", word="社", number=1)
    assert isinstance(number, int)
    assert rows() == [("test.note", {"word": "社", "number": 1}, "todo", "l", "q", clock.now)]


def test_a_job_that_waits_already_is_not_added_and_the_transaction_goes_on(
    session: Session,
) -> None:
    jobs.defer("test.note", queueing_lock="q", word="first")
    assert jobs.defer("test.note", queueing_lock="q", word="second") is None
    jobs.defer("test.note", word="third")
    assert [row[1]["word"] for row in rows()] == ["first", "third"]


def test_an_error_without_a_queueing_lock_is_not_hidden(session: Session) -> None:
    db.session.execute(text("ALTER TABLE procrastinate_jobs ADD CHECK (priority > 0)"))
    with pytest.raises(IntegrityError):
        jobs.defer("test.note", word="x")


def test_an_unknown_job_is_refused_when_it_is_put_off(session: Session) -> None:
    with pytest.raises(jobs.UnknownJob, match=r"nobody registered the job test\.nobody"):
        jobs.defer("test.nobody")


@pytest.mark.parametrize("args", [{}, {"word": "x", "other": 1}])
def test_arguments_a_job_does_not_take_are_refused(session: Session, args: dict[str, Any]) -> None:
    with pytest.raises(jobs.UnknownJob, match=r"test\.note does not take these arguments"):
        jobs.defer("test.note", **args)


def test_before_the_list_is_closed_any_job_may_be_put_off(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, jobs.SEALED, False)
    assert jobs.defer("test.nobody") is not None


def test_a_name_has_one_handler() -> None:
    assert jobs.task("test.note")(note) is note
    with pytest.raises(ValueError, match=r"two handlers for the job test\.note"):
        jobs.task("test.note")(broken)


def test_due_jobs_run_inline_in_order_with_those_they_put_off(
    app: Flask, session: Session, clock: FixedClock
) -> None:
    jobs.defer("test.note", word="a", number=2)
    jobs.defer("test.note", word="b")
    later = clock.now.replace(hour=13)
    jobs.defer("test.note", at=later, word="later")
    assert jobs.run_pending(app) == ["test.note"] * 4
    assert ran == [("a", 2), ("b", 0), ("a", 1), ("a", 0)]
    clock.set(later)
    assert jobs.run_pending(app, limit=1) == ["test.note"]
    assert {row[2] for row in rows()} == {"succeeded"}


def test_an_error_of_a_job_is_raised_and_its_changes_are_gone(app: Flask, session: Session) -> None:
    jobs.defer("test.broken")
    with pytest.raises(ZeroDivisionError):
        jobs.run_pending(app)
    assert [row[2] for row in rows()] == ["failed"]
    assert effects.once("broken")


def test_jobs_run_without_a_context_of_the_caller(app: Flask) -> None:
    assert jobs.run_pending(app) == []


def test_an_effect_is_had_once(session: Session) -> None:
    assert [effects.once("k"), effects.once("k"), effects.once("other")] == [True, False, True]


def calls_of_defer() -> Iterator[tuple[str, ast.Call, str | None]]:
    """Yield where the product puts off a job, the call, and the job's literal or constant name."""
    for path in sorted(APP.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            if getattr(node.func, "attr", getattr(node.func, "id", "")) == "defer":
                yield str(path), node, name_of(node.args[0], constants)


def name_of(first: ast.expr, constants: dict[str, Any]) -> str | None:
    if isinstance(first, ast.Constant):
        return str(first.value)
    return constants.get(first.id) if isinstance(first, ast.Name) else None


def test_every_job_the_product_puts_off_is_registered_and_takes_its_arguments(app: Flask) -> None:
    ours = {"at", "lock", "queueing_lock"}
    seen = set()
    for place, call, name in calls_of_defer():
        assert name in jobs.registered(), (place, call.lineno)
        names = {one.arg for one in call.keywords}
        if None not in names:
            given = dict.fromkeys((str(one) for one in names - ours), 0)
            inspect.signature(jobs.registered()[str(name)].handler).bind(**given)
        seen.add(name)
    assert "core.send_mail" in seen


def test_arguments_are_json(session: Session) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        jobs.defer("test.note", word=json)
