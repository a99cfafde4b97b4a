"""Tickets at their holder's: all of an order, one to print or hand on; each opened by a secret.

No session stands behind these pages; their forms are guarded by where they come from.
"""

from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, flash, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from app.billing.queries.orders import paid_by_card
from app.communities.models import Community
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere, RuleViolation
from app.core.money import format_money
from app.core.text import clean_line
from app.events import codes
from app.events.forms import TicketNameForm
from app.events.models import Event, Ticket, TicketState
from app.events.service import selling
from app.events.service import tickets as service
from app.events.views.blueprint import blueprint
from app.events.views.show import panel_of
from app.events.views.words import time_words
from app.web.csrf import exempt, refuse
from app.web.responses import see_other
from app.web.shell import use_hue
from app.web.visitor import is_same_origin

PAGE = "events/tickets/order.html"
ONE = "events/tickets/show.html"


@blueprint.get("/tickets/<token>")
@policy.signed
def tickets(token: str) -> ResponseReturnValue:
    """Show the tickets of an order, to name them, print them, give them back."""
    return _order_page(_of_order(token), token)


@blueprint.post("/tickets/<token>/<ticket_id>/name")
@policy.signed
@exempt
def update_ticket(token: str, ticket_id: str) -> ResponseReturnValue:
    """Write whose ticket it is."""
    if not is_same_origin():
        return refuse(None)
    had, form = _of_order(token), TicketNameForm()
    ticket = _one_of(had, ticket_id)
    if not form.validate():
        return _order_page(had, token, refusal=" ".join(form.name.errors), status=422)
    try:
        service.rename(ticket, clean_line(form.name.data or ""))
        db.session.commit()
    except RuleViolation as refused:
        return _refused(refused, token)
    return see_other(url_for("events.tickets", token=token))


@blueprint.post("/tickets/<token>/<ticket_id>/return")
@policy.signed
@exempt
def return_ticket(token: str, ticket_id: str) -> ResponseReturnValue:
    """Take a ticket back from its buyer, with its money."""
    if not is_same_origin():
        return refuse(None)
    ticket = _one_of(_of_order(token), ticket_id)
    try:
        back = selling.give_back(ticket, now=clock.now())
        db.session.commit()
    except RuleViolation as refused:
        return _refused(refused, token)
    if back:
        amount = format_money(back, get_locale())
        flash(_("The ticket is cancelled. %(amount)s goes back to you.", amount=amount), "good")
    else:
        flash(_("The ticket is given back."), "good")
    return see_other(url_for("events.tickets", token=token))


@blueprint.get("/ticket/<token>")
@policy.signed
def ticket(token: str) -> ResponseReturnValue:
    """Show one ticket, to be shown at the door, printed, or handed on."""
    found = service.ticket_by_token(token, secret=_secret())
    if found is None or _community(found.event).suspended_at is not None:
        raise NotThere
    return _page(ONE, found.event, {"card": cards_of([found])[0], "refusal": None}, 200)


@dataclass(frozen=True)
class Card:
    """A ticket as its holder sees it, with the secrets of its pages."""

    ticket: Ticket
    code: str
    drawing: Markup
    link: str
    token: str
    kept_because: str  # why its buyer cannot give it back; empty when they can

    @property
    def goes_back_for_money(self) -> bool:
        """Whether its buyer can have their money back by themselves now."""
        return not self.kept_because and bool(self.ticket.line.total_minor)


def cards_of(had: list[Ticket]) -> list[Card]:
    """Return tickets as their holder sees them, those that still count first."""
    shown = sorted(had, key=lambda one: (one.state is TicketState.CANCELLED, one.id))
    by_card = paid_by_card({one.line.order_id for one in had if one.line.total_minor})
    return [_card_of(one, is_by_card=one.line.order_id in by_card) for one in shown]


def _card_of(one: Ticket, *, is_by_card: bool) -> Card:
    return Card(
        ticket=one,
        code=codes.in_groups(one.secret),
        drawing=Markup(codes.svg(one.secret)),  # noqa: S704 - drawn by segno from a code of ours
        link=url_for("events.ticket", token=service.ticket_token(one, secret=_secret())),
        token=service.order_token(one.line.order.public_id, secret=_secret()),
        kept_because=_kept_because(one, is_by_card=is_by_card),
    )


def _kept_because(one: Ticket, *, is_by_card: bool) -> str:
    try:
        service.check_returnable(one, is_by_card=is_by_card, now=clock.now())
    except RuleViolation as refusal:
        return str(_(refusal.message, **refusal.values))
    return ""


def _order_page(
    had: list[Ticket], token: str, *, refusal: str | None = None, status: int = 200
) -> Response:
    values = {"cards": cards_of(had), "token": token, "refusal": refusal}
    return _page(PAGE, had[0].event, values, status)


def _page(template: str, event: Event, values: dict[str, Any], status: int) -> Response:
    community = _community(event)
    use_hue(community.hue)
    page = make_response(
        render_template(
            template,
            event=event,
            community=community,
            panel=panel_of(event, None),
            times=time_words(event, None),
            page_url=url_for("events.show", slug=community.slug, event_id=event.public_id),
            deadline=service.refund_deadline(event),
            **values,
        ),
        status,
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def _refused(refusal: RuleViolation, token: str) -> Response:
    """Show the page again with a refusal."""
    db.session.rollback()
    sentence = _(refusal.message, **refusal.values)
    return _order_page(_of_order(token), token, refusal=sentence, status=refusal.status)


def _of_order(token: str) -> list[Ticket]:
    """Return the tickets of a link; forged and unpaid ones are not there."""
    had = service.tickets_by_token(token, secret=_secret())
    if not had or _community(had[0].event).suspended_at is not None:
        raise NotThere
    return had


def _one_of(had: list[Ticket], public_id: str) -> Ticket:
    for one in had:
        if one.public_id == public_id:
            return one
    raise NotThere


def _community(event: Event) -> Community:
    return db.session.get_one(Community, event.community_id)


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])
