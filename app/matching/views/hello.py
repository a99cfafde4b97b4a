"""Saying hello to a suggested member, and taking it back."""

from datetime import timedelta

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.communities.current import current_community, current_contact
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere, RuleViolation
from app.core.throttle import throttle
from app.matching import queries
from app.matching.forms import HelloForm
from app.matching.models import MatchKind
from app.matching.queries import MatchCard
from app.matching.queries import introductions as reads
from app.matching.service import hellos
from app.matching.service.hellos import Greeting
from app.matching.views.blueprint import blueprint
from app.web.responses import see_other

A_DAY = 20


@blueprint.post("/c/<slug>/matches/<contact_id>/hello")
@policy.may("matches.view")
def create_hello(slug: str, contact_id: str) -> ResponseReturnValue:
    """Say hello: kept to oneself until the other says it too."""
    card, form, contact = _card(contact_id), HelloForm(), current_contact()
    if card is None:
        return _to_introduction(slug, contact_id)
    if not form.validate():
        flash(_("A line can have 280 characters. Shorten it and say hello again."), "warn")
        return _back(slug, contact_id, card.kind)
    greeting = Greeting(
        other_id=card.contact_id,
        kind=card.kind,
        role=card.role,
        line=form.line.data or "",
    )
    try:
        throttle("hellos", key=str(contact.id), limit=A_DAY, per=timedelta(days=1))
        made = hellos.say(contact, greeting, now=clock.now())
    except RuleViolation as refusal:
        db.session.rollback()
        flash(_(refusal.message, **refusal.values), "warn")
        return _back(slug, contact_id, greeting.kind)
    db.session.commit()
    if made is not None:
        flash(_("They said hello too. You are introduced."), "good")
        return _to_introduction(slug, contact_id)
    days = hellos.GOOD_FOR.days
    flash(
        ngettext(
            "Your hello is kept for %(number)s day, and nobody is told. If they say hello too, "
            "you both get a mail.",
            "Your hello is kept for %(number)s days, and nobody is told. If they say hello too, "
            "you both get a mail.",
            days,
            number=days,
        ),
        "good",
    )
    return _back(slug, contact_id, greeting.kind)


@blueprint.post("/c/<slug>/matches/<contact_id>/hello/withdrawal")
@policy.may("matches.view")
def create_withdrawal(slug: str, contact_id: str) -> ResponseReturnValue:
    """Take one's own hello back."""
    kind = _kind_or_404()
    other_id = reads.greeted(current_contact(), contact_id, kind)
    if other_id is None:
        return _to_introduction(slug, contact_id)
    hellos.take_back(current_contact(), other_id, kind, now=clock.now())
    db.session.commit()
    flash(_("Your hello is taken back, as if it had not been said."), "good")
    return see_other(url_for("matching.introductions", slug=slug))


def _card(contact_id: str) -> MatchCard | None:
    """Return what suggests this member to the caller at this very moment."""
    kind, now = _kind_or_404(), clock.now()
    return queries.card_for(current_community(), current_contact(), contact_id, kind, now)


def _to_introduction(slug: str, contact_id: str) -> ResponseReturnValue:
    """Lead to what a hello has become: it was sent twice, or the other said it just now."""
    made = reads.introduced_to(current_contact(), contact_id)
    if made is None:
        raise NotThere
    return see_other(url_for("matching.introduction", slug=slug, introduction_id=made.public_id))


def _kind_or_404() -> MatchKind:
    kind = request.form.get("kind", "")
    if kind not in set(MatchKind):
        raise NotThere
    return MatchKind(kind)


def _back(slug: str, contact_id: str, kind: MatchKind) -> ResponseReturnValue:
    return see_other(url_for("matching.index", slug=slug, _anchor=f"match-{kind}-{contact_id}"))
