"""Keeping a web and a worker process alive beside each other, and stopping both together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

PATIENCE = 25.0  # a job may take twenty seconds to end well
HEALTHY_AFTER = 60.0  # seconds a part must live before its failures are forgotten
TOO_OFTEN = 5
LOOK_EVERY = 0.2
PARENT = "KITH_SUPERVISOR"
PR_SET_PDEATHSIG = 1


def stop_with_parent() -> None:
    """Ask the kernel to stop this process when its supervisor dies, even by kill -9."""
    parent = os.environ.get(PARENT)
    if parent is None or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):  # it died before we asked
        sys.exit(0)


@dataclass
class Part:
    """One child: how it is started, and how it has fared."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0

    def start(self, environment: Mapping[str, str]) -> None:
        """Start the child in a group of its own, so that Ctrl-C reaches it through us only."""
        self.process = subprocess.Popen(self.command, env=environment, start_new_session=True)
        self.started = time.monotonic()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the child and everything it started."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def has_ended(self) -> bool:
        """Whether the child is gone though nobody asked it to go."""
        return self.process is not None and self.process.poll() is not None


@dataclass
class Supervisor:
    """Starts the parts, starts them again when they die, and ends them when told."""

    parts: Sequence[Part]
    look_after: Callable[[], object] = lambda: None  # called now and then: the embedded database
    say: Callable[[str], None] = print
    is_ready: Callable[[], bool] = lambda: True
    announce: Callable[[], None] = lambda: None
    _is_stopping: bool = field(default=False, init=False)

    def run(self) -> int:
        """Keep the parts alive until SIGINT, SIGTERM or SIGHUP; return the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            for part in self.parts:
                part.start(self._environment)
            return self._watch()
        finally:
            self._end_parts()

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, PARENT: str(os.getpid())}

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
                part.start(self._environment)
            return False
        if not part.has_ended():
            return False
        part.signal(signal.SIGKILL)  # what it started must not hold the port
        lived = time.monotonic() - part.started
        part.failures = 1 if lived > HEALTHY_AFTER else part.failures + 1
        if part.failures >= TOO_OFTEN:
            self.say(f"The {part.name} process ended {TOO_OFTEN} times in a row. Kith stops.")
            return True
        self.say(f"The {part.name} process ended; starting it again.")
        part.process, part.due = None, time.monotonic() + 0.5 * 2 ** (part.failures - 1)
        return False

    def _end_parts(self) -> None:
        """Ask every part to end, wait, and make it."""
        for part in self.parts:
            if part.process is not None:
                with suppress(ProcessLookupError):
                    part.process.terminate()
        deadline = time.monotonic() + PATIENCE
        for part in self.parts:
            if part.process is not None:
                with suppress(subprocess.TimeoutExpired):
                    part.process.wait(max(0.1, deadline - time.monotonic()))
                part.signal(signal.SIGKILL)
                part.process.wait()
