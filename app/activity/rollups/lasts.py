"""Someone's span of life here: the first and the last day, counted from their months; and marks."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, cast, delete, func, literal, select
from sqlalchemy.dialects.postgresql import BIT, insert

from app.activity.models import Activity, ActivityLast, ActivityMonth, ActivityTouched
from app.activity.rollups.someone import SOMEONE, chosen_people, same_someone
from app.core.database import db

ENDS = ["first_on", "last_on", "kept_on"]


def recount_lasts(community_id: int, who: str, touched: Select[Any]) -> None:
    """Count the first and last days of some anew from their months; `touched` selects `who`."""
    of_last, of_month = getattr(ActivityLast, who), getattr(ActivityMonth, who)
    db.session.execute(
        delete(ActivityLast)
        .where(ActivityLast.community_id == community_id, of_last.in_(touched))
        .execution_options(synchronize_session=False)
    )
    _insert_lasts([ActivityMonth.community_id == community_id, of_month.in_(touched)])


def recount_lasts_of(
    community_id: int, contact_ids: Collection[int] | None, identity_ids: Collection[int] | None
) -> None:
    """Count the first and last days of some, or of everyone, anew from their months."""
    db.session.execute(
        delete(ActivityLast).where(
            ActivityLast.community_id == community_id,
            chosen_people(ActivityLast, contact_ids, identity_ids),
        )
    )
    _insert_lasts(
        [
            ActivityMonth.community_id == community_id,
            chosen_people(ActivityMonth, contact_ids, identity_ids),
        ]
    )


def _insert_lasts(months: list[ColumnElement[bool]]) -> None:
    someone = [getattr(ActivityMonth, name) for name in SOMEONE]
    rows = select(*someone, *ends()).where(*months).group_by(*someone)
    db.session.execute(insert(ActivityLast).from_select([*SOMEONE, *ENDS], rows))


def ends() -> list[ColumnElement[Any]]:
    """Return the first, the last and the last keeping day, over a life's months."""
    days, keeping = _in_bits(ActivityMonth.days), _in_bits(ActivityMonth.keeping_days)
    month = ActivityMonth.month
    return [
        func.min(month + (32 - func.length(func.rtrim(days, "0")))),
        func.max(month + (func.length(func.ltrim(days, "0")) - 1)),
        func.max(month + (func.length(func.ltrim(keeping, "0")) - 1)).filter(
            ActivityMonth.keeping_days != 0
        ),
    ]


def _in_bits(mask: Any) -> ColumnElement[str]:
    return cast(cast(cast(mask, Integer), BIT(32)), Text)


def count_last(activity: Activity) -> None:
    """Count a life anew from its months; its row is locked first, as the month's was."""
    row = db.session.scalars(
        select(ActivityLast)
        .where(
            ActivityLast.community_id == activity.community_id,
            *same_someone(ActivityLast, activity),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    found = db.session.execute(
        select(*ends()).where(
            ActivityMonth.community_id == activity.community_id,
            *same_someone(ActivityMonth, activity),
        )
    ).one()
    if found[0] is None:
        db.session.delete(row)
    else:
        row.first_on, row.last_on, row.kept_on = found
    db.session.flush()


def touch(community_id: int, contact_ids: Select[Any]) -> None:
    """Mark contacts: what is counted from their months is stale.

    A mark that is there already is locked, so that who takes it away waits for this transaction.
    """
    marks = insert(ActivityTouched).from_select(
        ["community_id", "contact_id"],
        select(literal(community_id), contact_ids.distinct().order_by("contact_id").subquery()),
    )
    db.session.execute(locked(marks))


def mark(community_id: int, chosen: ColumnElement[bool]) -> None:
    """Mark the contacts among the chosen who have months."""
    touch(
        community_id,
        select(ActivityMonth.contact_id).where(
            ActivityMonth.community_id == community_id,
            ActivityMonth.contact_id.is_not(None),
            chosen,
        ),
    )


def locked(marks: Any) -> Any:
    """Return the statement that sets marks and locks those that are set already."""
    return marks.on_conflict_do_update(
        index_elements=["community_id", "contact_id"],
        set_={"contact_id": marks.excluded.contact_id},
    )
