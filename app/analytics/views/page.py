"""The health page: this month in sentences, the five metrics, two years of each."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.analytics.forms import CountingForm
from app.analytics.queries.report import Report, report
from app.analytics.views.blueprint import blueprint
from app.communities.current import current_community, may
from app.core import clock, policy


@blueprint.get("/c/<slug>/health")
@policy.may("health.view")
def show(slug: str) -> ResponseReturnValue:
    """Show how a community is doing."""
    return health_page()


def health_page(form: CountingForm | None = None) -> str:
    """Return the page, with the form of how to count as it was typed."""
    community, with_team = current_community(), request.args.get("team") == "in"
    told = report(community, clock.now(), with_team=with_team)
    return render_template(
        "analytics/show.html",
        slug=community.slug,
        community=community,
        report=told,
        with_team=with_team,
        form=form or _form(told) if may("community.edit") else None,
        people_url=url_for("analytics.people", slug=community.slug),
    )


def _form(told: Report) -> CountingForm:
    counting = told.counting
    return CountingForm(
        None, data={"sleeping_months": counting.span, "is_strict": counting.is_strict}
    )
