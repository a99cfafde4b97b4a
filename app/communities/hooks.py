"""Moments of a membership that higher features attend to, in the same transaction."""

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
