"""Signing in and out, and the code of the second factor."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import service
from app.accounts.current import current_person, end_session
from app.accounts.forms import CodeForm, SignInForm
from app.accounts.personas import personas_here
from app.accounts.views.blueprint import blueprint
from app.accounts.views.doors import (
    account_of,
    come_in,
    go_on,
    let_in,
    waiting_person,
)
from app.accounts.views.known import secret
from app.accounts.views.limits import CODE, PASSWORD, forgive, guard
from app.core import clock, policy
from app.core.database import db
from app.core.text import email_key
from app.web.responses import refusals_shown_in, see_other


@blueprint.get("/sign-in")
@policy.public
def sign_in() -> ResponseReturnValue:
    """Ask for address and password; whoever is in already goes on."""
    if current_person() is not None:
        return go_on(request.args.get("next"))
    return render_template("accounts/sign_in.html", **_sign_in_page(SignInForm(request.args)))


@blueprint.post("/sign-in")
@policy.public
def create_session() -> ResponseReturnValue:
    """Sign in by address and password."""
    form = SignInForm()
    page = _sign_in_page(form)
    if not form.validate():
        return render_template("accounts/sign_in.html", **page), 422
    account, back = email_key(form.email.data or ""), form.next.data
    with refusals_shown_in("accounts/sign_in.html", **page):
        guard(PASSWORD, account)
        person = service.sign_in(address=form.email.data or "", password=form.password.data or "")
        forgive(PASSWORD, account)
        return come_in(person, account=account, back=back)


@blueprint.get("/sign-in/code")
@policy.public
def code() -> ResponseReturnValue:
    """Ask for the second factor."""
    if waiting_person() is None:
        return see_other(url_for("accounts.sign_in", next=request.args.get("next")))
    return render_template("accounts/code.html", form=CodeForm(request.args), refusal=None)


@blueprint.post("/sign-in/code")
@policy.public
def create_code() -> ResponseReturnValue:
    """Sign in by the second factor."""
    form = CodeForm()
    waiting = waiting_person()
    if waiting is None:
        flash(_("That took a while. Please begin once more."), "warn")
        return see_other(url_for("accounts.sign_in", next=form.next.data or None))
    if not form.validate():
        return render_template("accounts/code.html", form=form, refusal=None), 422
    person, account = waiting
    with refusals_shown_in("accounts/code.html", form=form):
        guard(CODE, account_of(person))
        service.check_second_factor(person, form.code.data or "", key=secret(), now=clock.now())
        forgive(CODE, account_of(person))
        return let_in(person, account=account, back=form.next.data)


@blueprint.post("/sign-out")
@policy.public
def sign_out() -> ResponseReturnValue:
    """End this browser's session."""
    end_session()
    db.session.commit()
    flash(_("You are signed out."), "good")
    return see_other(url_for("accounts.sign_in"))


def _sign_in_page(form: SignInForm) -> dict[str, Any]:
    return {"form": form, "refusal": None, "personas": personas_here()}
