"""The verbs of matching: saying yes or no to suggestions, and computing them anew."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select

from app.communities.models import Community, Contact
from app.core import jobs
from app.core.database import db
from app.matching import queries, similarity
from app.matching.blocks import BLOCKS
from app.matching.models import MatchChoice, MatchKind, MatchRole, Suggestion
from app.matching.reasons import shown_reasons

MODEL = "tfidf-1"
SUGGESTED = 10
LOOKED_AT = 30  # some of the most alike fall out: blocked, or nothing that may be said


def choose(contact: Contact, kinds: Collection[MatchKind], *, now: datetime) -> None:
    """Set the kinds of suggestions a member wants; whatever is not named is a no, at once."""
    before = queries.choices(contact.community_id, contact.id)
    for kind in before - set(kinds):
        _forget_choice(contact, kind)
    new = [kind for kind in MatchKind if kind in kinds and kind not in before]
    for kind in new:
        db.session.add(
            MatchChoice(
                community_id=contact.community_id, contact_id=contact.id, kind=kind, chosen_at=now
            )
        )
    db.session.flush()
    if new:
        ask_for_refresh(contact.community_id)


def forget(contact: Contact) -> None:
    """Take a contact out of matching altogether: they left, or are being erased."""
    for kind in MatchKind:
        _forget_choice(contact, kind)


def ask_for_refresh(community_id: int) -> None:
    """Put off one computation of a community's suggestions; many changes make one job."""
    name = f"matching.refresh:{community_id}"
    jobs.defer("matching.refresh", lock=name, queueing_lock=name, community_id=community_id)


def card_changed(contact: Contact) -> None:
    """Compute anew when the card of someone who takes part has changed."""
    if queries.choices(contact.community_id, contact.id):
        ask_for_refresh(contact.community_id)


def refresh(community: Community, *, now: datetime) -> int:
    """Compute all suggestions of a community anew and return how many there are.

    Two workers may come to this at once (one was only stopped for a while): the second waits.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(_lock_number(community.id))))
    db.session.execute(delete(Suggestion).where(Suggestion.community_id == community.id))
    rows = [row for kind in MatchKind for row in _suggestions(community, kind, now)]
    if rows:
        db.session.execute(insert(Suggestion), rows)
    return len(rows)


def _suggestions(community: Community, kind: MatchKind, now: datetime) -> list[dict[str, object]]:
    """Return the rows of one kind: at most ten for each member, blocked pairs never."""
    people = queries.candidates(community, kind, now)
    used, shown = queries.facets_of(community.id, [contact_id for contact_id, _ in people])
    blocked = queries.blocked_pairs([person_id for _, person_id in people])
    alike = similarity.most_alike(
        [used[contact_id] for contact_id, _ in people], BLOCKS[kind], limit=LOOKED_AT
    )
    rows: list[dict[str, object]] = []
    given: dict[int, int] = {}
    for likeness in alike:
        (mine, my_person), (theirs, their_person) = people[likeness.one], people[likeness.other]
        reasons = shown_reasons(likeness.reasons, mine=shown[mine], theirs=shown[theirs])
        is_blocked = frozenset((my_person, their_person)) in blocked
        if is_blocked or not reasons or given.get(mine, 0) == SUGGESTED:
            continue
        given[mine] = given.get(mine, 0) + 1
        rows.append(
            {
                "community_id": community.id,
                "contact_id": mine,
                "other_id": theirs,
                "kind": kind,
                "role": _role(kind, reasons),
                "rank": given[mine],
                "propensity": 1.0,
                "model": MODEL,
                "score": likeness.score,
                "reasons": reasons,
                "computed_at": now,
            }
        )
    return rows


def _role(kind: MatchKind, reasons: list[dict[str, str]]) -> MatchRole:
    if kind is not MatchKind.MENTOR:
        return MatchRole.PEER
    return MatchRole.MENTOR if reasons[0]["theirs"] == "offer" else MatchRole.MENTEE


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


def _lock_number(community_id: int) -> int:
    """Return a number of our own for the lock of one community's computation."""
    return (0x4D41 << 44) + community_id
