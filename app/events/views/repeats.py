"""Weekly dates: proposed together, confirmed one by one."""

from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.communities.current import current_community, current_contact
from app.core import clock, policy
from app.core.database import db
from app.events.forms import RepeatForm
from app.events.service import series
from app.events.views.blueprint import blueprint
from app.events.views.found import event_of_hosts
from app.web.responses import refusals_shown_in, see_other

PAGE = "events/repeat.html"


@blueprint.get("/c/<slug>/events/<event_id>/repeats")
@policy.may("events.manage")
def repeats(slug: str, event_id: str) -> ResponseReturnValue:
    """Ask for how many weeks dates are proposed."""
    event = event_of_hosts(event_id)
    return render_template(PAGE, slug=slug, event=event, form=RepeatForm(), refusal=None)


@blueprint.post("/c/<slug>/events/<event_id>/repeats")
@policy.may("events.manage")
def create_repeats(slug: str, event_id: str) -> ResponseReturnValue:
    """Propose the next weeks; each date waits for a yes."""
    event, form = event_of_hosts(event_id), RepeatForm()
    page: dict[str, Any] = {"slug": slug, "event": event, "form": form}
    if not form.validate():
        return render_template(PAGE, refusal=None, **page), 422
    with refusals_shown_in(PAGE, **page):
        proposed = series.propose_weekly(
            event, form.number.data or 0, by=current_contact(), now=clock.now()
        )
        db.session.commit()
    flash(_proposed(len(proposed)), "good" if proposed else "message")
    return see_other(url_for("events.desk", slug=slug))


@blueprint.post("/c/<slug>/events/<event_id>/confirmation")
@policy.may("events.manage")
def create_confirmation(slug: str, event_id: str) -> ResponseReturnValue:
    """Say yes to a proposed date."""
    event = event_of_hosts(event_id)
    series.confirm_date(event, community=current_community(), now=clock.now())
    db.session.commit()
    flash(_("The date is announced."), "good")
    return see_other(url_for("events.desk", slug=slug))


@blueprint.post("/c/<slug>/events/<event_id>/removal")
@policy.may("events.manage")
def remove(slug: str, event_id: str) -> ResponseReturnValue:
    """Drop a proposed date."""
    series.drop_date(event_of_hosts(event_id))
    db.session.commit()
    flash(_("The proposed date is gone."), "good")
    return see_other(url_for("events.desk", slug=slug))


def _proposed(number: int) -> str:
    if not number:
        return str(_("All of these dates are there already."))
    return str(
        ngettext(
            "One date is proposed. Say yes to it when you know.",
            "%(num)s dates are proposed. Say yes to each when you know.",
            number,
        )
    )
