"""Whose rows: a contact's, or those of an account that is linked to none."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true

from app.activity.models import Activity

SOMEONE = ["community_id", "contact_id", "identity_id"]


def same_someone(table: Any, activity: Activity) -> list[ColumnElement[bool]]:
    """Return the clauses for whoever did an act."""
    if activity.contact_id is not None:
        return [table.contact_id == activity.contact_id]
    return [table.contact_id.is_(None), table.identity_id == activity.identity_id]


def chosen_people(
    table: Any, contact_ids: Collection[int] | None, identity_ids: Collection[int] | None
) -> ColumnElement[bool]:
    """Return the clause for some people: contacts, and identities that are linked to none."""
    if contact_ids is None and not identity_ids:
        return true()
    unlinked = and_(table.contact_id.is_(None), table.identity_id.in_(identity_ids or ()))
    return or_(table.contact_id.in_(contact_ids or ()), unlinked)
