"""The shape of the house: sizes, names and places that no other tool looks at."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST = {".py": 400, ".html": 120, ".txt.jinja": 120, ".css": 250, ".js": 120}
LONGEST_TEST_FILE = 800  # a test file mirrors its room, and says more about it than the room does
LONGEST_FUNCTION = 40
LONGEST_TEST = 60  # a journey is told in one go

LONGER = {
    "app/communities/views/founding.py::_steps": "a table of six steps in words",
    "app/communities/views/permissions.py::_everything": "a table of every permission in words",
    "tests/trust/world.py::_texts": "one row of every table that carries words",
}
"""Files and functions that read better long, each with the reason: "path" or "path::function"."""

FOREIGN = ("static/vendor/", "tests/vendor/", "migrations/versions/", "app/translations/")
"""Not written by us, or written by a tool and frozen."""

REGISTRIES = re.compile(
    r"(pypi\.org|pythonhosted\.org|npmjs\.(org|com)|registry\.yarnpkg|--(extra-)?index-url|--find-links)"
)
PROMISES = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def committed(*endings: str) -> list[Path]:
    """Return the files of the repository, new ones not yet committed included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\0")
    return [ROOT / name for name in listed if name.endswith(endings) and (ROOT / name).is_file()]


def ours(*endings: str) -> Iterator[tuple[str, Path]]:
    """Yield the name and path of each file written by hand."""
    for path in committed(*endings):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(FOREIGN):
            yield name, path


@cache
def tree(path: Path) -> ast.Module:
    """Return a file's syntax."""
    return ast.parse(path.read_text())


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the name and length of each function of a file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def is_test(name: str) -> bool:
    """Whether a file belongs to the tests."""
    return name.startswith("tests/")


def limit(name: str, ending: str) -> int:
    """Return how many lines a file may have."""
    return LONGEST_TEST_FILE if ending == ".py" and is_test(name) else LONGEST[ending]


@pytest.mark.parametrize("ending", LONGEST)
def test_files_stay_short(ending: str) -> None:
    too_long = {
        name: length
        for name, path in ours(ending)
        if (length := len(path.read_text().splitlines())) > limit(name, ending)
        and name not in LONGER
    }
    assert too_long == {}


def test_functions_stay_short() -> None:
    too_long = {
        f"{name}::{function}": length
        for name, path in ours(".py")
        for function, length in functions(path)
        if length > (LONGEST_TEST if is_test(name) else LONGEST_FUNCTION)
        and f"{name}::{function}" not in LONGER
    }
    assert too_long == {}


def test_the_list_of_longer_ones_holds_nothing_past() -> None:
    present = {
        *(name for name, _ in ours(*LONGEST)),
        *(f"{name}::{function}" for name, path in ours(".py") for function, _ in functions(path)),
    }
    assert set(LONGER) - present == set()


def test_every_module_says_what_it_is_about() -> None:
    silent = [
        name for name, path in ours(".py") if not (ast.get_docstring(tree(path)) or "").strip()
    ]
    assert silent == []


def test_nothing_is_called_utils() -> None:
    vague = re.compile(r"(^|/)(utils?|helpers?|misc|common|stuff)(\.|/)")
    assert [name for name, _ in ours("") if vague.search(name)] == []


DOORWAYS = {"cli", "web"}
"""The floors whose `__init__` says what they offer."""


def test_a_feature_package_holds_one_docstring() -> None:
    folders = {path.name for path in (ROOT / "app").iterdir() if (path / "__init__.py").is_file()}
    features = sorted(folders - DOORWAYS)
    assert {"accounts", "conversations", "home"} <= set(features)
    speaking = [
        feature
        for feature in features
        if len(tree(ROOT / "app" / feature / "__init__.py").body) != 1
    ]
    assert speaking == []


def test_no_registry_is_named() -> None:
    here = Path(__file__)
    text = {
        name: path.read_text(errors="replace")
        for name, path in ours("")
        if path != here and path.suffix not in {".png", ".jpg", ".webp", ".woff2", ".ttf", ".mo"}
    }
    assert [name for name, words in text.items() if REGISTRIES.search(words)] == []


def test_no_promises_are_left() -> None:
    here = Path(__file__)
    left = [
        f"{name}:{number}"
        for name, path in ours(".py", ".html", ".css", ".js")
        if path != here
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if PROMISES.search(line)
    ]
    assert left == []


INLINE = re.compile(
    r"<style\b|\sstyle=|<script(?![^>]*(\bsrc=|ld\+json))|\son[a-z]+=\"|javascript:"
)


def test_style_and_behaviour_stand_in_their_own_files() -> None:
    pages = {
        name: path.read_text() for name, path in ours(".html") if "/templates/mail" not in name
    }
    assert [name for name, words in pages.items() if INLINE.search(words)] == []


def test_requirements_are_pinned_with_hashes_and_without_addresses() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-boot.txt"):
        text = (ROOT / name).read_text()
        pins = re.findall(
            r"^[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==\S+", text, re.MULTILINE | re.IGNORECASE
        )
        blocks = re.split(r"\n(?=\S)", text.strip())
        assert len(pins) == len(blocks)
        assert all("--hash=sha256:" in block for block in blocks)
        assert "://" not in text
