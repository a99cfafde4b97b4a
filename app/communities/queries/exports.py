"""Everything of a community, row by row: what its owner may leave with."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, select, true

from app.accounts.queries import blocked_person_ids
from app.communities.models import (
    SHOWN,
    Community,
    CommunityExport,
    CommunityExportState,
    Contact,
    Facet,
)
from app.core.database import Base, db, is_between_members, within

Row = dict[str, Any]

LEFT_OUT = frozenset({"outgoing_mail", "notice_choice", "community_export", "audit_entry"})
"""Others' mail and choices are theirs, the audit is the installation's."""
WHO_SEES = frozenset({"place_visibility", "about_visibility"})
"""Whom the owner of a card shows a part of it is theirs too."""


def export_tables() -> list[Table]:
    """Return the tables that hold rows of one community, by name."""
    return sorted(
        (
            table
            for table in Base.metadata.tables.values()
            if "community_id" in table.c
            and table.name not in LEFT_OUT
            and not is_between_members(table)
        ),
        key=lambda table: table.name,
    )


def export_rows(table: Table, community_id: int, *, hidden: frozenset[int]) -> Iterator[Row]:
    """Yield the rows of one table; those that name a hidden contact stay out.

    Of cards, whoever looks after the community takes along what members may read.
    """
    people = [column for column in table.c if _names_contact(column)]
    if table.name == Contact.__tablename__:
        people = [table.c.id]
    kept = [column for column in table.columns if _is_told(column)]
    rows = db.session.execute(
        select(
            *(_readable(table, column) for column in kept),
            *(column.label(f"_who_{column.name}") for column in people),
        )
        .where(table.c.community_id == community_id, _is_readable(table))
        .order_by(*table.primary_key.columns)
        .execution_options(yield_per=500)
    )
    for row in rows.mappings():
        if any(row[f"_who_{column.name}"] in hidden for column in people):
            continue
        yield {column.name: _plain(row[column.name]) for column in kept}


def community_facts(community: Community) -> Row:
    """Return the community's own row as plain values."""
    table = Community.__table__
    return {
        column.name: _plain(getattr(community, column.name))
        for column in table.columns
        if _is_told(column)
    }


def hidden_contact_ids(community_id: int, viewer_person_id: int) -> frozenset[int]:
    """Return the contacts that a block hides from whoever takes the export."""
    people = blocked_person_ids(viewer_person_id)
    return frozenset(
        db.session.scalars(
            within(Contact, community_id)
            .with_only_columns(Contact.id)
            .where(Contact.person_id.in_(people))
        )
    )


def file_keys(community_id: int, *, hidden: frozenset[int]) -> list[tuple[str, str]]:
    """Return (name in the zip, storage key) of the pictures of a community."""
    found = []
    mark = db.session.scalar(select(Community.mark_key).where(Community.id == community_id))
    if mark:
        found.append(("pictures/mark.webp", mark))
    rows = db.session.execute(
        within(Contact, community_id)
        .with_only_columns(Contact.public_id, Contact.picture_key)
        .where(Contact.picture_key.is_not(None), Contact.id.not_in(hidden))
        .order_by(Contact.id)
    )
    return found + [(f"pictures/{public_id}.webp", key) for public_id, key in rows if key]


def exports(community_id: int) -> list[CommunityExport]:
    """Return the exports that are being made or can be fetched, the newest first."""
    return list(
        db.session.scalars(
            within(CommunityExport, community_id)
            .where(CommunityExport.state != CommunityExportState.GONE)
            .order_by(CommunityExport.id.desc())
        )
    )


def ready_export(community_id: int, public_id: str, *, now: datetime) -> CommunityExport | None:
    """Return an export that can be fetched."""
    found: CommunityExport | None = db.session.scalar(
        within(CommunityExport, community_id).where(
            CommunityExport.public_id == public_id,
            CommunityExport.state == CommunityExportState.READY,
            CommunityExport.expires_at > now,
        )
    )
    return found


def _readable(table: Table, column: Column[Any]) -> ColumnElement[Any]:
    """Return a column as members read it: what they may not stays with its owner."""
    if table.name != Contact.__tablename__:
        return column
    shown = {"place": Contact.shown_place, "about": Contact.shown_about}
    return shown.get(column.name, column).label(column.name)


def _is_readable(table: Table) -> ColumnElement[bool]:
    return table.c.visibility.in_(SHOWN) if table.name == Facet.__tablename__ else true()


def _names_contact(column: Column[Any]) -> bool:
    return any(key.column.table.name == Contact.__tablename__ for key in column.foreign_keys) and (
        column.name != "community_id"
    )


def _is_told(column: ColumnElement[Any]) -> bool:
    """Leave out what is made from other columns, and what members hide."""
    name = str(column.key)
    return not name.startswith(("search", "sort_key")) and name not in WHO_SEES


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value
