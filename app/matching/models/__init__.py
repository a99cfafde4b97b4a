"""Tables of matching: choices, suggestions and what people said of their time."""

from app.matching.models.introduction import (
    AnswerStep,
    EndedBy,
    Hello,
    HelloState,
    Introduction,
    IntroductionAnswer,
    IntroductionSide,
    IntroductionState,
)
from app.matching.models.profile import MatchProfile
from app.matching.models.suggestion import (
    MatchChoice,
    MatchImpression,
    MatchKind,
    MatchRole,
    MatchRound,
    MatchSetAside,
    Suggestion,
)

__all__ = [
    "AnswerStep",
    "EndedBy",
    "Hello",
    "HelloState",
    "Introduction",
    "IntroductionAnswer",
    "IntroductionSide",
    "IntroductionState",
    "MatchChoice",
    "MatchImpression",
    "MatchKind",
    "MatchProfile",
    "MatchRole",
    "MatchRound",
    "MatchSetAside",
    "Suggestion",
]
