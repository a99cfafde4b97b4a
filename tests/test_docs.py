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


def test_every_command_is_documented_and_no_other() -> None:
    documented = {
        re.match(r"(?:[a-z-]+ ?)+", word)[0].strip()  # type: ignore[index]  # each begins with kith
        for word in rows(OPERATING)
        if word.startswith("kith ")
    }
    assert documented == commands(main)


def test_every_command_says_what_it_does_in_one_line() -> None:
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        assert re.fullmatch(r"[A-Z].{10,90}\.", (command.help or "").split("\n")[0])


def test_every_dependency_is_explained_and_no_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    direct = {re.split(r"[\[=<>]", line)[0] for line in project["dependencies"]}
    table = (ROOT / "docs" / "dependencies.md").read_text().partition("|---|---|---|---|")[2]
    explained = {
        name.strip()
        for line in table.splitlines()
        if line.startswith("| ")
        for name in line.split("|")[1].split(",")
    }
    assert explained == direct
