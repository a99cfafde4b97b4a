"""Thanks as the one who was thanked reads them."""

from dataclasses import dataclass
from datetime import datetime

from app.communities.models import Contact, Thanks
from app.communities.queries.people import Viewer, seen_by
from app.core.database import db, within

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Said:
    """Who thanks for what, and when."""

    name: str
    public_id: str
    reason: str
    thanked_at: datetime


def thanks_to(contact: Contact, viewer: Viewer) -> list[Said]:
    """Return the newest thanks to someone, without those of people they do not see any more."""
    rows = db.session.execute(
        within(Thanks, contact.community_id)
        .join(Contact, Contact.id == Thanks.from_id)
        .with_only_columns(Contact.name, Contact.public_id, Thanks.reason, Thanks.thanked_at)
        .where(Thanks.to_id == contact.id, Thanks.reason != "", seen_by(viewer))
        .order_by(Thanks.thanked_at.desc(), Thanks.id.desc())
        .limit(SHOWN)
    )
    return [Said(*row) for row in rows]
