"""Reads of matching, by noun."""

from app.matching.queries.apart import apart, pairs_apart
from app.matching.queries.cards import MatchCard, Ranked, Reason, card_for, cards
from app.matching.queries.choices import awake_since, choices, profile_of
from app.matching.queries.people import (
    Gathering,
    acquainted,
    blocked_pairs,
    candidates,
    facets_of,
    gatherings_of,
    helped_on,
    places_of,
    profiles_of,
)

__all__ = [
    "Gathering",
    "MatchCard",
    "Ranked",
    "Reason",
    "acquainted",
    "apart",
    "awake_since",
    "blocked_pairs",
    "candidates",
    "card_for",
    "cards",
    "choices",
    "facets_of",
    "gatherings_of",
    "helped_on",
    "pairs_apart",
    "places_of",
    "profile_of",
    "profiles_of",
]
