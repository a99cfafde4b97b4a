"""A forgotten password: a mail, a link, a new one."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import service
from app.accounts.forms import AddressForm, NewPasswordForm
from app.accounts.models import TokenPurpose
from app.accounts.views.blueprint import blueprint
from app.accounts.views.doors import come_in
from app.accounts.views.limits import limit_mails
from app.core import clock, policy
from app.core.database import db
from app.core.text import email_key
from app.web import languages
from app.web.responses import refusals_shown_in, see_other

OPENED = "accounts/forgotten_opened.html"


@blueprint.get("/password")
@policy.public
def forgotten() -> ResponseReturnValue:
    """Ask for the address of an account whose password is forgotten."""
    return render_template("accounts/forgotten.html", form=AddressForm(request.args), refusal=None)


@blueprint.post("/password")
@policy.public
def create_reset() -> ResponseReturnValue:
    """Send the link to a new password; the answer is the same for every address."""
    form = AddressForm()
    if not form.validate():
        return render_template("accounts/forgotten.html", form=form, refusal=None), 422
    with refusals_shown_in("accounts/forgotten.html", form=form):
        limit_mails(form.email.data or "")
        service.ask_for_link(
            TokenPurpose.RESET,
            address=form.email.data or "",
            language=languages.language(),
            now=clock.now(),
        )
        db.session.commit()
    return see_other(url_for("accounts.mail_sent", kind="password"))


@blueprint.get("/password/<token>")
@policy.signed
def open_reset(token: str) -> ResponseReturnValue:
    """Ask for the new password, once the mail's link is opened."""
    row = service.look_at_link(token, TokenPurpose.RESET, now=clock.now())
    form = NewPasswordForm()
    return render_template(OPENED, form=form, token=token, address=row.address, refusal=None)


@blueprint.post("/password/<token>")
@policy.signed
def update_reset(token: str) -> ResponseReturnValue:
    """Set the new password, end all sessions, and let its owner in."""
    address = service.look_at_link(token, TokenPurpose.RESET, now=clock.now()).address
    form = NewPasswordForm()
    if not form.validate():
        page = render_template(OPENED, form=form, token=token, address=address, refusal=None)
        return page, 422
    with refusals_shown_in(OPENED, form=form, token=token, address=address):
        password = form.password.data or ""
        person = service.reset_password(token, password=password, now=clock.now())
        answer = come_in(person, account=email_key(address), back=None)
    flash(_("Your new password counts. All other devices are signed out."), "good")
    return answer
