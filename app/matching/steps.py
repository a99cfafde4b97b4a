"""The questions of matching, one a page, in the order they are asked."""

from enum import StrEnum

from app.communities.models import FacetKind


class Step(StrEnum):
    """One question; its value is its address."""

    INTERESTS = "interests"
    OFFERS = "offers"
    WANTS = "wants"
    GOALS = "goals"
    LANGUAGES = "languages"
    EXPERIENCE = "experience"
    HOURS = "hours"
    PLACE = "place"
    LIFE = "life"
    VALUES = "values"

    @property
    def number(self) -> int:
        """Return where it stands, from 1."""
        return list(Step).index(self) + 1

    @property
    def after(self) -> "Step | None":
        """Return the next question, or None at the end."""
        return next((step for step in Step if step.number == self.number + 1), None)


ASKS_WORDS: dict[Step, FacetKind] = {
    Step.INTERESTS: FacetKind.INTEREST,
    Step.OFFERS: FacetKind.OFFER,
    Step.WANTS: FacetKind.WANT,
    Step.GOALS: FacetKind.GOAL,
    Step.LANGUAGES: FacetKind.LANGUAGE,
    Step.LIFE: FacetKind.LIFE,
    Step.VALUES: FacetKind.VALUE,
}
"""Questions answered in words of the card; the others are answered in numbers and places."""
