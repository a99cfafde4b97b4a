"""Language, zone, theme; the overview of what keeps an account safe; fresh proof."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh

from app.accounts import queries, service
from app.accounts.current import person_here, session_here
from app.accounts.forms import ConfirmForm, LanguageForm, SettingsForm
from app.accounts.views.blueprint import blueprint
from app.accounts.views.doors import account_of, go_on, show_theme
from app.accounts.views.known import secret
from app.accounts.views.limits import CODE, PASSWORD, forgive, guard
from app.core import clock, policy
from app.core.database import db
from app.web.responses import refusals_shown_in, see_other


@blueprint.get("/settings")
@policy.signed_in
def settings() -> ResponseReturnValue:
    """Show language, zone and theme."""
    form = SettingsForm(None, obj=person_here(), now=clock.now())
    return render_template("accounts/settings.html", form=form, refusal=None)


@blueprint.post("/settings")
@policy.signed_in
def update_settings() -> ResponseReturnValue:
    """Save language, zone and theme."""
    form = SettingsForm(now=clock.now())
    if not form.validate():
        return render_template("accounts/settings.html", form=form, refusal=None), 422
    with refusals_shown_in("accounts/settings.html", form=form):
        service.change_settings(
            person_here(),
            language=form.language.data,
            zone=form.zone.data,
            theme=form.theme.data,
        )
        db.session.commit()
    show_theme(person_here())
    refresh()  # the next words are said in the new language
    flash(_("Your settings are saved."), "good")
    return see_other(url_for("accounts.settings"))


@blueprint.post("/settings/language")
@policy.signed_in
def update_language() -> ResponseReturnValue:
    """Write pages and mails in another language from now on, and go back to the page."""
    form = LanguageForm()
    if not form.validate():
        known = SettingsForm(None, obj=person_here(), now=clock.now())
        return render_template("accounts/settings.html", form=known, refusal=None), 422
    service.change_language(person_here(), form.language.data)
    db.session.commit()
    return go_on(form.next.data)


@blueprint.get("/settings/security")
@policy.signed_in
def security() -> ResponseReturnValue:
    """Show address, password and second factor with the ways to change them."""
    here = session_here()
    return render_template(
        "accounts/security.html",
        address=here.address,
        has_password=here.person.password_hash is not None,
        second_factor_since=here.person.totp_confirmed_at,
        codes_left=queries.recovery_codes_left(here.person.id),
    )


@blueprint.get("/settings/confirm")
@policy.signed_in
def confirm() -> ResponseReturnValue:
    """Ask once more for the password or a code, before something dangerous."""
    return render_template("accounts/confirm.html", **_confirm_page(ConfirmForm(request.args)))


@blueprint.post("/settings/confirm")
@policy.signed_in
def create_proof() -> ResponseReturnValue:
    """Take fresh proof and go on to what needed it."""
    form = ConfirmForm()
    page = _confirm_page(form)
    if not form.validate():
        return render_template("accounts/confirm.html", **page), 422
    person, account = person_here(), account_of(person_here())
    kind = CODE if form.code.data else PASSWORD
    with refusals_shown_in("accounts/confirm.html", **page):
        guard(kind, account)
        service.prove(
            session_here().session,
            person,
            password=form.password.data or "",
            code=form.code.data or "",
            key=secret(),
            now=clock.now(),
        )
        forgive(kind, account)
        db.session.commit()
    return go_on(form.next.data, "accounts.security")


def _confirm_page(form: ConfirmForm) -> dict[str, Any]:
    here = session_here()
    return {
        "form": form,
        "refusal": None,
        "address": here.address,
        "has_password": here.person.password_hash is not None,
        "has_codes": here.person.totp_confirmed_at is not None,
    }
