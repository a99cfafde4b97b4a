"""Reads of a person's exports."""

from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.models import DataExport, ExportState
from app.core.database import db
from app.core.errors import NotThere

MADE_WITHIN = timedelta(hours=1)  # longer than a job and all its tries take


def is_given_up(export: DataExport, *, now: datetime) -> bool:
    """Say whether nobody makes an export any more, though it was not finished."""
    return export.state is ExportState.WAITING and export.requested_at + MADE_WITHIN <= now


def latest_export(person_id: int) -> DataExport | None:
    """Return the export a person asked for last."""
    return db.session.scalar(
        select(DataExport)
        .where(DataExport.person_id == person_id)
        .order_by(DataExport.id.desc())
        .limit(1)
    )


def my_export(person_id: int, public_id: str, now: datetime) -> DataExport:
    """Return a person's own export that can still be fetched, or raise NotThere."""
    export = db.session.scalar(
        select(DataExport).where(
            DataExport.person_id == person_id,
            DataExport.public_id == public_id,
            DataExport.state == ExportState.READY,
            DataExport.file_key.is_not(None),
            DataExport.expires_at > now,
        )
    )
    if export is None:
        raise NotThere
    return export
