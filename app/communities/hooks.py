"""Moments of a membership that higher features attend to, in the same transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.communities.models import Community, Contact, Membership
from app.core.hooks import Hook

membership_ends: Hook[[Membership, datetime], None] = Hook("membership_ends")
"""A membership ended (`end_reason` says why): events frees its seats, billing its plan."""

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
    """A private message that a report names: moderators see it, and nothing around it."""

    author: Contact
    words: str  # empty when they were taken away, or their author erased
    written_at: datetime


message_reported: Hook[[Community, str, Contact | None], ReportedMessage | None] = Hook(
    "message_reported"
)
"""A message by its public id: as its reader reports it, or (no reporter) as a report shows it."""

message_removed: Hook[[Community, str, datetime], None] = Hook("message_removed")
"""A report about a message ended with its removal."""
