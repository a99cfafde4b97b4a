"""Thanking a member from their card."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.communities.current import current_community, current_contact
from app.communities.forms.thanks import ThanksForm
from app.communities.service import thanks as verbs
from app.communities.views.blueprint import blueprint
from app.communities.views.members import CARD, card_page, contact_or_404
from app.core import clock, policy
from app.core.database import db
from app.core.throttle import throttle
from app.web import once
from app.web.responses import refusals_shown_in, see_other

A_DAY = 5  # thanks that cost nothing say nothing


@blueprint.post("/c/<slug>/members/<contact_id>/thanks")
@policy.may("members.view")
def create_thanks(slug: str, contact_id: str) -> ResponseReturnValue:
    """Thank a member for something."""
    contact, form = contact_or_404(contact_id), ThanksForm()
    page = card_page(contact, thanks_form=form)
    if not form.validate():
        return render_template(CARD, **page), 422
    me = current_contact()
    with refusals_shown_in(CARD, form=form, **page):
        if once.is_first(person_here().id, counting=_counting(me.id)):
            verbs.thank(
                contact,
                by=me,
                community=current_community(),
                reason=form.reason.data or "",
                now=clock.now(),
            )
            db.session.commit()
    flash(_("Said. They get a mail with your words."), "good")
    return see_other(url_for("communities.contact", slug=slug, contact_id=contact_id))


def _counting(contact_id: int) -> Callable[[], None]:
    return partial(throttle, "thanks", key=str(contact_id), limit=A_DAY, per=timedelta(days=1))
