"""Reports that nobody of their community may judge: those who look after the site do."""

from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.communities.forms.reports import SITE_OUTCOMES, SiteDecisionForm
from app.communities.models import Outcome
from app.communities.queries import reports as reads
from app.communities.service import reports as verbs
from app.communities.views.blueprint import blueprint
from app.core import audit, clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.web.responses import refusals_shown_in, see_other

PAGE = "communities/reports/site.html"


@blueprint.get("/site/reports")
@policy.site_admin
def site_reports() -> ResponseReturnValue:
    """List what waits for whoever looks after the site."""
    audit.record("site.reports_seen", actor=person_here())
    db.session.commit()
    return render_template(PAGE, **_page())


@blueprint.post("/site/reports/<report_id>/outcome")
@policy.site_admin
def resolve_site_report(report_id: str) -> ResponseReturnValue:
    """End such a report with an outcome."""
    found = reads.site_report(report_id, person_here().id)
    if found is None:
        raise NotThere
    form = SiteDecisionForm()
    if not form.validate():
        return render_template(PAGE, **_page() | {"refusal": _("Choose an outcome.")}), 422
    community, waiting = found
    decision = verbs.Decision(Outcome(form.outcome.data), reply=form.reply.data or "")
    with refusals_shown_in(PAGE, **_page()):
        verbs.resolve_for_site(
            community, waiting.report, decision, by=person_here(), now=clock.now()
        )
        db.session.commit()
    flash(_("The report is resolved, and its reporter gets a mail."), "good")
    return see_other(url_for("communities.site_reports"))


def _page() -> dict[str, Any]:
    waiting = reads.for_the_site(person_here().id)
    return {"waiting": waiting, "outcomes": SITE_OUTCOMES, "refusal": None}
