"""Real processes for races and sudden deaths: forks of a test, each on connections of its own.

A fork is there in milliseconds, where a new interpreter imports the house for seconds.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass

from flask import Flask, has_app_context

from app.core.database import db
from bench.processes import loaded_libraries

FOR_JOBS = ("sklearn", "scipy")  # as large as Kith itself
LONGEST = 120  # seconds after which a child is ended by its own alarm; nothing is measured


@dataclass(frozen=True)
class Word:
    """What lets children go on together: each says that it is ready, then waits for the word."""

    ready: int
    given: int

    def wait(self) -> None:
        """Wait until everybody has come this far."""
        os.write(self.ready, b".")
        os.read(self.given, 1)


Task = Callable[[Word], object]


def at_once(app: Flask, *tasks: Task) -> list[str]:
    """Run each task in a process of its own; return what each said, in their order.

    A task calls `word.wait()` once, where all shall meet. One that raised says its error's name.
    """
    here_ready, there_ready = os.pipe()
    there_given, here_given = os.pipe()
    word = Word(there_ready, there_given)
    _let_go(app)
    children = [_fork(app, task, word) for task in tasks]
    os.close(there_ready)
    os.close(there_given)
    missing = len(tasks)
    while missing and (said := os.read(here_ready, missing)):
        missing -= len(said)
    os.write(here_given, b"!" * len(tasks))
    os.close(here_given)
    os.close(here_ready)
    return [_ending(*child) for child in children]


def killed(app: Flask, task: Callable[[], object]) -> bool:
    """Run a task in a process of its own; say whether it was killed, as `die` does it."""
    _let_go(app)
    pid, said = _fork(app, lambda _word: task(), None)
    os.close(said)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL


def die(*_whatever: object) -> None:
    """End this process as kill -9 does: nothing is finished, nothing is closed."""
    os.kill(os.getpid(), signal.SIGKILL)


def _let_go(app: Flask) -> None:
    """Give every connection back: a child that inherited one would speak on it."""
    with nullcontext() if has_app_context() else app.app_context():
        db.session.close()
        db.engine.dispose()


def _fork(app: Flask, task: Task, word: Word | None) -> tuple[int, int]:
    """Start a child; return its number and where its answer is to be read."""
    here, there = os.pipe()
    pid = os.fork()
    if pid:
        os.close(there)
        return pid, here
    try:
        signal.alarm(LONGEST)
        app.extensions.pop("kith.stripe", None)
        with app.app_context():
            answer = str(task(word or Word(there, there)))
            db.session.close()
    except BaseException as error:  # noqa: BLE001 - whatever it is, the test hears of it
        traceback.print_exc(file=sys.__stderr__)
        answer = type(error).__name__
        if word is not None:
            with suppress(BrokenPipeError):  # everybody has gone on already
                os.write(word.ready, b".")
    os.write(there, answer.encode())
    os._exit(0)


def _ending(pid: int, said: int) -> str:
    """Return what a child said; it has ended then."""
    parts: list[bytes] = []
    while part := os.read(said, 4096):
        parts.append(part)
    os.close(said)
    os.waitpid(pid, 0)
    return b"".join(parts).decode()


def outcomes(answers: Sequence[str]) -> dict[str, int]:
    """Count what was said."""
    return {one: list(answers).count(one) for one in sorted(set(answers))}


def loaded_for_jobs(pid: int) -> list[str]:
    """Return what a process has loaded that only job processes may."""
    mapped = loaded_libraries(pid)
    return [name for name in FOR_JOBS if f"/{name}/" in mapped]
