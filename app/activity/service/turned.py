"""Whom acts are turned to, when an account elsewhere gets a contact later, or loses it again.

An import says it by the same rules: whom an act names first, else whose act it answers, and nobody
turns to themself. Of several names it is not kept which came first, so one name alone tells.
"""

from dataclasses import dataclass

from sqlalchemy import text

from app.core.database import db


@dataclass(frozen=True, slots=True)
class Authors:
    """Whose days have to be counted anew: they turn to somebody now, or to nobody any more."""

    contact_ids: tuple[int, ...]
    identity_ids: tuple[int, ...]


def towards(community_id: int, identity_id: int, contact_id: int) -> Authors:
    """Turn to the contact what answers the account, or names it; its own acts are theirs already.

    The caller holds the ledger alone.
    """
    return _done(_TOWARDS, community_id, identity_id, contact_id)


def away(community_id: int, identity_id: int, contact_id: int) -> Authors:
    """Turn away from the contact what answered the account, or named it, and nothing else of it."""
    return _done(_AWAY, community_id, identity_id, contact_id)


def _done(statement: str, community_id: int, identity_id: int, contact_id: int) -> Authors:
    values = {"community": community_id, "identity": identity_id, "contact": contact_id}
    rows = db.session.execute(text(statement), values).all()
    for own in (_NOT_TO_ONESELF, _TO_ONE_AGAIN):
        db.session.execute(text(own), values)
    # An answer is turned to someone with or without a contact: its day counts as it did.
    moved = [row for row in rows if row.reply_to_id is None]
    return Authors(
        tuple({row.contact_id for row in moved if row.contact_id is not None}),
        tuple({row.identity_id for row in moved if row.contact_id is None}),
    )


_ANSWERS = """
SELECT reply.id FROM activity AS parent JOIN activity AS reply
    ON reply.community_id = :community AND reply.reply_to_id = parent.id
WHERE parent.identity_id = :identity
"""
_NAMES = """
SELECT activity_id FROM activity_mention AS named
WHERE named.community_id = :community AND named.identity_id = :identity
"""
_ALONE = """
NOT EXISTS (
    SELECT FROM activity_mention AS other WHERE other.community_id = :community
        AND other.activity_id = named.activity_id AND other.identity_id <> named.identity_id)
"""
_TOWARDS = f"""
UPDATE activity SET counterpart_id = :contact
WHERE community_id = :community AND counterpart_id IS NULL
    AND contact_id IS DISTINCT FROM :contact
    AND id IN ({_ANSWERS} UNION ALL {_NAMES} AND {_ALONE})
RETURNING contact_id, identity_id, reply_to_id
"""  # noqa: S608 - made of our own words only
_AWAY = f"""
UPDATE activity SET counterpart_id = NULL
WHERE community_id = :community AND counterpart_id = :contact
    AND id IN ({_ANSWERS} UNION ALL {_NAMES})
    AND NOT EXISTS (
        SELECT FROM activity AS parent
        WHERE parent.id = activity.reply_to_id AND parent.contact_id = :contact)
    AND NOT EXISTS (
        SELECT FROM activity_mention AS named JOIN identity ON identity.id = named.identity_id
        WHERE named.community_id = :community AND named.activity_id = activity.id
            AND identity.contact_id = :contact)
RETURNING contact_id, identity_id, reply_to_id
"""  # noqa: S608 - the same
# The account's own acts were turned to its contact, or are again.
_NOT_TO_ONESELF = """
UPDATE activity SET counterpart_id = NULL
WHERE community_id = :community AND identity_id = :identity
    AND contact_id = :contact AND counterpart_id = :contact
"""
_TO_ONE_AGAIN = f"""
UPDATE activity SET counterpart_id = :contact
WHERE community_id = :community AND identity_id = :identity
    AND contact_id IS DISTINCT FROM :contact AND counterpart_id IS NULL
    AND (EXISTS (
        SELECT FROM activity AS parent
        WHERE parent.id = activity.reply_to_id AND parent.contact_id = :contact
    ) OR EXISTS (
        SELECT FROM activity_mention AS named JOIN identity ON identity.id = named.identity_id
        WHERE named.community_id = :community AND named.activity_id = activity.id
            AND identity.contact_id = :contact AND {_ALONE}
    ))
"""  # noqa: S608 - the same
