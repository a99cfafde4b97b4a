"""Reads of matching, by noun."""

from app.matching.queries.cards import (
    MatchCard,
    Reason,
    awake_since,
    blocked_pairs,
    candidates,
    cards,
    choices,
    facets_of,
)

__all__ = [
    "MatchCard",
    "Reason",
    "awake_since",
    "blocked_pairs",
    "candidates",
    "cards",
    "choices",
    "facets_of",
]
