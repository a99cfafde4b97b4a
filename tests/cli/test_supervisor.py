"""The supervisor gives up on a part that dies at once, and forgives one that lived."""

import os
import signal
import sys
import time
from collections.abc import Callable

import click
import pytest

from app.cli.supervisor import TOO_OFTEN, Part, Supervisor, run_apart


def lines() -> tuple[list[str], Supervisor]:
    """Return what is said, and a supervisor of one part that ends at once."""
    said: list[str] = []
    part = Part("web", lambda: os._exit(3))
    return said, Supervisor([part], say=said.append, pause=0.01)


def test_a_part_that_dies_at_once_ends_everything() -> None:
    said, supervisor = lines()
    assert supervisor.run() == 1
    assert said == [
        *["The web process ended; starting it again."] * (TOO_OFTEN - 1),
        f"The web process ended {TOO_OFTEN} times in a row. Kith stops.",
        "Stopping ...",
    ]


def test_what_it_announces_is_said_once() -> None:
    announced: list[float] = []
    _, supervisor = lines()
    supervisor.announce = lambda: announced.append(time.monotonic())
    supervisor.run()
    assert len(announced) == 1


def test_the_other_part_is_ended_too() -> None:
    sleeper = Part("worker", lambda: time.sleep(60))
    _, supervisor = lines()
    supervisor.parts = [*supervisor.parts, sleeper]
    assert supervisor.run() == 1
    assert sleeper.process is not None
    assert sleeper.process.exitcode == -15


def test_work_done_apart_leaves_nothing_behind_but_how_it_ended() -> None:
    seen: list[int] = []
    assert run_apart(lambda: seen.append(os.getpid())) == 0
    assert run_apart(lambda: os._exit(3)) == 3
    assert seen == []


def test_what_is_refused_apart_is_a_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    def refuse() -> None:
        raise click.ClickException("The local Stripe does not start.")

    assert run_apart(refuse) == 1
    assert capfd.readouterr().err == "Error: The local Stripe does not start.\n"


def test_ctrl_c_reaches_what_is_done_apart_through_its_parent_only(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run_apart(lambda: os.kill(os.getpid(), signal.SIGINT)) == 0
    assert capfd.readouterr().err == ""


def test_ctrl_c_at_its_very_birth_reaches_it_no_more_than_later(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def interrupt() -> None:
        sys.unraisablehook = sys.__unraisablehook__  # which says on stderr what went wrong
        os.kill(os.getpid(), signal.SIGINT)

    newborn: list[Callable[[], None]] = [interrupt]
    os.register_at_fork(after_in_child=lambda: [one() for one in newborn])
    try:
        assert run_apart(lambda: None) == 0
    finally:
        newborn.clear()  # a hook of the fork cannot be taken back
    assert capfd.readouterr().err == ""
