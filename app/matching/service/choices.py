"""Who takes part in matching, and when what was suggested is computed anew."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, delete, or_, select

from app.communities.models import Contact
from app.core import jobs
from app.core.database import db
from app.core.errors import RuleViolation
from app.core.text import N_
from app.matching import queries
from app.matching.models import MatchChoice, MatchKind, Suggestion
from app.matching.service import hellos


class NotOfAge(RuleViolation):
    """Suggestions and what follows from them are for adults."""

    message = N_("Suggestions are for people of 18 or older. Say that you are, to take part.")


def choose(
    contact: Contact, kinds: Collection[MatchKind], *, is_adult: bool, now: datetime
) -> None:
    """Set the kinds of suggestions a member wants; whatever is not named is a no, at once.

    Raises NotOfAge for a yes without the word that they are 18 or older, which counts for all.
    """
    if kinds and not is_adult:
        raise NotOfAge(field="adult")
    before = queries.choices(contact.community_id, contact.id)
    for kind in before - set(kinds):
        _forget_choice(contact, kind)
        hellos.end_of(contact, kind=kind, now=now)
    new = [kind for kind in MatchKind if kind in kinds and kind not in before]
    for kind in new:
        db.session.add(
            MatchChoice(
                community_id=contact.community_id,
                contact_id=contact.id,
                kind=kind,
                chosen_at=now,
                adult_said_at=now,
            )
        )
    db.session.flush()
    if new:
        ask_for_refresh(contact.community_id)


def forget(contact: Contact) -> None:
    """Take a contact out of matching altogether: they left, or are being erased."""
    for kind in MatchKind:
        _forget_choice(contact, kind)


def part(person_id: int, other_id: int) -> None:
    """Take two persons off each other's pages, in every community: a block stands between them."""
    one, two = (
        select(Contact.id).where(Contact.person_id == number) for number in (person_id, other_id)
    )
    gone = delete(Suggestion).where(
        or_(
            and_(Suggestion.contact_id.in_(one), Suggestion.other_id.in_(two)),
            and_(Suggestion.contact_id.in_(two), Suggestion.other_id.in_(one)),
        )
    )
    for community_id in set(db.session.scalars(gone.returning(Suggestion.community_id))):
        ask_for_refresh(community_id)


def ask_for_refresh(community_id: int) -> None:
    """Put off one computation of a community's suggestions; many changes make one job."""
    name = f"matching.refresh:{community_id}"
    jobs.defer("matching.refresh", lock=name, queueing_lock=name, community_id=community_id)


def card_changed(contact: Contact) -> None:
    """Compute anew when what is known of someone who takes part has changed."""
    if queries.choices(contact.community_id, contact.id):
        ask_for_refresh(contact.community_id)


def _forget_choice(contact: Contact, kind: MatchKind) -> None:
    db.session.execute(
        delete(MatchChoice).where(
            MatchChoice.community_id == contact.community_id,
            MatchChoice.contact_id == contact.id,
            MatchChoice.kind == kind,
        )
    )
    db.session.execute(
        delete(Suggestion).where(
            Suggestion.community_id == contact.community_id,
            Suggestion.kind == kind,
            or_(Suggestion.contact_id == contact.id, Suggestion.other_id == contact.id),
        )
    )
