"""Who stays, by month of joining."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.analytics.queries.cohorts import FARTHEST, cohorts
from app.analytics.views.blueprint import blueprint
from app.communities.current import current_community
from app.core import clock, policy


@blueprint.get("/c/<slug>/health/cohorts")
@policy.may("health.view")
def show_cohorts(slug: str) -> ResponseReturnValue:
    """Show how many of those who joined in a month did something in later ones."""
    with_team, is_later = request.args.get("team") == "in", request.args.get("count") == "later"

    def address(*, team: bool = with_team, later: bool = is_later) -> str:
        asked: dict[str, Any] = {
            "team": "in" if team else None,
            "count": "later" if later else None,
        }
        return url_for("analytics.show_cohorts", slug=slug, **asked)

    return render_template(
        "analytics/cohorts.html",
        slug=slug,
        people_url=url_for("analytics.people", slug=slug),
        found=cohorts(current_community(), clock.now(), with_team=with_team, is_later=is_later),
        farthest=FARTHEST,
        with_team=with_team,
        is_later=is_later,
        address=address,
    )
