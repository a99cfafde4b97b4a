"""Signing in by a link in a mail."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from app.accounts import service
from app.accounts.forms import AddressForm
from app.accounts.models import TokenPurpose
from app.accounts.views.blueprint import blueprint
from app.accounts.views.doors import come_in
from app.accounts.views.limits import limit_mails
from app.core import clock, policy
from app.core.database import db
from app.core.text import email_key
from app.web import languages
from app.web.responses import refusals_shown_in, see_other
from app.web.visitor import local_path

OPENED = "accounts/magic_opened.html"


@blueprint.get("/sign-in/link")
@policy.public
def magic() -> ResponseReturnValue:
    """Ask for the address a link is sent to."""
    return render_template("accounts/magic.html", form=AddressForm(request.args), refusal=None)


@blueprint.post("/sign-in/link")
@policy.public
def create_magic() -> ResponseReturnValue:
    """Send the link that signs in; the answer is the same for every address."""
    form = AddressForm()
    if not form.validate():
        return render_template("accounts/magic.html", form=form, refusal=None), 422
    with refusals_shown_in("accounts/magic.html", form=form):
        limit_mails(form.email.data or "")
        service.ask_for_link(
            TokenPurpose.MAGIC,
            address=form.email.data or "",
            back=local_path(form.next.data, ""),
            language=languages.language(),
            now=clock.now(),
        )
        db.session.commit()
    return see_other(url_for("accounts.mail_sent", kind="link"))


@blueprint.get("/sign-in/link/<token>")
@policy.signed
def open_magic(token: str) -> ResponseReturnValue:
    """Ask for one press: mail programs open links by themselves, and would use it up."""
    row = service.look_at_link(token, TokenPurpose.MAGIC, now=clock.now())
    return render_template(OPENED, form=FlaskForm(), token=token, address=row.address, refusal=None)


@blueprint.post("/sign-in/link/<token>")
@policy.signed
def use_magic(token: str) -> ResponseReturnValue:
    """Sign in by the link."""
    row = service.look_at_link(token, TokenPurpose.MAGIC, now=clock.now())
    address, back = row.address, str(row.payload["back"])
    with refusals_shown_in(OPENED, form=FlaskForm(), token=token, address=address):
        person = service.use_magic_link(token, now=clock.now())
        return come_in(person, account=email_key(address), back=back)
