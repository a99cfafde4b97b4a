"""Monthly recurring revenue and its movements, from what members paid for their plans.

A month's payment counts in its calendar month, a year's in twelve from its own, one for several
months or years in as many, the same part each, rounded to the minor unit: the same every month, so
that no rounding looks like a movement.
MRR(m) = MRR(m-1) + new + expansion + reactivation - contraction - churn.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

YEAR = 12


@dataclass(frozen=True, slots=True)
class Paid:
    """What a member paid for a plan, net of refunds, in a month (a count of months)."""

    contact_id: int
    month: int
    minor: int
    months: int  # how many it covers


@dataclass(frozen=True, slots=True)
class Flow:
    """One month of recurring revenue; each part at least 0."""

    mrr: int = 0
    new: int = 0
    expansion: int = 0
    reactivation: int = 0
    contraction: int = 0
    churn: int = 0
    payers: int = 0


def recurring(payments: Iterable[Paid]) -> dict[int, dict[int, int]]:
    """Return what each contact brings in a month: contact -> month -> minor units."""
    found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for paid in payments:
        if paid.minor <= 0:
            continue
        for step in range(paid.months):
            found[paid.contact_id][paid.month + step] += round(paid.minor / paid.months)
    return {who: dict(months) for who, months in found.items()}


def flow(revenue: Mapping[int, Mapping[int, int]], month: int) -> Flow:
    """Return the movements of a month against the month before."""
    parts: dict[str, int] = defaultdict(int)
    for months in revenue.values():
        before, now = months.get(month - 1, 0), months.get(month, 0)
        parts["mrr"] += now
        parts["payers"] += bool(now)
        if now > before:
            parts[_growth(months, month, before)] += now - before
        elif now < before:
            parts["contraction" if now else "churn"] += before - now
    return Flow(**parts)


def _growth(months: Mapping[int, int], month: int, before: int) -> str:
    if before:
        return "expansion"
    return "reactivation" if any(at < month and minor for at, minor in months.items()) else "new"
