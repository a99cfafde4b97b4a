"""The edge of matching: a member's suggestions, and their yes or no to each kind."""

from dataclasses import dataclass
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.communities.current import current_community, current_contact
from app.core import clock, policy
from app.core.database import db
from app.core.storage import file_url
from app.matching import queries, service
from app.matching.forms import ChoicesForm
from app.matching.models import MatchKind
from app.matching.views.blueprint import blueprint
from app.matching.views.words import kind_titles
from app.web.filters import ago
from app.web.responses import refusals_shown_in, see_other

MOST_SHOWN = 6
"""Cards of each kind before somebody asks for more."""


@dataclass(frozen=True)
class _Section:
    """The cards of one kind and how many more there are.

    With each card its picture, and how long ago the reader said hello: in words, so that a section
    that is kept is never about another moment.
    """

    kind: str
    title: str
    cards: tuple[tuple[queries.MatchCard, str | None, str | None], ...]
    more: int
    is_kept: bool  # drawn once: not all the cards of a kind


@blueprint.get("/c/<slug>/matches")
@policy.may("matches.view")
def index(slug: str) -> ResponseReturnValue:
    """Show a member whom they may like to meet, and why; remember what was shown."""
    community, contact, now = current_community(), current_contact(), clock.now()
    found = queries.suggested(community, contact, now)
    sections = [_section(kind, found.cards) for kind in MatchKind if kind in found.kinds]
    page = render_template(
        "matching/index.html",
        slug=slug,
        is_listed=contact.is_listed,
        form=None if found.kinds else ChoicesForm(),
        chosen=found.kinds,
        first=found.cards[0] if found.cards else None,
        sections=sections,
    )
    looked_at = [card for section in sections for card, *_rest in section.cards]
    if service.note_shown(contact, looked_at, now=now):  # after the page: a commit forgets the rows
        db.session.commit()
    return page


@blueprint.get("/c/<slug>/matches/choices")
@policy.may("matches.view")
def choices(slug: str) -> ResponseReturnValue:
    """Show what a member looks for, and whom they set aside."""
    chosen = queries.choices(current_community().id, current_contact().id)
    ticked = {kind.value: kind in chosen for kind in MatchKind}
    form = ChoicesForm(data={**ticked, "adult": bool(chosen)})  # who takes part has said so
    return render_template("matching/choices.html", form=form, refusal=None, **_around(slug))


@blueprint.post("/c/<slug>/matches/choices")
@policy.may("matches.view")
def update_choices(slug: str) -> ResponseReturnValue:
    """Take a member's yes or no to each kind of suggestion."""
    form = ChoicesForm()
    form.validate()
    with refusals_shown_in("matching/choices.html", form=form, **_around(slug)):
        is_adult = bool(form.adult.data)
        service.choose(current_contact(), form.chosen(), is_adult=is_adult, now=clock.now())
        db.session.commit()
        flash(_("Your choice is saved. Suggestions follow within a minute."), "good")
    return see_other(url_for("matching.index", slug=slug))


def _around(slug: str) -> dict[str, Any]:
    """Return what the page of choices shows beside the form."""
    return {
        "slug": slug,
        "aside": queries.set_aside_by(current_contact(), clock.now()),
        "zone": current_community().zone,
        "file_url": file_url,
    }


def _section(kind: MatchKind, found: list[queries.MatchCard]) -> _Section:
    """Return the first cards of a kind; all of them when the address asks for this kind."""
    mine = [card for card in found if card.kind is kind]
    shown = mine if request.args.get("kind") == kind.value else mine[:MOST_SHOWN]
    cards = tuple(
        (
            one,
            file_url(one.picture_key) if one.picture_key else None,
            ago(one.said_at) if one.said_at else None,
        )
        for one in shown
    )
    more, is_kept = len(mine) - len(shown), len(shown) <= MOST_SHOWN
    return _Section(kind.value, kind_titles()[kind], cards, more, is_kept)
