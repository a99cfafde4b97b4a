"""The people one has blocked."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import queries, service
from app.accounts.current import person_here
from app.accounts.forms import PersonForm
from app.accounts.views.blueprint import blueprint
from app.core import policy
from app.core.database import db
from app.core.errors import NotThere
from app.web.responses import see_other


@blueprint.get("/settings/blocked")
@policy.signed_in
def blocks() -> ResponseReturnValue:
    """List the people one has blocked; who blocked me is not here."""
    people = queries.blocked_people(person_here().id)
    return render_template("accounts/blocks.html", form=PersonForm(None), people=people)


@blueprint.post("/settings/blocked/end")
@policy.signed_in
def remove_block() -> ResponseReturnValue:
    """Take a block back."""
    form = PersonForm()
    if not form.validate():
        raise NotThere
    service.unblock(person_here(), queries.person_by_public_id(form.person.data or ""))
    db.session.commit()
    flash(_("The block is lifted. You can meet again."), "good")
    return see_other(url_for("accounts.blocks"))
