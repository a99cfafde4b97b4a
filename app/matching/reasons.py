"""Choosing what is shown as reasons: only words that both sides show."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.communities.models import FacetKind
from app.matching.blocks import SHORTEST_WORD, WHOLE

SAID = 3

Keys = Mapping[FacetKind, Mapping[str, str]]


def shown_reasons(
    shared: Iterable[Any], *, mine: Keys, theirs: Keys, met_at: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """Return the reasons for one card as stored, at most three.

    `shared` are `similarity.Reason`s, the heaviest first; `mine` and `theirs` are the facets that
    other members may see; `met_at` are the gatherings both came to, the newest first. A word that
    only a hidden facet holds gives no reason, and a facet already named is not named twice.
    """
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for reason in shared:
        here = _holding(mine, reason.mine, reason.term)
        there = _holding(theirs, reason.theirs, reason.term)
        if here is None or there is None:
            continue
        name = (reason.mine, reason.theirs, there)
        found.setdefault(
            name,
            {
                "what": "facet",
                "mine": reason.mine.value,
                "theirs": reason.theirs.value,
                "my_key": here,
                "key": there,
                "value": theirs[reason.theirs][there] if here == there else reason.term,
            },
        )
    titles = list(met_at)
    together = [{"what": "events", "value": titles[0], "count": len(titles)}] if titles else []
    return [*list(found.values())[: SAID - len(together)], *together]


def _holding(card: Keys, kind: FacetKind, term: str) -> str | None:
    """Return the facet that is a term or has it as a word."""
    keys = card.get(kind, {})
    if term in keys:
        return term
    if kind in WHOLE:
        return None
    return next((key for key in keys if len(term) >= SHORTEST_WORD and term in key.split()), None)
