"""A member's seat: taken in one tap, changed, given back."""

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.communities.current import current_community, current_contact, standing
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.events import queries
from app.events.models import Attendance, CameFor, Event
from app.events.service import asking
from app.events.service import seats as service
from app.events.views.blueprint import blueprint
from app.events.views.found import event_or_refuse
from app.events.views.show import PAGE, page_of
from app.web.responses import refusals_shown_in, see_other


@blueprint.post("/c/<slug>/events/<event_id>/attendance")
@policy.may("events.attend")
def create_attendance(slug: str, event_id: str) -> ResponseReturnValue:
    """Take a seat, or change how many come on it."""
    event, number = event_or_refuse(event_id), wanted_seats()
    seat = queries.current_seat(event.id, current_contact().id)
    with refusals_shown_in(PAGE, **page_of(event)):
        if seat is None or seat.confirmed_at is None:
            service.take_seat(
                event,
                contact=current_contact(),
                community=current_community(),
                seats=number,
                now=clock.now(),
            )
        else:
            service.change_seats(seat, seats=number, now=clock.now())
        db.session.commit()
    flash(_("You are going. A mail with the calendar entry is on its way."), "good")
    return _back(slug, event_id)


@blueprint.post("/c/<slug>/events/<event_id>/attendance/return")
@policy.may("events.view")
def return_attendance(slug: str, event_id: str) -> ResponseReturnValue:
    """Give one's seat back."""
    event = event_or_refuse(event_id)
    seat = own_seat(event)
    with refusals_shown_in(PAGE, **page_of(event)):
        service.give_back(seat, community=current_community(), now=clock.now())
        db.session.commit()
    flash(_("Your seat is free for someone else. Thank you for saying so."), "good")
    return _back(slug, event_id)


@blueprint.post("/c/<slug>/events/<event_id>/attendance/answer")
@policy.may("events.view")
def answer_attendance(slug: str, event_id: str) -> ResponseReturnValue:
    """Say whether one got what one came for."""
    event = event_or_refuse(event_id)
    seat, said = own_seat(event), request.form.get("came_for", "")
    if said not in set(CameFor):
        abort(400)
    with refusals_shown_in(PAGE, **page_of(event)):
        asking.answer(seat, CameFor(said), community=current_community(), now=clock.now())
        db.session.commit()
    flash(_("Thank you for saying so."), "good")
    return _back(slug, event_id)


def own_seat(event: Event) -> Attendance:
    """Return the caller's current seat."""
    contact = standing().contact
    seat = queries.current_seat(event.id, contact.id) if contact else None
    if seat is None:
        raise NotThere
    return seat


def wanted_seats() -> int:
    """Return how many people the form says come; one when it does not say."""
    typed = request.form.get("seats", "1").strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 2):
        abort(400)
    return int(typed)


def _back(slug: str, event_id: str) -> ResponseReturnValue:
    return see_other(url_for("events.show", slug=slug, event_id=event_id))
