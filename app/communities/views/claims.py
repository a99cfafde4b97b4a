"""The link in an invitation to people from a list: it shows their place, and gives it."""

from typing import Any

from flask import abort, flash, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import service as accounts
from app.accounts.current import current_person, person_here
from app.communities import queries
from app.communities.models import Community, Contact
from app.communities.service import claims
from app.communities.views.blueprint import blueprint
from app.communities.views.secret import secret
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.web.responses import refusals_shown_in, see_other

PAGE = "communities/imports/claim.html"


@blueprint.get("/c/<slug>/claim/<token>")
@policy.signed
def show_claim(slug: str, token: str) -> ResponseReturnValue:
    """Show the place that is kept for someone."""
    community, contact = _place(slug, token)
    return render_template(PAGE, **_page(community, contact, token))


@blueprint.post("/c/<slug>/claim/<token>")
@policy.signed
def create_claim(slug: str, token: str) -> ResponseReturnValue:
    """Take the place that is kept for one."""
    community, contact = _place(slug, token)
    person = person_here()
    with refusals_shown_in(PAGE, **_page(community, contact, token)):
        claims.take_place(community, contact, person=person, now=clock.now())
        db.session.commit()
    flash(_("Welcome to %(name)s.", name=community.name), "good")
    return see_other(url_for("home.community", slug=slug))


def _place(slug: str, token: str) -> tuple[Community, Contact]:
    place = queries.standing(slug, None)
    if place is None:
        raise NotThere
    contact = claims.contact_of_token(place.community, token, secret=secret())
    if contact is None:
        abort(410)
    g.invited_to = place.community
    return place.community, contact


def _page(community: Community, contact: Contact, token: str) -> dict[str, Any]:
    person = current_person()
    here = url_for("communities.show_claim", slug=community.slug, token=token)
    return {
        "community": community,
        "contact": contact,
        "token": token,
        "is_signed_in": person is not None,
        "has_proved": person is not None and claims.has_proved(person, contact),
        "sign_in_url": url_for("accounts.sign_in", next=here),
        "sign_up_url": url_for("accounts.sign_up", next=here),
        "may_sign_up": person is None and accounts.may_sign_up(here, now=clock.now()),
        "refusal": None,
    }
