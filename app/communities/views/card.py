"""One's own card: words, picture, facets."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import abort, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.communities.current import current_community, current_contact
from app.communities.forms.card import (
    VISIBILITIES,
    CardForm,
    FacetForm,
    FacetName,
    PictureForm,
)
from app.communities.models import FacetKind, FacetVisibility
from app.communities.queries.people import own_facets
from app.communities.service import cards
from app.communities.views.blueprint import blueprint
from app.communities.views.words import facet_kinds
from app.core import clock, pictures, policy, storage
from app.core.database import db
from app.web.responses import refusals_shown_in, see_other
from app.web.stale import stale_in_words_of

PICTURE_SIDE = 400
PAGE = "communities/card/edit.html"


@blueprint.get("/c/<slug>/card")
@policy.may("card.edit")
def card(slug: str) -> ResponseReturnValue:
    """Show one's own card, to be changed."""
    return render_template(PAGE, **_page())


@blueprint.post("/c/<slug>/card")
@policy.may("card.edit")
def update_card(slug: str) -> ResponseReturnValue:
    """Save the words of one's card."""
    form = CardForm(**_seen_now())
    with stale_in_words_of(form), _saving(form, card_form=form):
        draft = cards.Draft(
            name=form.name.data or "",
            pronouns=form.pronouns.data or "",
            place=form.place.data or "",
            about=form.about.data or "",
            is_listed=bool(form.is_listed.data),
            place_visibility=FacetVisibility(form.place_visibility.data),
            about_visibility=FacetVisibility(form.about_visibility.data),
        )
        cards.edit_card(
            current_community(),
            current_contact(),
            draft,
            version=form.version.data or 0,
            now=clock.now(),
        )
    flash(_("Your card is saved."), "good")
    return _back(slug)


@blueprint.post("/c/<slug>/card/picture")
@policy.may("card.edit")
def update_picture(slug: str) -> ResponseReturnValue:
    """Put a picture on one's card."""
    form = PictureForm()
    with _saving(form, picture_form=form):
        picture = pictures.accept(form.picture.data.stream, square=PICTURE_SIDE)
        contact = current_contact()
        kept = storage.keep_picture(
            picture, community_id=contact.community_id, person_id=contact.person_id
        )
        cards.show_picture(contact, kept.key)
    flash(_("Your picture is on the card."), "good")
    return _back(slug)


@blueprint.post("/c/<slug>/card/picture/removal")
@policy.may("card.edit")
def remove_picture(slug: str) -> ResponseReturnValue:
    """Take the picture off one's card."""
    cards.show_picture(current_contact(), None)
    db.session.commit()
    flash(_("Your picture is gone."), "good")
    return _back(slug)


@blueprint.post("/c/<slug>/card/facets")
@policy.may("card.edit")
def create_facet(slug: str) -> ResponseReturnValue:
    """Add a word or phrase to one's card."""
    form = FacetForm(visibility=_first_seen_by(request.form.get("kind", "")))
    with _saving(form, facet_form=form):
        cards.add_facet(
            current_community(),
            current_contact(),
            kind=FacetKind(form.kind.data or ""),
            value=form.value.data or "",
            visibility=FacetVisibility(form.visibility.data),
            now=clock.now(),
        )
    return _back(slug, anchor=form.kind.data)


@blueprint.post("/c/<slug>/card/facets/visibility")
@policy.may("card.edit")
def update_facet(slug: str) -> ResponseReturnValue:
    """Change who sees a word or phrase of one's card."""
    form = FacetForm(visibility=_first_seen_by(request.form.get("kind", "")))
    with _saving(form):
        cards.show_facet_to(
            current_contact(),
            kind=FacetKind(form.kind.data or ""),
            value=form.value.data or "",
            visibility=FacetVisibility(form.visibility.data),
        )
    return _back(slug, anchor=form.kind.data)


@blueprint.post("/c/<slug>/card/facets/removal")
@policy.may("card.edit")
def remove_facet(slug: str) -> ResponseReturnValue:
    """Take a word or phrase off one's card."""
    form = FacetName()
    with _saving(form):
        cards.remove_facet(
            current_contact(), kind=FacetKind(form.kind.data or ""), value=form.value.data or ""
        )
    return _back(slug, anchor=form.kind.data)


@contextmanager
def _saving(form: FlaskForm, **page: Any) -> Iterator[None]:
    """Save what a valid form changes; else answer 422 with the page and everything typed."""
    shown = _page(**page)
    if not form.validate():
        abort(make_response(render_template(PAGE, **shown), 422))
    with refusals_shown_in(PAGE, form=form, **shown):
        yield
        db.session.commit()


def _page(
    *,
    card_form: CardForm | None = None,
    picture_form: PictureForm | None = None,
    facet_form: FacetForm | None = None,
) -> dict[str, Any]:
    contact = current_contact()
    facets: dict[str, list[Any]] = {kind.value: [] for kind in FacetKind}
    for facet in own_facets(contact):
        facets[facet.kind.value].append(facet)
    kinds = facet_kinds()
    return {
        "community": current_community(),
        "contact": contact,
        "refusal": None,
        "card_form": card_form or CardForm(None, obj=contact),
        "picture_form": picture_form or PictureForm(None),
        "facet_forms": {kind.key: _form_for(kind.key, facet_form) for kind in kinds},
        "kinds": kinds,
        "facets": facets,
        "offered": FacetVisibility.offered,
        "visibilities": {one.value: label for one, label in VISIBILITIES.items()},
        "picture_url": storage.file_url(contact.picture_key) if contact.picture_key else None,
    }


def _form_for(kind: str, sent: FacetForm | None) -> FacetForm:
    """Return the form that adds to one kind: the one just sent, or an empty one."""
    if sent is not None and sent.kind.data == kind:
        form = sent
    else:
        form = FacetForm(None, kind=kind, visibility=_first_seen_by(kind))
    for field in form:
        field.id = f"{kind}-{field.short_name}"
        field.label.field_id = field.id
    return form


def _first_seen_by(kind: str) -> str:
    """Return who sees a word of which nobody said who does."""
    known = FacetKind(kind) if kind in set(FacetKind) else FacetKind.INTEREST
    return known.first_seen_by.value


def _seen_now() -> dict[str, str]:
    """Return who sees place and text now: a form that does not say keeps it so."""
    contact = current_contact()
    return {
        "place_visibility": contact.place_visibility.value,
        "about_visibility": contact.about_visibility.value,
    }


def _back(slug: str, *, anchor: str | None = None) -> ResponseReturnValue:
    return see_other(url_for("communities.card", slug=slug, _anchor=anchor))
