"""Tenancy stands in the schema: a row of one community cannot point into another by any bug."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    MetaData,
    Table,
    UniqueConstraint,
)

from app.core.database import Base

WHOLE_SITE = {
    "activity_weight": "without a community it is the weight that holds where none chose its own",
    "audit_entry": "sign-ins are of the site; it outlives a community, so it points at none",
    "notice_choice": "without a community it is a choice about mails of the account",
    "outgoing_mail": "mails of the account, a sign-in link say, come from no community",
    "stored_file": "a person's own export belongs to no community",
}
"""Tables whose rows may belong to no community, with the reason."""

KEY = ("community_id", "id")


def tenants(metadata: MetaData) -> dict[str, Table]:
    """Return the tables whose rows belong to a community."""
    return {table.name: table for table in metadata.sorted_tables if "community_id" in table.c}


def holes(metadata: MetaData, whole_site: set[str]) -> Iterator[str]:
    """Name whatever lets a row of one community point at a row of another."""
    ours = tenants(metadata)
    keys = [
        (table, key)
        for table in metadata.sorted_tables
        for key in table.foreign_key_constraints
        if key.referred_table.name in ours
    ]
    for table, key in keys:
        yield from faults(table, key)
    for name in {key.referred_table.name for _, key in keys}:
        if KEY not in unique_columns(ours[name]):
            yield f"{name} is pointed at and has no UNIQUE (community_id, id)"
    for name, table in ours.items():
        if bool(table.c.community_id.nullable) is not (name in whole_site):
            yield f"{name}.community_id may be null, or is listed and may not"
        if name not in whole_site and not table.c.community_id.foreign_keys:
            yield f"{name}.community_id points at no community"


def faults(table: Table, key: ForeignKeyConstraint) -> Iterator[str]:
    """Name what is wrong with a foreign key that points at a tenant table."""
    pairs = {element.column.name: element.parent.name for element in key.elements}
    columns = ", ".join(pairs.values())
    if set(pairs) != set(KEY) or pairs["community_id"] != "community_id":
        yield f"{table.name} ({columns}) points at {key.referred_table.name} by the id alone"
    if (key.ondelete or "").strip().upper() == "SET NULL":
        yield f"{table.name} ({columns}) would lose its community with what it points at"


def unique_columns(table: Table) -> set[tuple[str, ...]]:
    """Return the columns of each UNIQUE of a table."""
    return {
        tuple(column.name for column in one.columns)
        for one in table.constraints
        if isinstance(one, UniqueConstraint)
    }


def test_every_key_between_tenant_tables_holds_the_community(app: Flask) -> None:
    assert len(tenants(Base.metadata)) > 70
    assert list(holes(Base.metadata, set(WHOLE_SITE))) == []


def faulty(*extra: ForeignKeyConstraint, nullable: bool = False, has_key: bool = True) -> MetaData:
    """Return a schema of two tenant tables with one thing that a test gets wrong."""
    metadata = MetaData()
    Table("community", metadata, Column("id", BigInteger, primary_key=True))
    key = [UniqueConstraint(*KEY)] if has_key else []
    for name, parts in (("seat", key), ("guest", list(extra))):
        Table(
            name,
            metadata,
            Column("id", BigInteger, primary_key=True),
            Column("community_id", ForeignKey("community.id"), nullable=nullable),
            *([Column("seat_id", BigInteger)] if parts is not key else []),
            *parts,
        )
    return metadata


WHOLE = (["community_id", "seat_id"], ["seat.community_id", "seat.id"])


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        (faulty(ForeignKeyConstraint(*WHOLE)), None),
        (faulty(ForeignKeyConstraint(["seat_id"], ["seat.id"])), "by the id alone"),
        (faulty(ForeignKeyConstraint(*WHOLE, ondelete="SET NULL")), "would lose its community"),
        (faulty(ForeignKeyConstraint(*WHOLE), has_key=False), "has no UNIQUE"),
        (faulty(ForeignKeyConstraint(*WHOLE), nullable=True), "may be null"),
    ],
)
def test_a_hole_is_noticed(metadata: MetaData, found: str | None) -> None:
    said = list(holes(metadata, set()))
    assert (said == []) if found is None else any(found in one for one in said)
