"""The first start: the address of the terminal makes the first administrator, once."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import service
from app.accounts.forms import SetupForm
from app.accounts.views.blueprint import blueprint
from app.accounts.views.doors import let_in
from app.core import clock, policy
from app.core.text import email_key
from app.web import languages
from app.web.responses import refusals_shown_in

PAGE = "accounts/setup.html"
NEXT = "communities.new"


@blueprint.get("/setup/<token>")
@policy.signed
def setup(token: str) -> ResponseReturnValue:
    """Ask for the first administrator's address and password."""
    service.check_setup_token(token)
    return render_template(PAGE, form=SetupForm(), token=token, refusal=None)


@blueprint.post("/setup/<token>")
@policy.signed
def create_setup(token: str) -> ResponseReturnValue:
    """Make the first administrator and let them in."""
    service.check_setup_token(token)
    form = SetupForm()
    if not form.validate():
        return render_template(PAGE, form=form, token=token, refusal=None), 422
    with refusals_shown_in(PAGE, form=form, token=token):
        address = form.email.data or ""
        person = service.set_up(
            token,
            address=address,
            password=form.password.data or "",
            language=languages.language(),
            zone=form.zone.data if form.zone.data in service.known_zones() else "UTC",
            now=clock.now(),
        )
        answer = let_in(person, account=email_key(address), back=url_for(NEXT))
    flash(_("This site is yours to look after. Found the first community."), "good")
    return answer
