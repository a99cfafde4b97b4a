"""Check-in: tickets scanned or typed, names searched, undo, and those who come without a seat."""

from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.accounts.queries import blocked_person_ids
from app.communities.current import current_community, current_contact
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere, RuleViolation
from app.core.storage import file_url
from app.events import queries
from app.events.forms import CodeForm, WalkInForm
from app.events.models import Attendance, Event
from app.events.service import check_in as service
from app.events.service.check_in import Scan, Scanned
from app.events.views.blueprint import blueprint
from app.events.views.found import event_of_hosts
from app.web import once
from app.web.headers import allow_camera
from app.web.responses import is_htmx, refusals_shown_in, see_other

PAGE = "events/check_in.html"
DOOR = "events/_door.html"
SCANNED = "events/_scanned.html"


@blueprint.get("/c/<slug>/desk/events/<event_id>/check-in")
@policy.may("events.check_in")
def check_in(slug: str, event_id: str) -> ResponseReturnValue:
    """Show the door: everyone with a seat, or those whose name begins as typed."""
    event = event_of_hosts(event_id)
    return render_template(DOOR if is_htmx() else PAGE, **_page(event))


@blueprint.post("/c/<slug>/desk/events/<event_id>/scans")
@policy.may("events.check_in")
def create_scan(slug: str, event_id: str) -> ResponseReturnValue:
    """Say what a ticket's code is worth, and let its bringer in."""
    event, form = event_of_hosts(event_id), CodeForm()
    scanned = Scanned(Scan.UNKNOWN)
    page = _page(event)
    if form.validate():
        with refusals_shown_in(SCANNED, page=PAGE, **page):
            scanned = service.scan(
                event,
                form.code.data or "",
                by=current_contact(),
                community=current_community(),
                now=clock.now(),
            )
            db.session.commit()
    shown = {"scanned": scanned, "holder": _holder(scanned)}
    if is_htmx():
        return render_template(SCANNED, event=event, refusal=None, **shown)
    return render_template(PAGE, **{**_page(event), **shown})


@blueprint.post("/c/<slug>/desk/events/<event_id>/check-in/<attendance_id>")
@policy.may("events.check_in")
def create_check_in(slug: str, event_id: str, attendance_id: str) -> ResponseReturnValue:
    """Note that someone has come."""
    event = event_of_hosts(event_id)
    with refusals_shown_in(DOOR, page=PAGE, **_page(event)):
        service.check_in(
            _seat(event, attendance_id),
            arrived=_arrived(),
            by=current_contact(),
            community=current_community(),
            now=clock.now(),
        )
        db.session.commit()
    return _again(event)


@blueprint.post("/c/<slug>/desk/events/<event_id>/check-in/<attendance_id>/undo")
@policy.may("events.check_in")
def undo_check_in(slug: str, event_id: str, attendance_id: str) -> ResponseReturnValue:
    """Take a check-in back."""
    event = event_of_hosts(event_id)
    service.undo_check_in(
        _seat(event, attendance_id), community=current_community(), now=clock.now()
    )
    db.session.commit()
    return _again(event)


@blueprint.post("/c/<slug>/desk/events/<event_id>/walk-ins")
@policy.may("events.check_in")
def create_walk_in(slug: str, event_id: str) -> ResponseReturnValue:
    """Take in someone who came by, once for each look at the form."""
    event, form = event_of_hosts(event_id), WalkInForm()
    if not form.validate():
        page = DOOR if is_htmx() else PAGE
        return render_template(page, **_page(event, walk_in_form=form)), 422
    with refusals_shown_in(DOOR, page=PAGE, **_page(event, walk_in_form=form)):
        if once.is_first(person_here().id):
            service.walk_in(
                event,
                name=form.name.data or "",
                number=form.number.data or 1,
                by=current_contact(),
                community=current_community(),
                now=clock.now(),
            )
            db.session.commit()
    return _again(event)


def _again(event: Event) -> ResponseReturnValue:
    """Show the door again: the part for htmx, the page for others."""
    if is_htmx():
        return render_template(DOOR, **_page(event, walk_in_form=WalkInForm(formdata=None)))
    slug, typed = current_community().slug, _typed() or None
    return see_other(url_for("events.check_in", slug=slug, event_id=event.public_id, q=typed))


def _holder(scanned: Scanned) -> str:
    """Return whose ticket it is; someone behind a block stays unnamed."""
    ticket = scanned.ticket
    if ticket is None or ticket.contact.person_id in blocked_person_ids(person_here().id):
        return ""
    return ticket.name or ticket.contact.name


def _page(event: Event, **changed: Any) -> dict[str, Any]:
    if event.is_ticketed:
        allow_camera()
    return {
        "slug": current_community().slug,
        "event": event,
        "typed": _typed(),
        "people": queries.attendees(event, viewer_person_id=person_here().id, typed=_typed()),
        "door": queries.door(event),
        "walk_in_form": WalkInForm(),
        "file_url": file_url,
        "scanned": None,
        "closed": _closed(event),
        "refusal": None,
        **changed,
    }


def _closed(event: Event) -> str | None:
    """Return the sentence why nobody can be let in now; None when the door is open."""
    try:
        service.check_door(event, clock.now())
    except RuleViolation as reason:
        sentence: str = _(reason.message, **reason.values)  # marked where it is raised
        return sentence
    return None


def _typed() -> str:
    return request.values.get("q", "").strip()[:80]


def _arrived() -> int | None:
    typed = request.form.get("arrived", "").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 2):
        abort(400)
    return int(typed)


def _seat(event: Event, attendance_id: str) -> Attendance:
    attendance = queries.seat_in_event(event, attendance_id)
    if attendance is None:
        raise NotThere
    return attendance
