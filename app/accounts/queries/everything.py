"""Everything about a person, table by table, as the declarations name it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    RowMapping,
    Table,
    and_,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from app.accounts import reach
from app.accounts.reach import Ids
from app.core.database import db
from app.core.privacy import Personal

Facts = dict[str, Any]
Hidden = Callable[[str], Sequence[ColumnElement[bool]]]
LABELS = ("name", "title")


def everything_about(
    person_id: int, hidden: Hidden = lambda _table: ()
) -> Iterator[tuple[str, list[Facts]]]:
    """Yield (table, rows) for every table that knows something of a person.

    `hidden` says which rows of a table tell of someone whom a block hides.
    Of a row that belongs to somebody else only the person's own part in it is told, and when.
    """
    ids = reach.belonging(person_id)
    for table in reach.tables():
        rows = [*_own_rows(table, ids, hidden(table.name)), *_parts_in_others(table, ids)]
        if rows:
            yield table.name, rows


def _own_rows(table: Table, ids: Ids, hidden: Sequence[ColumnElement[bool]]) -> list[Facts]:
    """Return what is a person's own, without what tells of someone whom a block hides."""
    condition = reach.owned_by(table, ids)
    if condition is None:
        return []
    rows = _rows(table, and_(condition, *(not_(clause) for clause in hidden)))
    return _labelled(table, [row for row in rows if not _is_hidden(table, row, ids)], ids)


def _parts_in_others(table: Table, ids: Ids) -> list[Facts]:
    """Return what a person did in rows that belong to others: which part, and the moments."""
    hands = [
        pointer for pointer in reach.pointers(table) if not pointer.is_owner and pointer.rule.export
    ]
    owned = reach.owned_by(table, ids)
    if not hands or owned is None:
        return []
    condition = or_(*(hand.points_into(ids) for hand in hands)) & owned.is_not(True)
    return [
        {
            **{
                str(hand.rule.export): True
                for hand in hands
                if row[hand.column.name] in ids.get(hand.target, ())
            },
            **{
                column.name: row[column.name]
                for column in table.columns
                if column.name.endswith("_at") or column.name == "public_id"
            },
        }
        for row in _rows(table, condition)
    ]


def _rows(table: Table, condition: ColumnElement[bool]) -> list[RowMapping]:
    statement = select(table).where(condition).order_by(*table.primary_key)
    return list(db.session.execute(statement).mappings())


def _is_hidden(table: Table, row: RowMapping, ids: Ids) -> bool:
    """Leave out a row whose owner pointer is not to be exported."""
    owners = [pointer for pointer in reach.pointers(table) if pointer.is_owner]
    return bool(owners) and not any(
        owner.rule.export and row[owner.column.name] in ids.get(owner.target, ())
        for owner in owners
    )


def _labelled(table: Table, rows: list[RowMapping], ids: Ids) -> list[Facts]:
    """Return rows with the names of their export, and words in place of numbers."""
    labels = {column.name: _labels(column, rows) for column in table.columns if _refers(column)}
    return [
        {
            name: labels[column.name].get(row[column.name])
            if column.name in labels
            else row[column.name]
            for column in table.columns
            if (name := _exported_as(column, row, ids))
        }
        for row in rows
    ]


def _exported_as(column: Column[Any], row: RowMapping, ids: Ids) -> str | None:
    """Return the name of a column in the export, or None when it is left out."""
    if column.primary_key and column.name == "id":
        return None
    rule = column.info.get("privacy")
    if isinstance(rule, Personal):
        target = reach.target_of(column)
        is_anothers = target is not None and row[column.name] not in ids.get(target, ())
        return None if is_anothers else rule.export
    if isinstance(column.type, TSVECTOR | LargeBinary):
        return None
    return column.name.removesuffix("_id") if column.foreign_keys else column.name


def _refers(column: Column[Any]) -> bool:
    return any(key.column.name == "id" for key in column.foreign_keys)


def _labels(column: Column[Any], rows: list[RowMapping]) -> dict[int, Facts | None]:
    """Return what stands for each row that a column refers to: its public id and its name."""
    target = next(key.column.table for key in column.foreign_keys if key.column.name == "id")
    shown = [
        target.c[name]
        for name in ("public_id", *LABELS)
        if name in target.c and reach.declared(target.c[name]) is None
    ]
    numbers = {row[column.name] for row in rows} - {None}
    if not shown or not numbers:
        return {}
    found = db.session.execute(select(target.c.id, *shown).where(target.c.id.in_(numbers)))
    return {row["id"]: {c.name: row[c.name] for c in shown} for row in found.mappings()}
