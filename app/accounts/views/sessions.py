"""The devices that are signed in, each with an end."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.accounts import queries, service
from app.accounts.current import end_session, person_here, session_here
from app.accounts.device import is_phone
from app.accounts.views.blueprint import blueprint
from app.core import clock, policy
from app.core.database import db
from app.web.responses import see_other


@blueprint.get("/settings/devices")
@policy.signed_in
def sessions() -> ResponseReturnValue:
    """List the devices."""
    here = session_here()
    return render_template(
        "accounts/sessions.html",
        form=FlaskForm(),
        this_one=here.session.id,
        sessions=queries.live_sessions(here.person.id, clock.now()),
        is_phone=is_phone,
    )


@blueprint.post("/settings/devices/<session_id>/end")
@policy.signed_in
def remove_session(session_id: str) -> ResponseReturnValue:
    """End one device's session; ending this one signs out."""
    here = session_here()
    if session_id == here.session.public_id:
        end_session()
        db.session.commit()
        return see_other(url_for("accounts.sign_in"))
    service.end_session(here.person, session_id, now=clock.now())
    db.session.commit()
    flash(_("That device is signed out."), "good")
    return see_other(url_for("accounts.sessions"))


@blueprint.post("/settings/devices/end")
@policy.signed_in
def remove_other_sessions() -> ResponseReturnValue:
    """End every session but this one."""
    service.end_sessions(person_here(), except_ids=[session_here().session.id], now=clock.now())
    db.session.commit()
    flash(_("All other devices are signed out."), "good")
    return see_other(url_for("accounts.sessions"))
