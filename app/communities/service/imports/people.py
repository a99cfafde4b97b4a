"""Contacts that an import of records needs: found by address, else made; taken back untouched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from app.communities.models import Contact, ContactSource, ImportRun
from app.communities.queries.imports import untouched
from app.communities.service.contacts import NAME_LENGTH, search_keys
from app.core.database import db, new_public_id, within
from app.core.text import clean_line, email_key, is_blank


@dataclass(frozen=True)
class Wanted:
    """Somebody a record names."""

    name: str
    email: str | None


def contacts_for(run: ImportRun, wanted: Sequence[Wanted], *, now: datetime) -> list[int]:
    """Return a contact's number for each: the card with that address, else a new one.

    They are contacts and no members, and nobody is mailed.
    """
    keys = [email_key(one.email) if one.email else None for one in wanted]
    known = _by_key(run.community_id, [key for key in keys if key])
    new: dict[int, Wanted] = {}
    seen: dict[str, int] = {}
    for place, (one, key) in enumerate(zip(wanted, keys, strict=True)):
        if key is None or (key not in known and seen.setdefault(key, place) == place):
            new[place] = one
    made = dict(zip(new, _write(run, list(new.values()), now=now), strict=True))
    return [
        known[key] if key in known else made[place if key is None else seen[key]]
        for place, key in enumerate(keys)
    ]


def remove_untouched(run: ImportRun, *, after: int, limit: int) -> tuple[int, int | None]:
    """Remove the next contacts of an import that nothing happened to since.

    Returns how many went, and the last id looked at (None at the end).
    """
    ids = untouched(run, after=after, limit=limit)
    return _removed(ids), ids[-1] if len(ids) == limit else None


def _removed(ids: Sequence[int]) -> int:
    """Remove contacts, but those that something of a higher feature hangs on; say how many went.

    They go all at once; where one stands in the way, each half goes by itself.
    """
    if not ids:
        return 0
    try:
        with db.session.begin_nested():
            db.session.execute(delete(Contact).where(Contact.id.in_(ids)))
    except IntegrityError:
        half = len(ids) // 2
        return _removed(ids[:half]) + _removed(ids[half:]) if half else 0
    return len(ids)


def _by_key(community_id: int, keys: Sequence[str]) -> dict[str, int]:
    rows = db.session.execute(
        within(Contact, community_id)
        .with_only_columns(Contact.email_key, Contact.id)
        .where(Contact.email_key.in_(keys))
    )
    return {key: number for key, number in rows if key is not None}


def _write(run: ImportRun, people: Sequence[Wanted], *, now: datetime) -> list[int]:
    """Write contacts and return their numbers in order."""
    if not people:
        return []
    public_ids = [new_public_id() for _ in people]
    rows = [
        {
            "community_id": run.community_id,
            "public_id": public_id,
            "name": name,
            "email": one.email,
            "email_key": email_key(one.email) if one.email else None,
            "source": ContactSource.IMPORT,
            "import_run_id": run.id,
            "created_at": now,
            **search_keys(name=name, place="", email=one.email, facets=(), tags=()),
        }
        for one, public_id in zip(people, public_ids, strict=True)
        for name in [_shown(one)]
    ]
    db.session.execute(insert(Contact), rows)
    written = dict(
        db.session.execute(
            select(Contact.public_id, Contact.id).where(Contact.public_id.in_(public_ids))
        ).all()
    )
    return [written[public_id] for public_id in public_ids]


def _shown(one: Wanted) -> str:
    name = clean_line(one.name)[:NAME_LENGTH].strip()
    if is_blank(name):
        name = clean_line((one.email or "").partition("@")[0])[:NAME_LENGTH].strip()
    return name or "?"
