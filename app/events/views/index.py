"""What is planned, and what was."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from babel.dates import format_skeleton
from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.communities.current import current_community, may, standing
from app.core import clock, policy
from app.core.storage import file_url
from app.events import queries
from app.events.queries import Card
from app.events.queries.lists import PAGE
from app.events.views.blueprint import blueprint
from app.web import languages


@dataclass(frozen=True)
class Month:
    """The gatherings of one month, by the wall clocks of their places."""

    title: str
    cards: list[Card]


@blueprint.get("/c/<slug>/events")
@policy.may("events.view")
def index(slug: str) -> ResponseReturnValue:
    """List what is to come, or with `?past` what is over."""
    here, contact = current_community(), standing().contact
    who = queries.Reader(here.id, contact.id if contact else None, may("events.view_members"))
    before = _moment(request.args.get("past"))
    if before is None:
        cards, older = queries.upcoming_cards(who, now=clock.now()), None
    else:
        cards = queries.past_cards(who, before=min(before, clock.now()))
        older = cards[PAGE].ends_at if len(cards) > PAGE else None
    return render_template(
        "events/index.html",
        community=here,
        slug=slug,
        months=by_month(cards[:PAGE] if before else cards),
        is_past=before is not None,
        older=older.isoformat() if older else None,
        file_url=file_url,
    )


def by_month(cards: list[Card]) -> list[Month]:
    """Group cards, in their order, by the month their place is in when they start."""
    groups = groupby(cards, key=lambda card: (card.starts_local.year, card.starts_local.month))
    return [
        Month(
            format_skeleton("yMMMM", datetime(year, month, 1), locale=languages.language()),  # noqa: DTZ001 - a month has no zone
            list(found),
        )
        for (year, month), found in groups
    ]


def _moment(text: str | None) -> datetime | None:
    """Read where the past begins; anything unreadable is now."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return clock.now()
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
