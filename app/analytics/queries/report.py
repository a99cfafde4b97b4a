"""The health page in one piece: closed months as they were kept, the rest as it is now."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.analytics.changes import Change
from app.analytics.figures import Figures
from app.analytics.months import last_months
from app.analytics.queries import activity, closed, figures
from app.analytics.queries.histories import Counting
from app.communities.models import Community

FEWEST = 6


@dataclass(frozen=True, slots=True)
class Report:
    """Two years of a community, the current month last."""

    months: tuple[Figures, ...]
    same_days: Figures  # last month up to the same day and time
    until: date  # today in the community's zone
    counting: Counting
    changes: tuple[Change, ...]
    heat: tuple[tuple[int, ...], ...]  # seven days of 24 hours
    age: int  # how many months there is anything to say of, the current one included

    @property
    def shown(self) -> tuple[Figures, ...]:
        """The months since there is anything to say, half a year at least."""
        return self.months[-max(self.age, FEWEST) :]

    @property
    def this(self) -> Figures:
        """The current month."""
        return self.months[-1]

    @property
    def last(self) -> Figures:
        """The month before, whole."""
        return self.months[-2]

    @property
    def year_ago(self) -> Figures:
        """The same month of last year, whole."""
        return self.months[-13]


def report(community: Community, now: datetime, *, with_team: bool = False) -> Report:
    """Return everything the page tells: eight statements.

    With the team all is counted now: closed months are kept without it.
    """
    months = last_months(now, community.zone)
    counting, known = closed.kept(community, months[0].first_day)
    if with_team:
        counting, known = replace(counting, with_team=True), {}
    first = next(place for place, month in enumerate(months) if month.first_day not in known)
    part = figures.first_days(months[-2], now, community.zone)
    live, same_days = figures.computed(community, months[first:], now, counting, same_days=part)
    kept = [known[month.first_day] for month in months[:first]]
    told = tuple([one.figures for one in kept] + live)
    until = now.astimezone(ZoneInfo(community.zone)).date()
    hours = activity.heat(community, until, counting)
    return Report(
        months=told,
        same_days=same_days or told[-2],
        until=until,
        counting=counting,
        changes=tuple(change for one in kept for change in one.changes),
        heat=tuple(tuple(hours.get((day, hour), 0) for hour in range(24)) for day in range(1, 8)),
        age=_age(told),
    )


def _age(told: tuple[Figures, ...]) -> int:
    """Return how many months there are to speak of."""
    spoken = [place for place, one in enumerate(told) if one.people.seen or one.doing.people]
    return len(told) - spoken[0] if spoken else 0
