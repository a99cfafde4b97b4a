"""Every column that holds or points at a person says how it is exported and erased."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.types import JSON, Enum

from app.core.database import Base
from app.core.privacy import BLANK, DELETE, KEEP, Erasure, Personal, impersonal, personal

PEOPLE = {"person", "contact", "membership"}
MISSING = object()


def holds_words(column: Column[Any]) -> bool:
    """Say whether a column could hold anything about anybody."""
    if isinstance(column.type, Enum):
        return False
    return isinstance(column.type, String | Text | JSON | JSONB | LargeBinary | TSVECTOR)


def points_at_people(column: Column[Any]) -> bool:
    """Say whether a column refers to a person or to what belongs to one."""
    return any(
        key.column.table.name in PEOPLE and key.column.name == "id" for key in column.foreign_keys
    )


def undeclared(metadata: MetaData) -> Iterator[str]:
    """Name every column that should be declared and is not, or is declared falsely."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            rule = column.info.get("privacy", MISSING)
            if rule is MISSING and (holds_words(column) or points_at_people(column)):
                yield f"{table.name}.{column.name} says nothing of persons"
            if rule is None and points_at_people(column):
                yield f"{table.name}.{column.name} points at a person and calls itself impersonal"


def unworkable(metadata: MetaData) -> Iterator[str]:
    """Name every declaration that the erasure could not carry out."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            rule = column.info.get("privacy")
            if isinstance(rule, Personal):
                yield from faults(table, column, rule)


def faults(table: Table, column: Column[Any], rule: Personal) -> Iterator[str]:
    """Name what is wrong with one declaration."""
    name = f"{table.name}.{column.name}"
    is_pointer = points_at_people(column)
    if rule.erase is BLANK and rule.blank is None and not column.nullable:
        length = getattr(column.type, "length", None)
        if not isinstance(column.type, String) or (length or 1000) < 43:
            yield f"{name} cannot be emptied: it may not be null"
    if rule.erase is DELETE and not is_pointer and not _row_goes(table):
        yield f"{name} goes with its row, but no pointer of {table.name} deletes rows"
    if rule.erase is BLANK and is_pointer:
        yield f"{name} is a pointer: it is cut (TOMBSTONE) or deletes its row"


def _row_goes(table: Table) -> bool:
    rules = (column.info.get("privacy") for column in table.columns if column.foreign_keys)
    return any(isinstance(rule, Personal) and rule.erase is Erasure.DELETE for rule in rules)


@pytest.fixture
def product(app: object) -> MetaData:
    """The metadata of the whole product, with every feature imported."""
    return Base.metadata


def test_every_column_about_people_is_declared(product: MetaData) -> None:
    assert list(undeclared(product)) == []
    assert len(product.tables) > 40


def test_every_declaration_can_be_carried_out(product: MetaData) -> None:
    assert list(unworkable(product)) == []


def test_the_walk_finds_what_is_missing() -> None:
    """The control: a table of every fault, each of which is named."""
    metadata = MetaData()
    Table("person", metadata, Column("id", Integer, primary_key=True))
    Table(
        "diary",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("person_id", ForeignKey("person.id")),
        Column("friend_id", ForeignKey("person.id"), info=impersonal),
        Column("words", Text),
        Column("facts", JSONB),
        Column("scan", LargeBinary),
        Column("search", TSVECTOR),
        Column("kept", Text, info=impersonal),
        Column("written_at", DateTime),
    )
    assert list(undeclared(metadata)) == [
        "diary.person_id says nothing of persons",
        "diary.friend_id points at a person and calls itself impersonal",
        "diary.words says nothing of persons",
        "diary.facts says nothing of persons",
        "diary.scan says nothing of persons",
        "diary.search says nothing of persons",
    ]


def test_the_walk_finds_what_cannot_be_carried_out() -> None:
    metadata = MetaData()
    Table("person", metadata, Column("id", Integer, primary_key=True))
    Table(
        "diary",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("person_id", ForeignKey("person.id"), info=personal("person", erase=BLANK)),
        Column("count", Integer, nullable=False, info=personal("count", erase=BLANK)),
        Column("short", String(8), nullable=False, info=personal("short", erase=BLANK)),
        Column("words", Text, info=personal("words", erase=DELETE)),
    )
    assert list(unworkable(metadata)) == [
        "diary.person_id is a pointer: it is cut (TOMBSTONE) or deletes its row",
        "diary.count cannot be emptied: it may not be null",
        "diary.short cannot be emptied: it may not be null",
        "diary.words goes with its row, but no pointer of diary deletes rows",
    ]


def test_a_column_kept_or_left_out_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="needs its reason"):
        personal("words", erase=KEEP)
    with pytest.raises(ValueError, match="needs its reason"):
        personal(None, erase=DELETE)
    rule = personal(None, erase=DELETE, reason="a secret")["privacy"]
    assert rule == Personal(None, DELETE, None, "a secret")
