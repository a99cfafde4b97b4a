"""The second factor: setting it up, its recovery codes, turning it off."""

from typing import Any

from flask import Response, flash, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.accounts import queries, service, totp
from app.accounts.current import person_here, session_here
from app.accounts.forms import CodeForm
from app.accounts.views.blueprint import blueprint
from app.accounts.views.doors import account_of, proved_lately
from app.accounts.views.known import secret
from app.accounts.views.limits import CODE, guard
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.web.responses import refusals_shown_in, see_other

SETUP = "accounts/second_factor_setup.html"


@blueprint.get("/settings/second-factor")
@policy.signed_in
@proved_lately
def second_factor() -> ResponseReturnValue:
    """Show the second factor, or begin to set it up."""
    person = person_here()
    if person.totp_confirmed_at is None:
        return render_template(SETUP, **_setup_page())
    return render_template(
        "accounts/second_factor.html",
        form=FlaskForm(),
        since=person.totp_confirmed_at,
        codes_left=queries.recovery_codes_left(person.id),
    )


@blueprint.get("/settings/second-factor/code.svg")
@policy.signed_in
@proved_lately
def second_factor_picture() -> ResponseReturnValue:
    """Draw the secret for the camera of an authenticator app, until it is confirmed."""
    here = session_here()
    if here.person.totp_confirmed_at is not None or here.person.totp_salt is None:
        raise NotThere
    key = totp.derive_secret(secret(), here.person.id, here.person.totp_salt)
    picture = totp.qr_picture(totp.setup_address(key, account=here.address, site="Kith"))
    answer = Response(picture, mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/settings/second-factor")
@policy.signed_in
@proved_lately
def create_second_factor() -> ResponseReturnValue:
    """Turn it on by a first code, and show the recovery codes, this once."""
    form = CodeForm()
    page = _setup_page(form)
    if not form.validate():
        return render_template(SETUP, **page), 422
    person, account = person_here(), account_of(person_here())
    with refusals_shown_in(SETUP, **page):
        guard(CODE, account)
        codes = service.confirm_second_factor(
            person, form.code.data or "", key=secret(), now=clock.now()
        )
        db.session.commit()
    return _codes_once(codes)


@blueprint.post("/settings/second-factor/recovery-codes")
@policy.signed_in
@proved_lately
def create_recovery_codes() -> ResponseReturnValue:
    """Replace the recovery codes and show the new ones, this once."""
    if person_here().totp_confirmed_at is None:
        raise NotThere
    codes = service.renew_recovery_codes(person_here(), key=secret())
    db.session.commit()
    return _codes_once(codes)


@blueprint.post("/settings/second-factor/end")
@policy.signed_in
@proved_lately
def remove_second_factor() -> ResponseReturnValue:
    """Turn it off."""
    service.stop_second_factor(person_here(), now=clock.now())
    db.session.commit()
    flash(_("Signing in no longer asks for a code."), "good")
    return see_other(url_for("accounts.security"))


def _setup_page(form: CodeForm | None = None) -> dict[str, Any]:
    key = service.start_second_factor(person_here(), key=secret())
    db.session.commit()
    return {"form": form or CodeForm(None), "refusal": None, "secret": totp.in_groups(key)}


def _codes_once(codes: list[str]) -> Response:
    """Show codes that are kept as hashes only: this page cannot be asked for again."""
    answer = make_response(render_template("accounts/recovery_codes.html", codes=codes))
    answer.headers["Cache-Control"] = "no-store"
    return answer
