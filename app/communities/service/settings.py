"""Settings: what a community says of itself, its picture, and how its door works."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select

from app.activity import service as activity
from app.communities import hooks, queries
from app.communities.models import Community, Joining, JoinQuestion, Visibility
from app.communities.service.hand import Hand
from app.communities.service.versions import take_version
from app.core import audit
from app.core.database import db
from app.core.errors import StaleForm
from app.core.models import StoredFile
from app.core.storage import discard
from app.core.text import clean_line, clean_text, search_text, sort_key

MOST_QUESTIONS = 8


@dataclass(frozen=True)
class Profile:
    """What the settings page holds."""

    name: str
    purpose: str
    about: str
    visibility: Visibility
    hue: int
    zone: str
    language: str
    currency: str


@dataclass(frozen=True)
class Question:
    """One question at the door as it is written; without an id it is new."""

    words: str
    is_required: bool = True
    public_id: str = ""


@dataclass(frozen=True)
class Door:
    """How people come in, what they are asked, and what they are told first."""

    joining: Joining
    welcome: str
    questions: Sequence[Question] = ()


def edit_profile(community: Community, profile: Profile, *, version: int, by: Hand) -> None:
    """Change what a community says of itself; raises StaleForm when another saved first."""
    values = asdict(profile)
    values |= {key: clean_line(values[key]) for key in ("name", "purpose")}
    values["about"] = clean_text(profile.about)
    if not take_version(community, version):
        theirs = {name: getattr(community, name) for name in values}
        StaleForm.unless_same(theirs=theirs, yours=values)
        return
    before, zone = community.visibility, community.zone
    for key, value in values.items():
        setattr(community, key, value)
    community.search_text = search_text(community.name, community.purpose)
    community.sort_key = sort_key(community.name)
    _changed(community)
    if community.zone != zone:  # days are cut elsewhere from now on
        activity.rebuild_later(community.id, zone=community.zone)
    audit.record(
        "community.edited",
        actor=by.person,
        community_id=community.id,
        subject=("community", community.id),
        visibility=profile.visibility.value,
        visibility_before=before.value,
    )


def set_mark(community: Community, key: str | None, *, by: Hand) -> None:
    """Set or take away the picture; the one it replaces is deleted."""
    replaced, community.mark_key = community.mark_key, key
    file = db.session.scalar(select(StoredFile).where(StoredFile.key == replaced))
    if file is not None:
        discard(file)
    community.version += 1
    _changed(community)
    audit.record(
        "community.mark_changed",
        actor=by.person,
        community_id=community.id,
        subject=("community", community.id),
    )


def edit_door(community: Community, door: Door, *, version: int, by: Hand, now: datetime) -> None:
    """Change how people come in; a question taken out is retired, since answers refer to it.

    Raises StaleForm when another saved first.
    """
    welcome = clean_text(door.welcome)
    if not take_version(community, version):
        standing = queries.questions(community.id)
        StaleForm.unless_same(
            theirs=_door_facts(community.joining, community.welcome, standing),
            yours=_door_facts(door.joining, welcome, door.questions),
        )
        return
    community.joining, community.welcome = door.joining, welcome
    _keep_questions(community, door.questions, now=now)
    _changed(community)
    audit.record(
        "community.door_changed",
        actor=by.person,
        community_id=community.id,
        subject=("community", community.id),
        joining=door.joining.value,
    )


def finish_checklist(community: Community, *, now: datetime) -> None:
    """Put the checklist of the first days away."""
    community.checklist_done_at = community.checklist_done_at or now
    db.session.flush()


def _changed(community: Community) -> None:
    db.session.flush()
    hooks.community_changed(community)


def _door_facts(
    joining: Joining, welcome: str, questions: Iterable[Question | JoinQuestion]
) -> dict[str, object]:
    """Return what two editors of a door compare; an emptied question is none."""
    asked = [(clean_line(one.words), one.is_required) for one in questions]
    rows = [{"words": words, "is_required": is_required} for words, is_required in asked if words]
    return {"joining": joining, "questions": rows, "welcome": welcome}


def _keep_questions(community: Community, questions: Sequence[Question], *, now: datetime) -> None:
    """Bring the stored questions to the written ones; changed words are a new question."""
    standing = {question.public_id: question for question in queries.questions(community.id)}
    kept: set[str] = set()
    for position, written in enumerate(questions, 1):
        words = clean_line(written.words)
        if not words:
            continue
        known = standing.get(written.public_id)
        if known is None or known.words != words or known.public_id in kept:
            known = JoinQuestion(community_id=community.id, words=words, position=position)
            db.session.add(known)
        known.position, known.is_required = position, written.is_required
        kept.add(known.public_id or "")
    for question in standing.values():
        if question.public_id not in kept:
            question.retired_at = now
    db.session.flush()
