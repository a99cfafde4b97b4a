"""Which mails a person wants, kind by kind, and where."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.accounts import queries, service
from app.accounts.current import person_here
from app.accounts.views.blueprint import blueprint
from app.core import notices as kinds
from app.core import policy
from app.core.database import db
from app.web.responses import see_other


@blueprint.get("/settings/mails")
@policy.signed_in
def notices() -> ResponseReturnValue:
    """Show every kind of mail that can be refused, for each community."""
    person = person_here()
    return render_template(
        "accounts/notices.html",
        form=FlaskForm(),
        kinds=_refusable(),
        places=queries.places_of(person.id),
        chosen=kinds.choices(person.id),
        cell=_cell,
    )


@blueprint.post("/settings/mails")
@policy.signed_in
def update_notices() -> ResponseReturnValue:
    """Save the choices."""
    person = person_here()
    wanted = {
        (kind.name, place): _cell(kind.name, place) in request.form
        for kind in _refusable()
        for place in (None, *(place.id for place in queries.places_of(person.id)))
    }
    service.choose_notices(person, wanted)
    db.session.commit()
    flash(_("Your choice is saved."), "good")
    return see_other(url_for("accounts.notices"))


def _refusable() -> list[kinds.NoticeKind]:
    return [kind for kind in kinds.kinds().values() if not kind.required]


def _cell(kind: str, place: int | None) -> str:
    """Return the name of one choice's box."""
    return f"{kind}:{place or 'all'}"
