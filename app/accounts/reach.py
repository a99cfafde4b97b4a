"""What is about a person: read from the declarations on every column, for export and erasure.

A *pointer* is a declared column that refers to a person or to a row that belongs to one (their
contact, membership, identity). A row **belongs** to whom its owner pointers name: `person_id`,
`contact_id`, `identity_id` or `membership_id`, and in a table with none of these the first
declared pointer. Other pointers (`decided_by_id`) only say that someone had a hand in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, String, Table, or_, select, union_all

from app.core.database import Base, db
from app.core.models import StoredFile
from app.core.privacy import Erasure, Personal

ROOT = "person"
OWNERS = frozenset({"person_id", "contact_id", "identity_id", "membership_id"})

Ids = Mapping[str, list[int]]
"""Table name -> the ids of its rows that belong to a person."""


@dataclass(frozen=True)
class Pointer:
    """A declared column that refers to a person or to what belongs to one."""

    column: Column[Any]
    target: str
    rule: Personal
    is_owner: bool

    def points_into(self, ids: Ids) -> ColumnElement[bool]:
        """Return the condition that the column refers to one of these rows."""
        return self.column.in_(ids.get(self.target, []))


def tables() -> Iterator[Table]:
    """Yield every table, those that are referred to before those that refer to them."""
    yield from Base.metadata.sorted_tables


def declared(column: Column[Any]) -> Personal | None:
    """Return a column's declaration, or None where it says nothing about a person."""
    rule = column.info.get("privacy")
    return rule if isinstance(rule, Personal) else None


def pointers(table: Table) -> list[Pointer]:
    """Return a table's pointers in the order of its columns."""
    found = [
        (column, target, rule)
        for column in table.columns
        if (rule := declared(column)) and (target := target_of(column))
    ]
    has_owner = any(column.name in OWNERS for column, _, _ in found)
    return [
        Pointer(column, target, rule, column.name in OWNERS or (not has_owner and place == 0))
        for place, (column, target, rule) in enumerate(found)
    ]


def target_of(column: Column[Any]) -> str | None:
    """Return the table a column refers to by its key, or None."""
    return next(
        (
            key.column.table.name
            for key in column.foreign_keys
            if key.column.name == "id" and key.column.table.name != "community"
        ),
        None,
    )


def belonging(person_id: int) -> Ids:
    """Find the rows that others may point at and that belong to a person, table by table."""
    ids: dict[str, list[int]] = {ROOT: [person_id]}
    wanted = {pointer.target for table in tables() for pointer in pointers(table)}
    for table in tables():
        owners = [pointer for pointer in pointers(table) if pointer.is_owner]
        if table.name in wanted and owners:
            condition = or_(*(owner.points_into(ids) for owner in owners))
            found = db.session.scalars(select(table.c.id).where(condition).order_by(table.c.id))
            ids[table.name] = list(found)
    return ids


def owned_by(table: Table, ids: Ids) -> ColumnElement[bool] | None:
    """Return the condition that a row belongs to a person; None where no row can."""
    if table.name == ROOT:
        return table.c.id.in_(ids[ROOT])
    owners = [pointer.points_into(ids) for pointer in pointers(table) if pointer.is_owner]
    return or_(*owners) if owners else None


def blanks(table: Table) -> dict[str, Personal]:
    """Return the columns, pointers aside, that are emptied when their row stays."""
    rules = {column.name: declared(column) for column in table.columns if not target_of(column)}
    return {name: rule for name, rule in rules.items() if rule and rule.erase is Erasure.BLANK}


def files_of(ids: Ids, *, is_export: bool = False) -> list[StoredFile]:
    """Find the stored files that a person's rows name: those to export, or all that must go."""
    keys = [
        select(column).where(condition, column.is_not(None))
        for table in tables()
        if (condition := owned_by(table, ids)) is not None
        for column in table.columns
        if _names_a_file(column, is_export=is_export)
    ]
    return list(
        db.session.scalars(
            select(StoredFile).where(StoredFile.key.in_(union_all(*keys))).order_by(StoredFile.id)
        )
    )


def _names_a_file(column: Column[Any], *, is_export: bool) -> bool:
    rule = declared(column)
    if rule is None or not column.name.endswith("_key") or not isinstance(column.type, String):
        return False
    return rule.export is not None if is_export else rule.erase is not Erasure.KEEP
