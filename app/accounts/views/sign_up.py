"""Signing up: an address, a mail, a link, a password."""

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import service
from app.accounts.forms import FirstPasswordForm, SignUpForm
from app.accounts.models import TokenPurpose
from app.accounts.views.blueprint import blueprint
from app.accounts.views.doors import let_in
from app.accounts.views.limits import limit_mails
from app.core import clock, policy
from app.core.database import db
from app.core.text import email_key
from app.web import languages
from app.web.responses import refusals_shown_in, see_other
from app.web.visitor import is_at_this_machine, local_path

OPENED = "accounts/sign_up_opened.html"


@blueprint.get("/sign-up")
@policy.public
def sign_up() -> ResponseReturnValue:
    """Ask for an address."""
    form = SignUpForm(request.args)
    back = local_path(form.next.data, "")
    form.email.data = form.email.data or service.kept_for(back)
    return render_template(
        "accounts/sign_up.html",
        form=form,
        refusal=None,
        is_open=service.may_sign_up(back, now=clock.now()),
    )


@blueprint.post("/sign-up")
@policy.public
def create_sign_up() -> ResponseReturnValue:
    """Send the link that makes an account; the answer is the same for every address."""
    form = SignUpForm()
    if not form.validate():
        return render_template("accounts/sign_up.html", form=form, refusal=None, is_open=True), 422
    with refusals_shown_in("accounts/sign_up.html", form=form, is_open=True):
        limit_mails(form.email.data or "")
        service.sign_up(
            address=form.email.data or "",
            back=local_path(form.next.data, ""),
            language=languages.language(),
            zone=_zone(form.zone.data),
            now=clock.now(),
        )
        db.session.commit()
    return see_other(url_for("accounts.mail_sent", kind="sign-up"))


@blueprint.get("/sign-up/<token>")
@policy.signed
def open_sign_up(token: str) -> ResponseReturnValue:
    """Ask for a password, once the mail's link is opened."""
    row = service.look_at_link(token, TokenPurpose.SIGN_UP, now=clock.now())
    form = FirstPasswordForm()
    return render_template(OPENED, form=form, token=token, address=row.address, refusal=None)


@blueprint.post("/sign-up/<token>")
@policy.signed
def create_person(token: str) -> ResponseReturnValue:
    """Make the person and let them in."""
    row = service.look_at_link(token, TokenPurpose.SIGN_UP, now=clock.now())
    address, back = row.address, str(row.payload["back"])
    form = FirstPasswordForm()
    if not form.validate():
        page = render_template(OPENED, form=form, token=token, address=address, refusal=None)
        return page, 422
    with refusals_shown_in(OPENED, form=form, token=token, address=address):
        person = service.finish_sign_up(
            token,
            password=form.password.data or "",
            zone=_zone(form.zone.data, ""),
            now=clock.now(),
        )
        return let_in(person, account=email_key(address), back=back)


@blueprint.get("/mail-sent/<any('sign-up', 'password', 'link'):kind>")
@policy.public
def mail_sent(kind: str) -> ResponseReturnValue:
    """Say that a mail is on its way, whether one is or not."""
    return render_template("accounts/mail_sent.html", kind=kind, outbox_url=_outbox())


def _outbox() -> str | None:
    """Return where mails are kept on a machine that sends none; nowhere else is there one."""
    settings = current_app.config["KITH"]
    is_sent = bool(settings.smtp_url.get_secret_value())
    if is_sent or settings.is_production or not is_at_this_machine():
        return None
    return url_for("home.outbox")


def _zone(said: str | None, default: str = "UTC") -> str:
    """Return the zone a browser said it is in, if there is one of that name."""
    return said if said in service.known_zones() else default
