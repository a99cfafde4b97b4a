"""Why this person, not now, not this person: what one may do with a suggestion by oneself."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.communities.current import current_community, current_contact
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.storage import file_url
from app.matching import queries, service
from app.matching.models import MatchKind
from app.matching.views.blueprint import blueprint
from app.web.responses import see_other


@blueprint.get("/c/<slug>/matches/<contact_id>/reasons")
@policy.may("matches.view")
def reasons(slug: str, contact_id: str) -> ResponseReturnValue:
    """Explain one suggestion."""
    card = _card_or_404(contact_id, request.args.get("kind", ""))
    return render_template(
        "matching/reasons.html",
        slug=slug,
        card=card,
        url=file_url(card.picture_key) if card.picture_key else None,
    )


@blueprint.post("/c/<slug>/matches/<contact_id>/postponement")
@policy.may("matches.view")
def create_postponement(slug: str, contact_id: str) -> ResponseReturnValue:
    """Set a suggestion aside for a while; from an old tab perhaps, when it is for good already."""
    until = service.postpone(current_contact(), _whom_or_404(contact_id), now=clock.now())
    db.session.commit()
    return _set_aside(slug, is_for_good=until is None)


@blueprint.post("/c/<slug>/matches/<contact_id>/refusal")
@policy.may("matches.view")
def create_refusal(slug: str, contact_id: str) -> ResponseReturnValue:
    """Set a suggestion aside for good."""
    service.refuse(current_contact(), _whom_or_404(contact_id), now=clock.now())
    db.session.commit()
    return _set_aside(slug, is_for_good=True)


@blueprint.post("/c/<slug>/matches/<contact_id>/return")
@policy.may("matches.view")
def remove_set_aside(slug: str, contact_id: str) -> ResponseReturnValue:
    """Take back what was set aside."""
    contact = current_contact()
    aside = queries.set_aside_by(contact, clock.now())
    found = next((one for one in aside if one.public_id == contact_id), None)
    if found is None or not service.show_again(contact, found.contact_id):
        raise NotThere
    service.ask_for_refresh(contact.community_id)
    db.session.commit()
    flash(_("They may be suggested to you again."), "good")
    return see_other(url_for("matching.choices", slug=slug))


def _set_aside(slug: str, *, is_for_good: bool) -> ResponseReturnValue:
    flash(
        _("You will not see them here again. They cannot tell.")
        if is_for_good
        else _("Set aside for 30 days. They cannot tell."),
        "good",
    )
    return see_other(url_for("matching.index", slug=slug))


def _whom_or_404(contact_id: str) -> int:
    """Return who is suggested for a kind, or was till the caller set them aside: pressed twice."""
    aside = queries.set_aside_by(current_contact(), clock.now())
    known = next((one.contact_id for one in aside if one.public_id == contact_id), None)
    return known or _card_or_404(contact_id, request.form.get("kind", "")).contact_id


def _card_or_404(contact_id: str, kind: str) -> queries.MatchCard:
    """Return the card of someone suggested to the caller at this moment, for one kind."""
    if kind not in set(MatchKind):
        raise NotThere
    card = queries.card_for(
        current_community(), current_contact(), contact_id, MatchKind(kind), clock.now()
    )
    if card is None:
        raise NotThere
    return card
