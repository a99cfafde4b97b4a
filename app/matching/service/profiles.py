"""What members say of themselves for matching: words, years, hours, a place."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.dialects.postgresql import insert

from app.communities.models import Community, Contact, FacetKind, FacetVisibility
from app.communities.service import cards
from app.core.database import db
from app.core.errors import RuleViolation
from app.core.text import N_
from app.matching.models import MatchProfile
from app.matching.service.choices import card_changed


class ZoneUnknown(RuleViolation):
    """Hours mean nothing without a zone."""

    message = N_("Choose a time zone, so that your hours can be compared with others'.")


@dataclass(frozen=True)
class Words:
    """An answer in words: what to put on the card, and what to take off."""

    kind: FacetKind
    added: Collection[str]
    removed: Collection[str]
    visibility: FacetVisibility  # of the added ones; the others keep theirs


def say_words(community: Community, contact: Contact, words: Words, *, now: datetime) -> None:
    """Put words on a card and take others off."""
    for word in words.removed:
        cards.remove_facet(contact, kind=words.kind, value=word)
    for word in words.added:
        cards.add_facet(
            community,
            contact,
            kind=words.kind,
            value=word,
            visibility=words.visibility,
            now=now,
        )


def say_experience(
    contact: Contact,
    years: int | None,
    *,
    mentees: int,
    visibility: FacetVisibility,
    now: datetime,
) -> None:
    """Say how many years one has done what one offers, and how many one would mentor at a time."""
    _keep(
        contact,
        {"experience": years, "experience_visibility": visibility, "mentees": mentees},
        now=now,
    )


def say_hours(
    contact: Contact, hours: int, *, zone: str, visibility: FacetVisibility, now: datetime
) -> None:
    """Say when in the week one has time, by the clocks of a zone."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise ZoneUnknown(field="zone") from unknown
    _keep(contact, {"hours": hours, "zone": zone, "hours_visibility": visibility}, now=now)


def say_place(
    community: Community,
    contact: Contact,
    place: str,
    *,
    visibility: FacetVisibility,
    now: datetime,
) -> None:
    """Say where one lives, and who sees it: it stands on the card, hidden or shown.

    What the card says already changes nothing: going on through the questions is no edit of it.
    """
    # locked: of two posts at once, the second finds what the first wrote
    db.session.refresh(contact, with_for_update=True)
    if (contact.place, contact.place_visibility) == (cards.tidied_place(place), visibility):
        return
    draft = cards.Draft(
        name=contact.name,
        pronouns=contact.pronouns,
        place=place,
        about=contact.about,
        is_listed=contact.is_listed,
        place_visibility=visibility,
    )
    cards.edit_card(community, contact, draft, version=contact.version, now=now)


def _keep(contact: Contact, values: dict[str, object], *, now: datetime) -> None:
    named = {getattr(MatchProfile, name): value for name, value in values.items()}
    changed = {"updated_at": now} | {column.name: value for column, value in named.items()}
    statement = insert(MatchProfile).values(
        community_id=contact.community_id, contact_id=contact.id, **(values | {"updated_at": now})
    )
    kept = statement.on_conflict_do_update(
        index_elements=["community_id", "contact_id"], set_=changed
    ).returning(MatchProfile)
    # a profile that was read before in this session must not go on saying what it said
    db.session.scalars(kept, execution_options={"populate_existing": True}).one()
    card_changed(contact)
