"""Small numbers, said honestly: a share, with what can be known of it."""

from dataclasses import dataclass
from math import sqrt

FEW, SOME = 10, 30
Z = 1.959963984540054  # the 97.5th percentile of the normal distribution


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`: said in words under 10, with an interval under 30, else as it is."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share itself; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def is_few(self) -> bool:
        """Whether a percentage would mislead: it is said as "3 of 7"."""
        return self.whole < FEW

    @property
    def interval(self) -> tuple[float, float] | None:
        """The Wilson interval at 95 %, where a percentage is said and not yet trusted."""
        return wilson(self.part, self.whole) if FEW <= self.whole < SOME else None


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the score interval at 95 % of a share (Wilson 1927)."""
    share, square = part / whole, Z * Z
    middle = share + square / (2 * whole)
    half = Z * sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    below = 1 + square / whole
    return max(0.0, (middle - half) / below), min(1.0, (middle + half) / below)
