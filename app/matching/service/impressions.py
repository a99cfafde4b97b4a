"""Remembering who was shown whom, where, and why there: what learning needs to be honest."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy.dialects.postgresql import insert

from app.communities.models import Contact
from app.core.database import db
from app.matching.models import MatchImpression
from app.matching.queries import MatchCard


def note_shown(contact: Contact, cards: Iterable[MatchCard], *, now: datetime) -> bool:
    """Log the cards that stand on a member's page, each once a day; False when all were."""
    rows = [
        {
            "community_id": contact.community_id,
            "contact_id": contact.id,
            "other_id": card.contact_id,
            "kind": card.kind,
            "role": card.role,
            "shown_on": now.astimezone(UTC).date(),
            "shown_at": now,
            "rank": card.ranked.rank,
            "score": card.ranked.score,
            "propensity": card.ranked.propensity,
            "model": card.ranked.model,
        }
        for card in cards
        if not card.ranked.is_logged
    ]
    if rows:
        db.session.execute(insert(MatchImpression).values(rows).on_conflict_do_nothing())
    return bool(rows)
