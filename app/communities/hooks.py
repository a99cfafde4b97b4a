"""Moments of a membership that higher features attend to, in the same transaction."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.communities.models import Community, Contact, ImportKind, ImportRun, Membership
from app.core.hooks import Hook

membership_ends: Hook[[Membership, datetime], None] = Hook("membership_ends")
"""A membership ended (`end_reason` says why): events frees its seats, billing its plan."""

contact_banned: Hook[[Contact, datetime], None] = Hook("contact_banned")
"""Someone who is no member was banned: what hangs on their card ends as a membership would."""

membership_begins: Hook[[Membership, datetime], None] = Hook("membership_begins")
"""Someone joined, for the first time or again."""

community_changed: Hook[[Community], None] = Hook("community_changed")
"""What a community shows of itself changed: cached pages of higher features are stale."""

card_changed: Hook[[Contact], None] = Hook("card_changed")
"""A card's words or their visibility changed: suggestions made from it are stale."""


@dataclass(frozen=True)
class FirstStep:
    """A step of a new community that a higher feature suggests, such as a first gathering.

    `title` and `text` answer in the reader's language when called.
    """

    title: Callable[[], str]
    text: Callable[[], str]
    endpoint: str
    permission: str
    is_done: bool


first_steps: Hook[[Community], FirstStep] = Hook("first_steps")
"""What else belongs on the list of first steps."""


event_title: Hook[[Community, str], str | None] = Hook("event_title")
"""The title of a community's event by its public id, or None: what a report may be about."""


@dataclass(frozen=True)
class ReportedMessage:
    """A private message or thanks that a report names: moderators see it, nothing around it."""

    author: Contact
    words: str  # empty when they were taken away, or their author erased
    written_at: datetime
    thread_id: str | None  # the conversation it stands in; thanks stand alone


message_reported: Hook[[Community, str, Contact | None], ReportedMessage | None] = Hook(
    "message_reported"
)
"""A message by its public id: as its reader reports it, or (no reporter) as a report shows it."""

message_removed: Hook[[Community, str, datetime], None] = Hook("message_removed")
"""A report about a message ended with its removal."""


@dataclass(frozen=True)
class Batch:
    """The next rows of a file: `size` counts the lines they stand on, those left out included."""

    rows: Sequence[Any]
    size: int
    is_last: bool


class ImportWork(Protocol):
    """What an import of one kind does; state, progress and commits are the engine's."""

    kind: ImportKind

    def batches(self, run: ImportRun, *, now: datetime) -> Iterator[Batch]:
        """Yield what is still to be written, behind `run.progress`."""

    def write(self, run: ImportRun, batch: Batch, *, secret: str, now: datetime) -> int:
        """Write a batch and return how many rows were new."""

    def finish(self, run: ImportRun, *, now: datetime) -> None:
        """Do what is left when everything is written."""

    def take_back(self, run: ImportRun, *, after: int, now: datetime) -> int | None:
        """Take the next rows back; return the last id looked at, None when none is left."""


class NoSuchImport(LookupError):
    """Nobody registered the work of an import's kind."""


_works: dict[ImportKind, ImportWork] = {}


def register_import(work: ImportWork) -> None:
    """Say who brings one kind of file; orders are billing's."""
    _works[work.kind] = work


def import_work(kind: ImportKind) -> ImportWork:
    """Return who brings a kind of file."""
    if kind not in _works:
        raise NoSuchImport(kind)
    return _works[kind]
