"""Processes as /proc shows them: who is whose child, CPU time, memory."""

import time
from pathlib import Path


def children(pid: int) -> list[int]:
    """Return the processes a process has started and that still live."""
    return [other for other, parent in _parents().items() if parent == pid]


def web_worker(pid: int) -> int:
    """Return the one gunicorn worker below a Kith or a gunicorn: the youngest of its line."""
    with_children = [child for child in children(pid) if children(child)]
    if with_children:
        return web_worker(with_children[0])
    workers = children(pid)
    if not workers:
        raise LookupError(f"no worker below process {pid}")
    return workers[0]


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process since its start, in seconds.

    Read from the clock the kernel keeps for each process, to the nanosecond (`clock_getcpuclockid`,
    for whose number Python has no function): /proc/<pid>/stat counts in steps of 10 ms, two pages.
    """
    return time.clock_gettime((~pid << 3) | 2)


def pss_mb(pid: int) -> float:
    """Return the memory of a process with shared pages divided by their users, in MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"no Pss of process {pid}")


def loaded_libraries(pid: int) -> str:
    """Return what a process has mapped into its memory."""
    return Path(f"/proc/{pid}/maps").read_text(errors="replace")


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat after the name, which may hold spaces."""
    text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    return text.rpartition(")")[2].split()


def _parents() -> dict[int, int]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = int(_stat(int(entry.name))[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found
