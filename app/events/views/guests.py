"""A stranger's seat: asked for in two fields, confirmed by the link in a mail, no password.

The page a stranger reads has no session, so its form carries no token: the browser's own word on
where a request comes from guards it. A seat's page is opened by a secret that only mails hold;
its forms are guarded the same way.
"""

from datetime import timedelta
from typing import Any

from flask import Response, current_app, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import service as accounts
from app.accounts.current import current_person
from app.accounts.models import Person
from app.communities.current import current_community
from app.communities.models import Community, ContactSource, Joining
from app.communities.service.contacts import contact_for_person
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.text import email_key
from app.core.throttle import guard_mailbox
from app.events import queries
from app.events.forms import GuestForm, NameForm
from app.events.models import Attendance, AttendanceState, Event
from app.events.service import guests as service
from app.events.service import seats
from app.events.service.tickets import refund_deadline
from app.events.views.blueprint import blueprint
from app.events.views.found import event_or_refuse
from app.events.views.seats import wanted_seats
from app.events.views.show import PAGE, page_of, panel_of, seats_chosen
from app.events.views.tickets import cards_of
from app.events.views.words import time_words
from app.web import languages
from app.web.csrf import exempt, refuse
from app.web.responses import refusals_shown_in, see_other
from app.web.shell import use_hue
from app.web.visitor import is_same_origin

SEAT = "events/seat.html"
PANELS = {
    AttendanceState.PENDING: "pending",
    AttendanceState.GOING: "going",
    AttendanceState.EXPIRED: "expired",
    AttendanceState.CANCELLED: "returned",
}
HOUR = timedelta(hours=1)
PER_NETWORK, PER_ADDRESS = 30, 6  # requests an hour


@blueprint.post("/c/<slug>/events/<event_id>/guests")
@policy.may("events.attend_as_guest")
@exempt
def create_guest(slug: str, event_id: str) -> ResponseReturnValue:
    """Keep a seat for a stranger, or take one for a person who is no member."""
    if not is_same_origin():
        return refuse(None)
    event, person = event_or_refuse(event_id), current_person()
    form = NameForm() if person else GuestForm()
    if not form.validate():
        return render_template(PAGE, **page_of(event, guest_form=form)), 422
    page = page_of(event, guest_form=form)
    if person:
        return _take_for(person, event, form, page)
    with refusals_shown_in(PAGE, form=form, **page):
        is_full = _count_try(form.email.data or "")
        service.reserve_for_guest(
            event,
            community=current_community(),
            name=form.name.data or "",
            email=form.email.data or "",
            language=languages.language(),
            now=clock.now(),
            spares_mail=is_full,
        )
        db.session.commit()
    return see_other(url_for("events.mailed", slug=slug, event_id=event_id))


@blueprint.get("/c/<slug>/events/<event_id>/mailed")
@policy.may("events.view")
def mailed(slug: str, event_id: str) -> ResponseReturnValue:
    """Say the same to everyone: look into your mailbox."""
    event = event_or_refuse(event_id)
    return render_template(
        "events/mailed.html",
        slug=slug,
        event=event,
        minutes=None if event.is_ticketed else int(service.HOLD_FOR.total_seconds()) // 60,
    )


@blueprint.get("/seat/<token>")
@policy.signed
def seat(token: str) -> ResponseReturnValue:
    """Show a seat to whoever holds its link; nothing changes by looking."""
    return _seat_page(_found(token), token)


@blueprint.post("/seat/<token>/confirmation")
@policy.signed
@exempt
def confirm_seat(token: str) -> ResponseReturnValue:
    """Confirm a kept seat, or try again for one whose time ran out."""
    if not is_same_origin():
        return refuse(None)
    attendance = _found(token)
    with refusals_shown_in(SEAT, **_seat_values(attendance, token)):
        kept = service.confirm_seat(attendance, community=_community(attendance), now=clock.now())
        db.session.commit()
    return see_other(url_for("events.seat", token=service.seat_token(kept, secret=_secret())))


@blueprint.post("/seat/<token>/people")
@policy.signed
@exempt
def change_seat(token: str) -> ResponseReturnValue:
    """Change how many come on a guest's seat."""
    if not is_same_origin():
        return refuse(None)
    attendance = _found(token)
    with refusals_shown_in(SEAT, **_seat_values(attendance, token)):
        seats.change_seats(attendance, seats=wanted_seats(), now=clock.now())
        db.session.commit()
    return see_other(url_for("events.seat", token=token))


@blueprint.post("/seat/<token>/return")
@policy.signed
@exempt
def return_seat(token: str) -> ResponseReturnValue:
    """Give a guest's seat back."""
    if not is_same_origin():
        return refuse(None)
    attendance = _found(token)
    with refusals_shown_in(SEAT, **_seat_values(attendance, token)):
        seats.give_back(attendance, community=_community(attendance), now=clock.now())
        db.session.commit()
    return see_other(url_for("events.seat", token=token))


def _take_for(person: Person, event: Event, form: NameForm, page: Any) -> ResponseReturnValue:
    """Give a person who is no member a seat at once: their address is proved."""
    here, now = current_community(), clock.now()
    with refusals_shown_in(PAGE, form=form, **page):
        contact = contact_for_person(
            here, person, name=form.name.data or "", source=ContactSource.GUEST, now=now
        )
        seats.take_seat(event, contact=contact, community=here, now=now)
        db.session.commit()
    flash(_("You are going. A mail with the calendar entry is on its way."), "good")
    return see_other(url_for("events.show", slug=here.slug, event_id=event.public_id))


def _count_try(address: str) -> bool:
    """Count tries by network and address, known or not; say whether the mailbox has had many."""
    return guard_mailbox(
        "events.seat",
        mailbox=email_key(address),
        address=request.remote_addr or "",
        limit=PER_ADDRESS,
        network_limit=PER_NETWORK,
        per=HOUR,
    )


def _found(token: str) -> Attendance:
    """Return the seat of a link; forged, foreign and vanished ones are not there."""
    attendance = service.seat_by_token(token, secret=_secret())
    if attendance is None or _community(attendance).suspended_at is not None:
        raise NotThere
    return attendance


def _seat_page(attendance: Attendance, token: str) -> Response:
    use_hue(_community(attendance).hue)
    page = make_response(render_template(SEAT, **_seat_values(attendance, token)))
    page.headers["Cache-Control"] = "no-store"
    return page


def _seat_values(attendance: Attendance, token: str) -> dict[str, Any]:
    event, community = attendance.event, _community(attendance)
    is_waiting = attendance.state is AttendanceState.PENDING
    hold = queries.hold_of(attendance) if is_waiting else None
    kept_until = hold.expires_at if hold else clock.now()
    return {
        "token": token,
        "kept_until": kept_until,
        "seconds_left": int((kept_until - clock.now()).total_seconds()),
        "attendance": attendance,
        "event": event,
        "community": community,
        "panel": _panel(attendance),
        "seats_chosen": seats_chosen(attendance),
        "times": time_words(event, None),
        "page_url": url_for("events.show", slug=community.slug, event_id=event.public_id),
        "join_url": _join_url(attendance, community),
        "cards": cards_of(queries.tickets_of_seat(attendance)),
        "deadline": refund_deadline(event),
        "refusal": None,
    }


def _panel(attendance: Attendance) -> str:
    """Name what a seat's page offers: the event's end comes before the seat's."""
    of_event = panel_of(attendance.event, None)
    if of_event in {"cancelled", "over"}:
        return of_event
    if queries.is_banned(attendance.contact_id):
        return "refused"
    return of_event if of_event == "begun" else PANELS[attendance.state]


def _join_url(attendance: Attendance, community: Community) -> str | None:
    """Offer joining to whoever is a guest only, where one can ask for it."""
    is_shut = community.closing_at is not None or community.joining is Joining.INVITATION
    if attendance.contact.person_id is not None or is_shut:
        return None
    door = url_for("communities.join", slug=community.slug)
    has_account = current_person() is not None
    return door if has_account or accounts.may_sign_up(door, now=clock.now()) else None


def _community(attendance: Attendance) -> Community:
    return db.session.get_one(Community, attendance.community_id)


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])
