"""Which mails a person wants, kind by kind, and where."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.accounts import queries, service
from app.accounts.current import person_here
from app.accounts.queries.communities import Place
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
        offers=_offers(person.id),
        chosen=kinds.choices(person.id),
        cell=_cell,
    )


@blueprint.post("/settings/mails")
@policy.signed_in
def update_notices() -> ResponseReturnValue:
    """Save the choices."""
    person = person_here()
    wanted = {
        (kind.name, place.id if place else None): _cell(kind, place) in request.form
        for place, offered in _offers(person.id)
        for kind in offered
    }
    service.choose_notices(person, wanted)
    db.session.commit()
    flash(_("Your choice is saved."), "good")
    return see_other(url_for("accounts.notices"))


def _offers(person_id: int) -> list[tuple[Place | None, list[kinds.NoticeKind]]]:
    """Return what may be refused: everywhere else (None) first, then place by place."""
    places = queries.places_of(person_id)
    anywhere = frozenset[str]().union(*(place.permissions for place in places))
    return [(None, _refusable(anywhere)), *((one, _refusable(one.permissions)) for one in places)]


def _refusable(permissions: frozenset[str]) -> list[kinds.NoticeKind]:
    """Return the kinds that a reader can refuse, and that may reach one with these permissions."""
    return [
        kind
        for kind in kinds.kinds().values()
        if not kind.required and kind.permission in {None, *permissions}
    ]


def _cell(kind: kinds.NoticeKind, place: Place | None) -> str:
    """Return the name of one choice's box."""
    return f"{kind.name}:{place.id if place else 'all'}"
