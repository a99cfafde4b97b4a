"""The people behind a number."""

from datetime import date

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.current import person_here
from app.analytics.months import Month, last_months
from app.analytics.numbers import NUMBERS
from app.analytics.queries import people as reads
from app.analytics.views.blueprint import blueprint
from app.analytics.views.words import explanation, headings, label
from app.communities.current import current_community, current_contact
from app.communities.queries.people import Viewer
from app.core import clock, policy
from app.core.errors import NotThere
from app.core.storage import file_url

FARTHEST = 10_000


@blueprint.get("/c/<slug>/health/people")
@policy.may("health.view")
def people(slug: str) -> ResponseReturnValue:
    """Show who is behind a number of a month."""
    community, now = current_community(), clock.now()
    with_team = request.args.get("team") == "in"
    counting = reads.counting_of(community, with_team=with_team)
    asked = reads.Asked(_number(), _month(), counting)
    viewer = Viewer(person_here().id, current_contact().id, is_organizer=True)
    found = reads.behind(community, asked, now, viewer, _page())
    return render_template(
        "analytics/people.html",
        slug=slug,
        zone=community.zone,
        number=asked.number,
        headings=headings(),
        label=label(asked.number),
        explanation=explanation(asked.number, counting),
        month=asked.month,
        found=found,
        with_team=with_team,
        previous=_url(asked, found.page - 1) if found.page > 1 else None,
        following=_url(asked, found.page + 1) if found.has_next else None,
        file_url=file_url,
    )


def _number() -> str:
    number = request.args.get("number", "members")
    if number not in NUMBERS:
        raise NotThere
    return number


def _month() -> Month:
    """Return the month asked for: one of those the page shows, the current one by default."""
    months = last_months(clock.now(), current_community().zone)
    asked = request.args.get("month")
    if asked is None:
        return months[-1]
    for month in months:
        if f"{month.first_day:%Y-%m}" == asked:
            return month
    raise NotThere


def _page() -> int:
    text = request.args.get("page", "1")
    return min(int(text), FARTHEST) if text.isascii() and text.isdigit() and int(text) else 1


def _url(asked: reads.Asked, page: int) -> str:
    return url_for(
        "analytics.people",
        slug=current_community().slug,
        number=asked.number,
        month=month_text(asked.month.first_day),
        team="in" if asked.counting.with_team else None,
        page=page,
    )


def month_text(month: date) -> str:
    """Write a month as addresses say it."""
    return f"{month:%Y-%m}"
