"""Changing the password."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import service
from app.accounts.current import renew_session, session_here
from app.accounts.forms import NewPasswordForm
from app.accounts.views.blueprint import blueprint
from app.accounts.views.doors import proved_lately
from app.core import clock, policy
from app.core.database import db
from app.web.responses import refusals_shown_in, see_other

PAGE = "accounts/password.html"


@blueprint.get("/settings/password")
@policy.signed_in
@proved_lately
def password() -> ResponseReturnValue:
    """Ask for a new password."""
    return render_template(PAGE, form=NewPasswordForm(), refusal=None)


@blueprint.post("/settings/password")
@policy.signed_in
@proved_lately
def update_password() -> ResponseReturnValue:
    """Change the password: every other session ends, this one gets another secret."""
    form = NewPasswordForm()
    if not form.validate():
        return render_template(PAGE, form=form, refusal=None), 422
    here = session_here()
    with refusals_shown_in(PAGE, form=form):
        service.set_password(
            here.person,
            form.password.data or "",
            address=here.address,
            keep=[here.session.id],
            now=clock.now(),
        )
        renew_session()
        db.session.commit()
    flash(_("Your new password counts. All other devices are signed out."), "good")
    return see_other(url_for("accounts.security"))
