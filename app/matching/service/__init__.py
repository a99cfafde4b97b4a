"""The verbs of matching, by noun."""

from app.matching.service.suggestions import (
    ask_for_refresh,
    card_changed,
    choose,
    forget,
    refresh,
)

__all__ = ["ask_for_refresh", "card_changed", "choose", "forget", "refresh"]
