"""The edge of analytics: how a community is doing, for those who look after it."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.analytics import queries
from app.analytics.drawing import drawn
from app.communities.current import current_community
from app.core import clock, policy

blueprint = Blueprint("analytics", __name__, template_folder="templates")
BLUEPRINTS = (blueprint,)


@blueprint.get("/c/<slug>/health")
@policy.may("health.view")
def show(slug: str) -> ResponseReturnValue:
    """Show this month in sentences, and members and active members over two years."""
    counts = queries.monthly(current_community(), clock.now())
    return render_template(
        "analytics/show.html",
        slug=slug,
        zone=current_community().zone,
        counts=counts,
        this=counts[-1],
        last=counts[-2],
        drawing=drawn(counts),
    )
