"""How a community counts who sleeps."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.analytics import service
from app.analytics.forms import CountingForm
from app.analytics.views.blueprint import blueprint
from app.analytics.views.page import health_page
from app.communities.current import current_community
from app.core import policy
from app.core.database import db
from app.web.responses import see_other


@blueprint.post("/c/<slug>/health/counting")
@policy.may("community.edit")
def update_counting(slug: str) -> ResponseReturnValue:
    """Choose after how long a member sleeps."""
    form = CountingForm()
    if not form.validate():
        return health_page(form), 422
    service.count_as(
        current_community(),
        sleeping_months=form.sleeping_months.data or 0,
        is_strict=bool(form.is_strict.data),
        by=person_here(),
    )
    db.session.commit()
    flash(_("From now on health is counted like this."), "good")
    return see_other(url_for("analytics.show", slug=slug, _anchor="counting"))
