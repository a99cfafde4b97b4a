"""Reads of matching, by noun."""

from app.matching.queries.apart import SetAside, apart, pairs_set_aside, set_aside_by
from app.matching.queries.cards import MatchCard, Ranked, Reason, card_for, cards, suggested
from app.matching.queries.choices import (
    choices,
    is_wanted,
    profile_of,
    wanted_after_gatherings,
)
from app.matching.queries.introductions import introduced_pairs
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
from app.matching.queries.steps import own_words, popular_words

__all__ = [
    "Gathering",
    "MatchCard",
    "Ranked",
    "Reason",
    "SetAside",
    "acquainted",
    "apart",
    "blocked_pairs",
    "candidates",
    "card_for",
    "cards",
    "choices",
    "facets_of",
    "gatherings_of",
    "helped_on",
    "introduced_pairs",
    "is_wanted",
    "own_words",
    "pairs_set_aside",
    "places_of",
    "popular_words",
    "profile_of",
    "profiles_of",
    "set_aside_by",
    "suggested",
    "wanted_after_gatherings",
]
