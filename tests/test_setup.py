"""make setup: what a bare machine lacks is said in a sentence with its mend."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = ("pyproject.toml", "requirements.txt", "requirements-dev.txt", "requirements-boot.txt")

SetUp = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A folder with what set-up reads, open to everybody's eyes (pytest's own are not)."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "kith"
        (folder / "tools").mkdir(parents=True)
        shutil.copy(ROOT / "tools" / "setup.sh", folder / "tools")
        for name in FILES:
            shutil.copy(ROOT / name, folder)
        Path(place).chmod(0o755)
        yield folder


@pytest.fixture
def set_up(checkout: Path) -> SetUp:
    """A function that sets up with another Python and returns what it said."""

    def run(python: str, *before: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*before, "sh", str(checkout / "tools" / "setup.sh")],
            env={**os.environ, "PYTHON": python},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def pretender(folder: Path, body: str) -> str:
    """Write a program that pretends to be a Python."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_no_python(set_up: SetUp) -> None:
    said = set_up("python-that-is-not-here")
    assert said.returncode == 1
    assert "there is no python-that-is-not-here here. Install Python 3.11" in said.stderr


def test_an_old_python(set_up: SetUp, tmp_path: Path) -> None:
    old = 'case "$1" in --version) echo Python 3.9.2 ;; *) exit 1 ;; esac'
    said = set_up(pretender(tmp_path, old))
    assert said.returncode == 1
    assert "Python 3.9.2 is too old" in said.stderr


def test_a_python_without_venv(set_up: SetUp, tmp_path: Path) -> None:
    bare = f'case "$2" in *ensurepip*) exit 1 ;; *) exec {sys.executable} "$@" ;; esac'
    said = set_up(pretender(tmp_path, bare))
    assert said.returncode == 1
    assert "venv module is missing. Install it (Debian: apt install python3-venv)" in said.stderr


def test_a_folder_that_may_not_be_written(set_up: SetUp, checkout: Path) -> None:
    python = pretender(checkout, "exit 0")
    checkout.chmod(0o555)
    # nothing is forbidden to root: it asks as somebody else
    somebody = ("setpriv", "--reuid=65534", "--clear-groups") if os.geteuid() == 0 else ()
    said = set_up(python, *somebody)
    checkout.chmod(0o755)
    assert said.returncode == 1
    assert f"this folder ({checkout}) may not be written" in said.stderr


def test_a_network_that_is_not_there(set_up: SetUp, checkout: Path) -> None:
    said = subprocess.run(
        ["sh", str(checkout / "tools" / "setup.sh")],
        env={
            "PATH": os.environ["PATH"],
            "PYTHON": sys.executable,
            "PIP_NO_INDEX": "1",
            "PIP_CONFIG_FILE": os.devnull,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert "most often the network or a proxy is missing" in said.stderr


def test_without_postgresql_15_its_part_fails_and_says_what_to_install() -> None:
    said = subprocess.run(
        ["sh", str(ROOT / "tools" / "postgres15.sh")],
        env={**os.environ, "POSTGRES15": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert "apt install postgresql-15" in said.stdout


def test_what_tests_need_and_may_not_be_installed_is_named(tmp_path: Path) -> None:
    tools, programs = tmp_path / "tools", tmp_path / "bin"
    for folder in (tools, programs, tmp_path / ".venv" / "bin"):
        folder.mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "test.sh", tools)
    for name in ("sh", "dirname", "id"):  # neither Chromium nor apt
        (programs / name).symlink_to(str(shutil.which(name)))
    pytest_here = tmp_path / ".venv" / "bin" / "pytest"
    pytest_here.write_text("#!/bin/sh\necho tests run\n")
    pytest_here.chmod(0o755)
    said = subprocess.run(
        ["sh", str(tools / "test.sh"), "tests/web"],
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Chromium is not here and may not be installed by" in said.stdout
    assert "Install it with: apt install chromium-headless-shell fonts-dejavu-core" in said.stdout
    assert said.stdout.endswith("tests run\n")
