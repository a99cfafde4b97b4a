"""The documents say what the code does: every setting, every command, every dependency."""

import re
import tomllib
from pathlib import Path

import click

from app.cli import main
from config import Settings

ROOT = Path(__file__).resolve().parent.parent
OPERATING = (ROOT / "docs" / "operating.md").read_text()


def rows(text: str, column: int = 0) -> set[str]:
    """Return the code words in one column of a document's tables."""
    cells = [line.split("|")[column + 1] for line in text.splitlines() if line.startswith("| `")]
    return {word for cell in cells for word in re.findall(r"`([^`]+)`", cell)}


def code_of(text: str) -> list[str]:
    """Return what a document shows as code."""
    found = re.findall(r"`([^`]+)`|^    (.+)$", text, re.MULTILINE)
    return [inline or block for inline, block in found]


def commands(group: click.Group, before: str = "kith") -> set[str]:
    """Return every command with its groups' names before it."""
    found = set()
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            found |= commands(command, f"{before} {name}")
        elif command is not None and not command.hidden:
            found.add(f"{before} {name}")
    return found


def test_every_setting_is_documented_and_no_other() -> None:
    documented = {word for word in rows(OPERATING) if word.isupper()}
    assert documented == {str(field.validation_alias) for field in Settings.model_fields.values()}


def test_every_command_is_documented() -> None:
    silent = {command for command in commands(main) if command not in OPERATING}
    assert silent == set()


def test_no_command_is_documented_that_is_not_there() -> None:
    known = {word for command in commands(main) for word in command.split()[1:2]}
    named = [re.match(r"kith ([a-z][a-z-]+)", code.strip()) for code in code_of(OPERATING)]
    assert {found[1] for found in named if found} - known == set()


def test_every_command_says_what_it_does_in_one_line() -> None:
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        assert re.fullmatch(r"[A-Z].{10,90}\.", (command.help or "").split("\n")[0])


def packages(heading: str) -> set[str]:
    """Return the packages in the table below a heading of the document."""
    text = (ROOT / "docs" / "dependencies.md").read_text()
    table = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")]
    return set(lines) - {"package"}


def test_every_dependency_is_explained_and_no_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = {
        "At run time": project["project"]["dependencies"],
        "To build": project["dependency-groups"]["build"],
        "To test and check": project["dependency-groups"]["dev"],
    }
    for heading, lines in asked.items():
        assert packages(heading) == {re.split(r"[\[=<>]", line)[0] for line in lines}
