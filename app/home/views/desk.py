"""The organizer's desk: what waits, how far the beginning has come, who came, what comes."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.accounts.current import person_here
from app.analytics import queries as analytics
from app.analytics.drawing import drawn
from app.analytics.months import last_months
from app.communities.current import current_community, current_contact, may
from app.communities.queries.communities import FIRST_MEMBERS, beginnings
from app.communities.queries.people import Viewer
from app.core import clock, policy
from app.core.storage import file_url
from app.home.queries import desk as queries
from app.home.queries.gatherings import coming_here
from app.home.views.blueprint import blueprint

COMING = 4


@blueprint.get("/c/<slug>/desk")
@policy.may("desk.view")
def desk(slug: str) -> ResponseReturnValue:
    """Show those who look after a community what there is to do and to know."""
    here, now = current_community(), clock.now()
    viewer = Viewer(person_here().id, current_contact().id, is_organizer=may("members.manage"))
    (month,) = last_months(now, here.zone, 1)
    counts = analytics.monthly(here, now) if may("health.view") else []
    return render_template(
        "home/desk.html",
        slug=slug,
        community=here,
        beginning=beginnings(here, current_contact().id) if _is_beginning() else None,
        first_members=FIRST_MEMBERS,
        waiting=queries.waiting(here),
        newcomers=queries.newcomers(here, viewer, month.begins_at),
        gatherings=coming_here(here, current_contact().id, now, limit=COMING),
        counts=counts,
        drawing=drawn(counts) if counts else None,
        file_url=file_url,
    )


def _is_beginning() -> bool:
    return current_community().checklist_done_at is None and may("community.edit")
