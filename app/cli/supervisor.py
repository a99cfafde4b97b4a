"""Keeping a web and a worker process alive beside each other, and stopping both together.

The parts are forks: the application is loaded once, and its memory shared.
"""

import ctypes
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkProcess
from types import FrameType

import click

PATIENCE = 25.0  # a job may take twenty seconds to end well
HEALTHY_AFTER = 60.0  # seconds a part must live before its failures are forgotten
TOO_OFTEN = 5
LOOK_EVERY = 0.1
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1

_fork = multiprocessing.get_context("fork")


def run_apart(work: Callable[[], object]) -> int:
    """Do something in a child of its own, whose memory goes with it; return its exit code.

    The caller lets go of its connections first: none may be shared. What the child refuses, it
    says in a sentence.
    """
    parent = os.getpid()

    def be_the_child() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches it through the parent only
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        end_with(parent)
        try:
            work()
        except click.ClickException as refusal:
            refusal.show()
            sys.exit(refusal.exit_code)

    child = _fork.Process(target=be_the_child)
    try:
        with _held_back(signal.SIGINT):  # until the child ignores it
            child.start()
        child.join()
    finally:  # told to end, we do not wait for its work
        if child.pid is not None:
            child.terminate()
            child.join()
    return child.exitcode or 0


@contextmanager
def _held_back(number: signal.Signals) -> Iterator[None]:
    """Let a signal wait: what is forked meanwhile meets it when it has said how to take it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})


@dataclass
class Part:
    """One child: what it does, and how it has fared."""

    name: str
    work: Callable[[], object]
    process: ForkProcess | None = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0

    def start(self) -> None:
        """Start the child."""
        self.process = _fork.Process(target=self._run, args=(os.getpid(),), name=self.name)
        self.process.start()
        self.started = time.monotonic()

    def _run(self, parent: int) -> None:
        """Be the child, in a group of its own: Ctrl-C reaches it through the parent only."""
        os.setsid()
        for number in STOPPING:
            signal.signal(number, signal.SIG_DFL)
        end_with(parent)
        self.work()

    def end(self, number: signal.Signals) -> None:
        """Send a signal to the child and everything it started."""
        if self.process is not None and self.process.pid is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def ask_to_end(self) -> None:
        """Let the child end as it thinks best."""
        if self.process is not None:
            self.process.terminate()

    def has_ended(self) -> bool:
        """Whether the child is gone though nobody asked it to go."""
        return self.process is not None and not self.process.is_alive()


def end_with(parent: int) -> None:
    """Ask the kernel to end this process when its parent dies, even by kill -9."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we asked
        sys.exit(0)


@dataclass
class Supervisor:
    """Starts the parts, starts them again when they die, and ends them when told."""

    parts: Sequence[Part]
    look_after: Callable[[], object] = lambda: None  # called now and then: the embedded database
    say: Callable[[str], None] = print
    is_ready: Callable[[], bool] = lambda: True
    announce: Callable[[], None] = lambda: None
    pause: float = 0.5  # before a part is started again, doubled each time
    _is_stopping: bool = field(default=False, init=False)

    def run(self) -> int:
        """Keep the parts alive until SIGINT, SIGTERM or SIGHUP; return the exit code."""
        before = {number: signal.signal(number, self._stop) for number in STOPPING}
        try:
            for part in self.parts:
                part.start()
            return self._watch()
        finally:
            self._end_parts()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True

    def _watch(self) -> int:
        announced, next_look = False, 0.0
        while not self._is_stopping:
            if not announced and self.is_ready():
                self.announce()
                announced = True
            if time.monotonic() >= next_look:
                self.look_after()
                next_look = time.monotonic() + 1
            if any(self._has_failed(part) for part in self.parts):
                return 1
            time.sleep(LOOK_EVERY)
        return 0

    def _has_failed(self, part: Part) -> bool:
        """Start a part again that has died; return whether it dies too often to go on."""
        if part.process is None:
            if time.monotonic() >= part.due:
                part.start()
            return False
        if not part.has_ended():
            return False
        part.end(signal.SIGKILL)  # what it started must not hold the port
        lived = time.monotonic() - part.started
        part.failures = 1 if lived > HEALTHY_AFTER else part.failures + 1
        if part.failures >= TOO_OFTEN:
            self.say(f"The {part.name} process ended {TOO_OFTEN} times in a row. Kith stops.")
            return True
        self.say(f"The {part.name} process ended; starting it again.")
        part.process, part.due = None, time.monotonic() + self.pause * 2 ** (part.failures - 1)
        return False

    def _end_parts(self) -> None:
        """Ask every part to end, wait, and make it."""
        self.say("Stopping ...")
        for part in self.parts:
            part.ask_to_end()
        deadline = time.monotonic() + PATIENCE
        for part in self.parts:
            if part.process is not None:
                part.process.join(max(0.1, deadline - time.monotonic()))
                part.end(signal.SIGKILL)
                part.process.join()
