"""Choosing the few shared words that are shown as reasons: only those both sides show."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.communities.models import FacetKind
from app.matching.blocks import SHORTEST_WORD

SHOWN = 3

Keys = Mapping[FacetKind, Mapping[str, str]]


def shown_reasons(shared: Iterable[Any], *, mine: Keys, theirs: Keys) -> list[dict[str, str]]:
    """Return the reasons for one card as stored, at most three.

    `shared` are `similarity.Reason`s, the heaviest first; `mine` and `theirs` are the facets that
    other members may see. A word that only a hidden facet holds gives no reason, and a word within
    a facet already named is not said twice.
    """
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for reason in shared:
        here = _holding(mine.get(reason.mine, {}), reason.term)
        there = _holding(theirs.get(reason.theirs, {}), reason.term)
        if here is None or there is None:
            continue
        name = (reason.mine, reason.theirs, there)
        found.setdefault(
            name,
            {
                "mine": reason.mine.value,
                "theirs": reason.theirs.value,
                "my_key": here,
                "key": there,
                "value": theirs[reason.theirs][there] if here == there else reason.term,
            },
        )
    return list(found.values())[:SHOWN]


def _holding(keys: Mapping[str, str], term: str) -> str | None:
    """Return the facet that is a term or has it as a word."""
    if term in keys:
        return term
    return next((key for key in keys if len(term) >= SHORTEST_WORD and term in key.split()), None)
