"""Everything of a community, row by row: what its owner may leave with."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, case, select, true

from app.accounts.queries import blocked_person_ids
from app.activity.kinds import AMONG_MEMBERS, WORTHWHILE
from app.activity.models import Activity, ActivityDay
from app.communities.models import (
    SHOWN,
    Community,
    CommunityExport,
    CommunityExportState,
    Contact,
    Facet,
)
from app.core.database import Base, db, is_between_members, told_if, within

Row = dict[str, Any]

LEFT_OUT = frozenset({"outgoing_mail", "notice_choice", "community_export", "audit_entry"})
"""Others' mail and choices are theirs, the audit is the installation's."""
WHO_SEES = frozenset({"place_visibility", "about_visibility"})
"""Whom the owner of a card shows a part of it is theirs too."""
PACKED_WITHIN = timedelta(hours=1)  # longer than a job and all its tries take


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
    people = _people_in(table)
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
        yield {column.name: as_plain(row[column.name]) for column in kept}


def community_facts(community: Community) -> Row:
    """Return the community's own row as plain values."""
    table = Community.__table__
    return {
        column.name: as_plain(getattr(community, column.name))
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
    """Return (name in the zip, storage key) of the pictures of a community.

    Those of rows that name a hidden contact stay out, as the rows do.
    """
    found = []
    mark = db.session.scalar(select(Community.mark_key).where(Community.id == community_id))
    if mark:
        found.append(("pictures/mark.webp", mark))
    for table in export_tables():
        if "picture_key" not in table.c:
            continue
        rows = db.session.execute(
            select(table.c.public_id, table.c.picture_key, *_people_in(table))
            .where(table.c.community_id == community_id, table.c.picture_key.is_not(None))
            .order_by(table.c.id)
        )
        found += [
            (f"pictures/{public_id}.webp", key)
            for public_id, key, *people in rows
            if not hidden.intersection(people)
        ]
    return found


def exports(community_id: int) -> list[CommunityExport]:
    """Return the exports that are being made or can be fetched, the newest first."""
    return list(
        db.session.scalars(
            within(CommunityExport, community_id)
            .where(CommunityExport.state != CommunityExportState.GONE)
            .order_by(CommunityExport.id.desc())
        )
    )


def is_given_up(export: CommunityExport, *, now: datetime) -> bool:
    """Say whether nobody packs an export any more, though it was not finished."""
    return (
        export.state is CommunityExportState.WAITING and export.requested_at + PACKED_WITHIN <= now
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


def as_plain(value: object) -> object:
    """Return a column's value as JSON can say it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)  # a float would say another number
    return value.hex() if isinstance(value, bytes) else value


def _readable(table: Table, column: Column[Any]) -> ColumnElement[Any]:
    """Return a column as members read it: what they may not stays with its owner."""
    if only := told_if(column):
        other, value = only
        return case((table.c[other] == value, column)).label(column.name)
    if table.name != Contact.__tablename__:
        return column
    shown = {"place": Contact.shown_place, "about": Contact.shown_about}
    return shown.get(column.name, column).label(column.name)


def _is_readable(table: Table) -> ColumnElement[bool]:
    """Leave out rows that tell what members say among themselves, and facets that are not shown.

    Two acts of one moment tell who was introduced to whom even where neither names the other.
    """
    if table.name == ActivityDay.__tablename__:
        return table.c.type.not_in(AMONG_MEMBERS)
    if table.name == Activity.__tablename__:
        is_other_than_yes = and_(table.c.type == WORTHWHILE, table.c.void_at.is_not(None))
        return table.c.type.not_in(AMONG_MEMBERS) & ~is_other_than_yes
    return table.c.visibility.in_(SHOWN) if table.name == Facet.__tablename__ else true()


def _people_in(table: Table) -> list[Column[Any]]:
    """Return the columns that name a contact: of cards, the card itself."""
    if table.name == Contact.__tablename__:
        return [table.c.id]
    return [column for column in table.c if _names_contact(column)]


def _names_contact(column: Column[Any]) -> bool:
    return any(key.column.table.name == Contact.__tablename__ for key in column.foreign_keys) and (
        column.name != "community_id"
    )


def _is_told(column: ColumnElement[Any]) -> bool:
    """Leave out what is made from other columns, and what members hide."""
    name = str(column.key)
    return not name.startswith(("search", "sort_key")) and name not in WHO_SEES
