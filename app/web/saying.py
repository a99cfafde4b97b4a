"""Facts in words: what a refusal or two texts side by side hold, as their reader writes it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask_babel import gettext as _

from app.core.money import Money
from app.web.filters import money, when


def said(fact: object) -> object:
    """Return money, a time and a yes or no in words, nothing as no words, all else untouched.

    A time is one on the wall of its place (without a zone of its own), or a moment.
    """
    if fact is None:
        return ""
    if isinstance(fact, bool):
        return _("yes") if fact else _("no")
    if isinstance(fact, Money):
        return money(fact)
    if isinstance(fact, datetime):
        return when(fact) if fact.tzinfo else when(fact.replace(tzinfo=UTC), "UTC")
    return fact


def all_said(facts: Mapping[str, object]) -> dict[str, object]:
    """Return facts by name, each in words."""
    return {name: said(fact) for name, fact in facts.items()}
