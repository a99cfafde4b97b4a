"""The hosts' desk: their gatherings, and who comes to each."""

import csv
from io import StringIO

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.communities.current import current_community, may
from app.core import clock, policy
from app.core.storage import file_url
from app.core.tables import safe_cell
from app.events import queries
from app.events.models import AttendanceState, Event
from app.events.queries import AttendeeRow
from app.events.views.blueprint import blueprint
from app.events.views.found import event_of_hosts

SHOWN = (AttendanceState.GOING, AttendanceState.PENDING)
BOM = "\ufeff"  # by it Excel reads names in every script


@blueprint.get("/c/<slug>/desk/events")
@policy.may("events.manage")
def desk(slug: str) -> ResponseReturnValue:
    """List gatherings: proposed, to come, and with `?past` those that are over."""
    is_past = "past" in request.args
    found = queries.desk_events(current_community().id, now=clock.now(), past=is_past)
    return render_template(
        "events/desk.html",
        slug=slug,
        is_past=is_past,
        proposed=[event for event in found if event.state == "proposed"],
        events=[event for event in found if event.state != "proposed"],
    )


@blueprint.get("/c/<slug>/desk/events/<event_id>")
@policy.may("events.check_in")
def attendees(slug: str, event_id: str) -> ResponseReturnValue:
    """List who has a seat."""
    event = event_of_hosts(event_id)
    return render_template(
        "events/attendees.html",
        slug=slug,
        event=event,
        people=_people(event),
        door=queries.door(event),
        shows_addresses=may("members.export"),
        file_url=file_url,
    )


@blueprint.get("/c/<slug>/desk/events/<event_id>/attendees.csv")
@policy.may("events.check_in")
def export(slug: str, event_id: str) -> ResponseReturnValue:
    """Give the list out as CSV; addresses only to those who may take members' data out."""
    event = event_of_hosts(event_id)
    answer = Response(BOM + _as_csv(_people(event)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="seats-{event.public_id}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _people(event: Event) -> list[AttendeeRow]:
    return queries.attendees(event, viewer_person_id=person_here().id, states=SHOWN)


def _as_csv(people: list[AttendeeRow]) -> str:
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    names = [_("Name"), _("Member"), _("State"), _("Seats"), _("Arrived")]
    writer.writerow([*names, _("E-mail")] if may("members.export") else names)
    for row in people:
        cells = [
            safe_cell(row.name),
            _("yes") if row.is_member else _("no"),
            _("going") if row.state is AttendanceState.GOING else _("not confirmed"),
            str(row.seats),
            str(row.arrived),
        ]
        writer.writerow([*cells, safe_cell(row.email or "")] if may("members.export") else cells)
    return file.getvalue()
