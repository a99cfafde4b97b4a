"""The papers keep up with the code: dependencies, settings, commands, words, links."""

import re
import tomllib
from pathlib import Path

import click
import pytest
from flask import Flask

from app.cli import main
from config import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
WORDS = (
    "Person", "Contact", "Member", "Membership", "Community", "Organizer", "Plan", "Subscription",
    "Grant", "Order", "Payment", "Refund", "Hold", "Ticket type", "Ticket", "Event", "Attendance",
    "Activity", "Channel", "Identity", "Sleeping", "Suggestion", "Introduction", "Gravity", "Love",
    "Reach",
)  # fmt: skip


def read(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def packages(heading: str) -> list[str]:
    """Return the packages in the table below a heading of the document, in their order."""
    table = read("dependencies.md").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")]
    return lines[1:]  # the first line holds the columns' names


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("At run time", "project.dependencies"),
        ("To build", "dependency-groups.build"),
        ("To test and check", "dependency-groups.dev"),
    ],
)
def test_every_direct_dependency_is_explained_and_no_other(heading: str, path: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    table, key = path.split(".")
    declared = [re.split(r"[\[<>=~! ]", one)[0] for one in project[table][key]]
    assert sorted(packages(heading)) == sorted(declared)


def test_every_setting_is_documented() -> None:
    variables = {str(field.validation_alias) for field in Settings.model_fields.values()}
    table = re.findall(r"^\| `([A-Z_]+)` \|", read("operating.md"), re.MULTILINE)
    assert sorted(table) == sorted(variables)


def commands(group: click.Group, before: str = "kith") -> dict[str, str]:
    """Return every command with its groups' names before it, and what its help says."""
    found: dict[str, str] = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            found |= commands(command, f"{before} {name}")
        elif command is not None and not command.hidden:
            found[f"{before} {name}"] = command.help or ""
    return found


def test_every_command_is_documented_and_no_other() -> None:
    known = commands(main)
    operating = read("operating.md")
    assert {command for command in known if command not in operating} == set()
    papers = "\n".join(path.read_text(encoding="utf-8") for path in [*DOCS, ROOT / "README.md"])
    named = re.findall(r"(?:`|^    )(?:\.venv/bin/)?kith ([a-z][a-z-]+)", papers, re.MULTILINE)
    assert len(named) > len(known)
    assert set(named) <= {command.split()[1] for command in known}


def test_every_command_says_what_it_does_in_one_line() -> None:
    for said in commands(main).values():
        assert re.fullmatch(r"[A-Z].{10,90}\.", said.split("\n")[0])


def test_every_word_of_the_field_has_its_meaning() -> None:
    headings = re.findall(r"^## (.+)$", read("concepts.md"), re.MULTILINE)
    explained = {word.strip().lower() for heading in headings for word in heading.split(",")}
    assert {word for word in WORDS if word.lower() not in explained} == set()


def test_each_meaning_fits_on_half_a_page() -> None:
    parts = re.split(r"^## ", read("concepts.md"), flags=re.MULTILINE)[1:]
    assert {part.split("\n")[0] for part in parts if len(part.split()) > 250} == set()


def test_the_weights_are_those_of_the_ledger(app: Flask, session: object) -> None:
    from sqlalchemy import select  # noqa: PLC0415

    from app.activity.models import ActivityWeight  # noqa: PLC0415
    from app.core.database import db  # noqa: PLC0415

    table = re.findall(r"\| `([a-z._]+)` \| (\d+) \|", read("metrics.md"))
    rows = db.session.execute(
        select(ActivityWeight.type, ActivityWeight.weight).where(
            ActivityWeight.community_id.is_(None)
        )
    )
    assert {kind: int(weight) for kind, weight in table} == dict(rows.all())


@pytest.mark.parametrize("path", [*DOCS, ROOT / "README.md"], ids=lambda path: path.name)
def test_links_between_papers_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert {target for target in targets if not (path.parent / target).exists()} == set()


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_named_files_exist(path: Path) -> None:
    named = re.findall(r"`((?:app|tests|docs|bench|tools)/[\w/.-]+)`", path.read_text("utf-8"))
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_money_names_tests_that_are_there_and_leaves_no_numbered_one_out() -> None:
    named = set(re.findall(r"`(test_\w+)`", read("money.md")))
    known = {
        name: path
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert named - known.keys() == set()
    of_money = {"billing", "events"}
    numbered = {name for name in known if re.match(r"test_\d\d_", name)}
    assert {name for name in numbered - named if known[name].parent.name in of_money} == set()


def test_the_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
