"""Changing the address of an account."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.accounts import service
from app.accounts.current import current_person, person_here, session_here
from app.accounts.forms import AddressForm
from app.accounts.models import TokenPurpose
from app.accounts.views.blueprint import blueprint
from app.accounts.views.doors import proved_lately
from app.accounts.views.known import remember_device
from app.accounts.views.limits import limit_mails
from app.core import clock, policy
from app.core.database import db
from app.core.text import email_key
from app.web.responses import refusals_shown_in, see_other

PAGE, OPENED = "accounts/address.html", "accounts/address_opened.html"


@blueprint.get("/settings/address")
@policy.signed_in
@proved_lately
def address() -> ResponseReturnValue:
    """Ask for a new address."""
    return render_template(
        PAGE, form=AddressForm(None), address=session_here().address, refusal=None
    )


@blueprint.post("/settings/address")
@policy.signed_in
@proved_lately
def create_address() -> ResponseReturnValue:
    """Send the link that proves the new address."""
    form, old = AddressForm(), session_here().address
    if not form.validate():
        return render_template(PAGE, form=form, address=old, refusal=None), 422
    new = form.email.data or ""
    with refusals_shown_in(PAGE, form=form, address=old):
        limit_mails(new)
        service.ask_to_change_address(person_here(), new, now=clock.now())
        db.session.commit()
    flash(_("Open the link we sent to %(address)s, and it becomes your address.", address=new))
    return see_other(url_for("accounts.security"))


@blueprint.get("/address/<token>")
@policy.signed
def open_address(token: str) -> ResponseReturnValue:
    """Ask for one press, once the link in the new mailbox is opened."""
    row = service.look_at_link(token, TokenPurpose.ADD_EMAIL, now=clock.now())
    return render_template(OPENED, form=FlaskForm(), token=token, address=row.address, refusal=None)


@blueprint.post("/address/<token>")
@policy.signed
def update_address(token: str) -> ResponseReturnValue:
    """Make the new address the account's own."""
    new = service.look_at_link(token, TokenPurpose.ADD_EMAIL, now=clock.now()).address
    with refusals_shown_in(OPENED, form=FlaskForm(), token=token, address=new):
        person = service.change_address(token, now=clock.now())
        db.session.commit()
    flash(_("%(address)s is your address now.", address=new), "good")
    if current_person() is not person:
        return see_other(url_for("accounts.sign_in"))
    remember_device(email_key(new))
    return see_other(url_for("accounts.security"))
