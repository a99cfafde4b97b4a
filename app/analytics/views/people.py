"""The people behind a number."""

import re
from datetime import date
from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.current import person_here
from app.analytics.months import Month, last_months
from app.analytics.numbers import COHORT, HOUR, NUMBERS, UNITS
from app.analytics.queries import people as reads
from app.analytics.queries.behind import Asked
from app.analytics.queries.histories import Counting
from app.analytics.views.blueprint import blueprint
from app.analytics.views.words import (
    explanation,
    explanation_of_cohort,
    headings,
    hour_of_week,
    label,
    section_of,
    title_of,
    title_of_cohort,
)
from app.communities.current import current_community, current_contact
from app.communities.queries.people import Viewer
from app.core import clock, policy
from app.core.errors import NotThere
from app.core.money import Money
from app.core.storage import file_url
from app.web.filters import count, money

FARTHEST = 10_000
SAME_DAYS, LATER = "same-days", "later"
HOUR_OF_WEEK = re.compile(r"([1-7])-(1?[0-9]|2[0-3])", re.ASCII)


@blueprint.get("/c/<slug>/health/people")
@policy.may("health.view")
def people(slug: str) -> ResponseReturnValue:
    """Show who is behind a number of a month."""
    community, now = current_community(), clock.now()
    with_team = request.args.get("team") == "in"
    counting = reads.counting_of(community, with_team=with_team)
    asked = _asked(counting)
    viewer = Viewer(person_here().id, current_contact().id, is_organizer=True)
    found = reads.listed(community, asked, now, viewer, _page())
    return render_template(
        "analytics/people.html",
        slug=slug,
        zone=community.zone,
        amount=partial(_amount, unit=UNITS.get(asked.number), currency=community.currency.upper()),
        number=asked.number,
        unit=UNITS.get(asked.number),
        headings=headings(),
        section=section_of(asked.number),
        label=_label(asked),
        cohort=asked.cohort,
        count_of_cells=LATER if asked.is_later else None,
        title=_title(asked),
        explanation=_explanation(asked),
        month=asked.month,
        same_days=asked.same_days,
        found=found,
        with_team=with_team,
        previous=_url(asked, found.page - 1) if found.page > 1 else None,
        following=_url(asked, found.page + 1) if found.has_next else None,
        file_url=file_url,
    )


def _label(asked: Asked) -> str:
    """Return what a number is called."""
    return hour_of_week(*asked.hour) if asked.number == HOUR else label(asked.number)


def _title(asked: Asked) -> str:
    """Return what a list is called."""
    if asked.cohort:
        return title_of_cohort(asked.cohort, asked.month, is_later=asked.is_later)
    return title_of(_label(asked), asked.month)


def _explanation(asked: Asked) -> str:
    """Return who is on a list."""
    if asked.cohort:
        return explanation_of_cohort(asked.cohort, asked.month, is_later=asked.is_later)
    return explanation(asked.number, asked.counting)


def _amount(share: int, *, unit: str | None, currency: str) -> str:
    """Write someone's share of a number."""
    return money(Money(share, currency)) if unit == "money" else count(share)


def _asked(counting: Counting) -> Asked:
    """Return the number asked for: only the last month is told by its first days too."""
    number, month = request.args.get("number", "members"), _month()
    same_days = request.args.get("part") == SAME_DAYS
    months = last_months(clock.now(), current_community().zone, 2)
    if number not in NUMBERS or (same_days and month != months[0]):
        raise NotThere
    if number == COHORT:
        return _cell(month, counting)
    return Asked(number, month, counting, same_days, _hour() if number == HOUR else (1, 0))


def _cell(month: Month, counting: Counting) -> Asked:
    """Return the cell of the cohorts asked for: none is older than its cohort."""
    cohort, is_later = _month("cohort"), request.args.get("count") == LATER
    if month.number < cohort.number:
        raise NotThere
    return Asked(COHORT, month, counting, cohort=cohort, is_later=is_later)


def _hour() -> tuple[int, int]:
    """Return the weekday (1-7) and the hour asked for."""
    found = HOUR_OF_WEEK.fullmatch(request.args.get("hour", ""))
    if found is None:
        raise NotThere
    return int(found[1]), int(found[2])


def _month(name: str = "month") -> Month:
    """Return the month asked for: one of those the page shows, the current one by default."""
    months = last_months(clock.now(), current_community().zone)
    asked = request.args.get(name)
    if asked is None:
        return months[-1]
    for month in months:
        if f"{month.first_day:%Y-%m}" == asked:
            return month
    raise NotThere


def _page() -> int:
    text = request.args.get("page", "1")
    return min(int(text), FARTHEST) if text.isascii() and text.isdigit() and int(text) else 1


def _url(asked: Asked, page: int) -> str:
    return url_for(
        "analytics.people",
        slug=current_community().slug,
        number=asked.number,
        month=month_text(asked.month.first_day),
        part=SAME_DAYS if asked.same_days else None,
        hour="{}-{}".format(*asked.hour) if asked.number == HOUR else None,
        cohort=month_text(asked.cohort.first_day) if asked.cohort else None,
        count=LATER if asked.is_later else None,
        team="in" if asked.counting.with_team else None,
        page=page,
    )


def month_text(month: date) -> str:
    """Write a month as addresses say it."""
    return f"{month:%Y-%m}"
