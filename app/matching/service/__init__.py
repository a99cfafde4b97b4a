"""The verbs of matching, by noun."""

from app.matching.service.choices import ask_for_refresh, card_changed, choose, forget, part
from app.matching.service.impressions import note_shown
from app.matching.service.profiles import (
    Words,
    say_experience,
    say_hours,
    say_place,
    say_words,
)
from app.matching.service.set_aside import postpone, refuse, show_again
from app.matching.service.suggestions import refresh

__all__ = [
    "Words",
    "ask_for_refresh",
    "card_changed",
    "choose",
    "forget",
    "note_shown",
    "part",
    "postpone",
    "refresh",
    "refuse",
    "say_experience",
    "say_hours",
    "say_place",
    "say_words",
    "show_again",
]
