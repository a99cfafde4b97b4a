"""All numbers of months together, computed from roll-ups, periods and the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.analytics import revenue
from app.analytics.figures import Figures, People, Sold, people_in, with_recurring
from app.analytics.months import Month, same_days_before
from app.analytics.queries import activity, gatherings, sales
from app.analytics.queries.histories import Counting, Cut, Window, folds
from app.communities.models import Community


@dataclass(frozen=True, slots=True)
class Span:
    """A month, or its first days: until a moment, so many days of it."""

    month: Month
    until: datetime
    days: int

    @property
    def last_day(self) -> date:
        """The last day of it."""
        return self.month.first_day + timedelta(days=min(self.days, self.month.length) - 1)


def computed(
    community: Community,
    months: Sequence[Month],
    now: datetime,
    counting: Counting,
    *,
    same_days: Span | None = None,
) -> tuple[list[Figures], Figures | None]:
    """Return the numbers of months in a row; with `same_days`, also those of that part of a month.

    Six statements, however many months.
    """
    spans = [so_far(month, now, community.zone) for month in months]
    asked = [*spans, *([same_days] if same_days else [])]
    people = _people(community, asked, counting, has_cut=same_days is not None)
    done = activity.doing(community, [(one.month, one.days) for one in asked], counting)
    if same_days:  # months do not know on which day an act was: only who did something on it
        done[-1] = replace(done[-1], acts=0, weight=0, mutual=0)
    times = [(one.month.begins_at, one.until) for one in asked]
    met = gatherings.gathered(community, times, now, counting)
    money = _sold(community, asked, counting, has_cut=same_days is not None)
    seen = activity.seen(community, [one.last_day for one in asked], counting)
    found = [
        Figures(
            span.month.first_day,
            is_current=now < span.month.ends_at,
            people=replace(who, seen=ever),
            doing=did,
            gathered=came,
            sold=paid,
        )
        for span, who, ever, did, came, paid in zip(
            asked, people, seen, done, met, money, strict=True
        )
    ]
    return (found[:-1], found[-1]) if same_days else (found, None)


def _people(
    community: Community, asked: Sequence[Span], counting: Counting, *, has_cut: bool
) -> list[People]:
    """Return the people's numbers of each span; the last one may be a part of its month."""
    whole = asked[:-1] if has_cut else asked
    cuts = [_cut(whole, counting)]
    if has_cut:
        cuts.append(_cut(asked[-1:], counting))
    found = []
    for cut, told in zip(cuts, folds(community, cuts, counting), strict=True):
        window = cut.window
        found += [
            people_in(told, window.place(month), window.span, window.days_to_end(month))
            for month in window.months
        ]
    return found


def _cut(spans: Sequence[Span], counting: Counting) -> Cut:
    window = Window(tuple(one.month for one in spans), counting.span)
    return Cut(window, spans[-1].until, spans[-1].days)


def _sold(
    community: Community, asked: Sequence[Span], counting: Counting, *, has_cut: bool
) -> list[Sold]:
    """Return the sales of each span; those of the last may have seen but what came by then."""
    times = [(one.month.begins_at, one.until) for one in asked]
    found = sales.sold(community, times, counting)
    first = min((one.month for one in asked), key=lambda month: month.number)
    known, by_then = sales.recurring(community, first, counting, asked[-1].until)
    told = [known] * len(asked)
    if has_cut:
        told[-1] = by_then
    return [
        with_recurring(one, revenue.flow(recurring, span.month.number))
        for one, recurring, span in zip(found, told, asked, strict=True)
    ]


def so_far(month: Month, now: datetime, zone: str) -> Span:
    """Return a month as far as it has come."""
    return Span(month, until(month, now), _days(month, now, zone))


def first_days(month: Month, now: datetime, zone: str) -> Span:
    """Return the days of the month before this one up to the same day and time."""
    return Span(month, same_days_before(now, zone), now.astimezone(ZoneInfo(zone)).day)


def until(month: Month, now: datetime) -> datetime:
    """Return the end of what is told of a month: what happens this very moment is in it."""
    return min(now + timedelta(microseconds=1), month.ends_at)


def _days(month: Month, now: datetime, zone: str) -> int:
    """Return how many days of a month have begun."""
    if now >= month.ends_at:
        return month.length
    return now.astimezone(ZoneInfo(zone)).day
