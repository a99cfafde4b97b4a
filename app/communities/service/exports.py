"""Leaving with everything: a zip of all rows and pictures, made by a job, kept for a week."""

import io
import json
import zipfile
from datetime import datetime, timedelta

from sqlalchemy import select

from app.communities.models import Community, CommunityExport, CommunityExportState, Contact
from app.communities.queries import exports as reads
from app.communities.service import notices
from app.communities.service.hand import Hand
from app.core import audit, jobs
from app.core.database import add, db
from app.core.models import StoredFile
from app.core.storage import discard, keep, storage

KEPT = timedelta(days=7)
README = """This is everything of the community, as it was when the export was made.

Each file in data/ holds the rows of one table as JSON; `id` and the fields that end in `_id`
join them. Pictures are in pictures/, named by the public id of their contact or event.
What members say among themselves is left out: their conversations, their introductions, their
thanks, and what they say of a gathering unless it was a yes.
"""


def request_export(community: Community, *, by: Hand, now: datetime) -> CommunityExport:
    """Ask for everything in a zip; one that is being made already is enough."""
    for export in reads.exports(community.id):
        if reads.is_given_up(export, now=now):
            export.state = CommunityExportState.GONE
        elif export.state is CommunityExportState.WAITING:
            return export
    export = add(
        CommunityExport(
            community_id=community.id,
            requested_by_id=by.membership.contact_id,
            requested_at=now,
        )
    )
    jobs.defer("communities.export_community", export_id=export.id)
    audit.record(
        "community.export_asked",
        actor=by.person,
        community_id=community.id,
        subject=("community_export", export.id),
    )
    return export


def make_export(export_id: int, *, now: datetime) -> bool:
    """Write the zip of an export and tell who asked; False when it was written already."""
    export = db.session.scalar(
        select(CommunityExport).where(CommunityExport.id == export_id).with_for_update()
    )
    if export is None or export.state is not CommunityExportState.WAITING:
        return False
    contact = db.session.get(Contact, export.requested_by_id or 0)
    if contact is None or contact.person_id is None:
        export.state = CommunityExportState.GONE
        db.session.flush()
        return False
    content = zip_of(db.session.get_one(Community, export.community_id), contact.person_id)
    export.file_key = keep(content, "application/zip", community_id=export.community_id).key
    export.size = len(content)
    export.state = CommunityExportState.READY
    export.ready_at, export.expires_at = now, now + KEPT
    db.session.flush()
    notices.tell_export_ready(export, contact=contact)
    jobs.defer("communities.drop_export", at=export.expires_at, export_id=export.id)
    return True


def drop_export(export_id: int, *, now: datetime) -> bool:
    """Remove the file of an export that is out of date."""
    export = db.session.scalar(
        select(CommunityExport).where(CommunityExport.id == export_id).with_for_update()
    )
    if export is None or export.file_key is None or (export.expires_at or now) > now:
        return False
    for row in db.session.scalars(select(StoredFile).where(StoredFile.key == export.file_key)):
        discard(row)
    export.file_key, export.state = None, CommunityExportState.GONE
    db.session.flush()
    return True


def zip_of(community: Community, viewer_person_id: int) -> bytes:
    """Return everything of a community as a zip, without those a block hides from its taker."""
    hidden = reads.hidden_contact_ids(community.id, viewer_person_id)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        archive.writestr("data/community.json", _json([reads.community_facts(community)]))
        for table in reads.export_tables():
            rows = list(reads.export_rows(table, community.id, hidden=hidden))
            archive.writestr(f"data/{table.name}.json", _json(rows))
        for name, key in reads.file_keys(community.id, hidden=hidden):
            with storage().open(key) as picture:
                archive.writestr(name, picture.read())
    return file.getvalue()


def _json(rows: list[reads.Row]) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=1)
