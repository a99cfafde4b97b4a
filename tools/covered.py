"""Say which lines and branches no test ran, and fail below the house's measure.

usage: tools/covered.py FOLDER, with the parts that tests/measured.py wrote
"""

import ast
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import slipcover

ROOT = Path(__file__).resolve().parent.parent
OVERALL = 95.0
RULES = re.compile(r"app/\w+/(service|queries|processes|webhooks)(\.py|/)")
"""The rooms that hold the rules: all of them shall be run."""
RULES_LEAST = 99.5  # the way to 100: raise it whenever the list below has grown shorter
BEYOND = ("if TYPE_CHECKING:", "raise NotImplementedError", "@overload", "# pragma: no cover")
"""What no test can run, or need not."""


@dataclass(frozen=True)
class Coverage:
    """What ran of one file, and what did not."""

    path: str
    ran: int
    lines: list[int]
    branches: list[tuple[int, int]]

    @property
    def missing(self) -> int:
        """How many lines and branches did not run."""
        return len(self.lines) + len(self.branches)

    def __str__(self) -> str:
        """Say where to look."""
        ways = [f"{start}->{end or 'exit'}" for start, end in self.branches]
        places = ", ".join([*map(str, self.lines), *ways])
        return f"{_share([self]):5.1f} %  {self.path}: {places}"


def main(folder: Path) -> int:
    """Print the table and what is below the measure; return the exit code."""
    files = read(folder)
    if not files:
        print("No process of the tests came to its end, so what ran is not known.")
        return 1
    for one in files:
        if one.missing:
            print(one)
    overall, number = _share(files), sum(one.ran + one.missing for one in files)
    print(f"{overall:5.1f} %  of {number} lines and branches in {len(files)} files ran")
    rules = [one for one in files if RULES.match(one.path)]
    short = [f"{one.missing:3}  {one.path}" for one in rules if one.missing]
    share = _share(rules)
    if short:
        print("What no test runs in rooms with rules:", *short, sep="\n  ")
    print(f"{share:5.1f} %  of the rooms with rules ran")
    is_low = overall < OVERALL or share < RULES_LEAST
    if is_low:
        print(f"The measure is {OVERALL} % of all and {RULES_LEAST} % of the rooms with rules.")
    return 1 if is_low else 0


def _share(files: list[Coverage]) -> float:
    """Return how much of some files ran, in percent."""
    ran, missing = sum(one.ran for one in files), sum(one.missing for one in files)
    return 100 * ran / max(1, ran + missing)


def read(folder: Path) -> list[Coverage]:
    """Put the parts of all processes together."""
    parts = [json.loads(part.read_text()) for part in folder.glob("*.json")]
    first: dict[str, Any] = parts[0] if parts else {"files": {}}
    for one in parts[1:]:
        slipcover.merge_coverage(first, one)
    return [_of(path, first["files"][path]) for path in sorted(first["files"])]


def _of(path: str, found: dict[str, list[int] | list[list[int]]]) -> Coverage:
    beyond = _beyond((ROOT / path).read_text())
    lines = [one for one in found["missing_lines"] if one not in beyond]
    pairs = [(start, end) for start, end in found["missing_branches"]]  # type: ignore[misc]
    branches = [one for one in pairs if one[0] not in beyond and one[1] not in (*beyond, *lines)]
    ran = len(found["executed_lines"]) + len(found["executed_branches"])
    return Coverage(path, ran, lines, branches)  # type: ignore[arg-type]


def _beyond(source: str) -> set[int]:
    """Return the lines of statements that are left out."""
    lines = source.splitlines()
    left_out: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            head = lines[first - 1 : node.lineno]
            if _is_stub(node) or any(mark in line for line in head for mark in BEYOND):
                left_out.update(range(first, (node.end_lineno or first) + 1))
    return left_out


def _is_stub(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and getattr(node.value, "value", None) is Ellipsis


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
