"""The queue at the door: approve or decline, one or many at once."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.current import person_here
from app.communities import queries
from app.communities.current import current_community
from app.communities.forms.joining import DecisionForm
from app.communities.models import JoinRequestState
from app.communities.service import joining
from app.communities.views.blueprint import blueprint
from app.communities.views.viewer import hand
from app.core import clock, policy, storage
from app.core.database import db
from app.core.errors import NotThere
from app.web.responses import refusals_shown_in, see_other

PAGE = "communities/joining/requests.html"
DECISIONS = {
    "approve": JoinRequestState.APPROVED,
    "decline": JoinRequestState.DECLINED,
}
MOST_AT_ONCE = 200


@blueprint.get("/c/<slug>/desk/requests", endpoint="requests")
@policy.may("joining.decide")
def show_requests(slug: str) -> ResponseReturnValue:
    """List who waits at the door, and what was decided of late."""
    return render_template(PAGE, **_page(DecisionForm(None)))


@blueprint.post("/c/<slug>/desk/requests/decision")
@policy.may("joining.decide")
def decide_requests(slug: str) -> ResponseReturnValue:
    """Approve or decline the chosen requests, with a word to them."""
    form = DecisionForm()
    decision = DECISIONS.get(request.form.get("decision", ""))
    if decision is None:
        raise NotThere
    if not form.validate():
        return render_template(PAGE, **_page(form)), 422
    chosen = queries.waiting_among(
        current_community().id, person_here().id, request.form.getlist("chosen")[:MOST_AT_ONCE]
    )
    with refusals_shown_in(PAGE, **_page(form)):
        decided = joining.decide(
            chosen,
            decision,
            community=current_community(),
            reply=form.reply.data or "",
            by=hand(),
            now=clock.now(),
        )
        db.session.commit()
    flash(_said(decision, len(decided)), "good")
    if len(decided) < len(chosen):
        flash(_("The others had been decided by someone else meanwhile."), "warn")
    return see_other(url_for("communities.requests", slug=slug))


def _said(decision: JoinRequestState, count: int) -> str:
    if decision is JoinRequestState.APPROVED:
        return str(ngettext("One person is in.", "%(num)d people are in.", count))
    return str(ngettext("One request is declined.", "%(num)d requests are declined.", count))


def _page(form: DecisionForm) -> dict[str, Any]:
    community = current_community()
    viewer = person_here().id
    return {
        "community": community,
        "form": form,
        "refusal": None,
        "waiting": queries.waiting_requests(community.id, viewer),
        "decided": queries.decided_requests(community.id, viewer),
        "chosen": request.form.getlist("chosen"),
        "file_url": storage.file_url,
        "APPROVED": JoinRequestState.APPROVED,
    }
