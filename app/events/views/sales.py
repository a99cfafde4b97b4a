"""An event's tickets at the organizers' desk: who has which, what they brought in, taking back."""

import csv
from io import StringIO
from typing import Any

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.communities.current import current_community, current_contact, may
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.tables import safe_cell
from app.events import queries
from app.events.forms import RefundForm
from app.events.models import Event, Ticket
from app.events.queries.sales import sales as sales_of
from app.events.queries.sales import total_of, waiting
from app.events.service import selling
from app.events.views.blueprint import blueprint
from app.events.views.found import event_of_hosts
from app.web import filters
from app.web.responses import refusals_shown_in, see_other

PAGE = "events/tickets/sales.html"
REFUND = "events/tickets/refund.html"
BOM = "\ufeff"  # by it Excel reads names in every script


@blueprint.get("/c/<slug>/desk/events/<event_id>/sales")
@policy.may("tickets.refund")
def sales(slug: str, event_id: str) -> ResponseReturnValue:
    """Show what was sold and who has it."""
    event = event_of_hosts(event_id)
    sold = sales_of(event)
    return render_template(
        PAGE,
        slug=slug,
        event=event,
        sold=sold,
        total=total_of(sold) if sold else None,
        waiting=waiting(event, viewer_person_id=person_here().id),
        tickets=queries.ticket_rows(event, viewer_person_id=person_here().id),
    )


@blueprint.get("/c/<slug>/desk/events/<event_id>/tickets.csv")
@policy.may("tickets.refund")
def export_tickets(slug: str, event_id: str) -> ResponseReturnValue:
    """Give the tickets out as CSV; addresses only to those who may take members' data out."""
    event = event_of_hosts(event_id)
    answer = Response(BOM + _as_csv(event), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="tickets-{event.public_id}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/c/<slug>/desk/events/<event_id>/issued/<ticket_id>")
@policy.may("tickets.refund")
def issued(slug: str, event_id: str, ticket_id: str) -> ResponseReturnValue:
    """Ask how one ticket is to be taken back."""
    event = event_of_hosts(event_id)
    return render_template(REFUND, **_page(event, _ticket(event, ticket_id), RefundForm()))


@blueprint.post("/c/<slug>/desk/events/<event_id>/issued/<ticket_id>/cancellation")
@policy.may("tickets.refund")
def cancel_ticket(slug: str, event_id: str, ticket_id: str) -> ResponseReturnValue:
    """Take one ticket back, with its money or without it."""
    event, form = event_of_hosts(event_id), RefundForm()
    ticket = _ticket(event, ticket_id)
    if not form.validate():
        return render_template(REFUND, **_page(event, ticket, form)), 422
    with refusals_shown_in(REFUND, **_page(event, ticket, form)):
        selling.cancel_ticket(
            ticket,
            by=current_contact(),
            with_money=request.form.get("money") != "stays",
            note=form.words.data or "",
            now=clock.now(),
        )
        db.session.commit()
    flash(_("The ticket is cancelled, and its buyer gets a mail."), "good")
    return see_other(url_for("events.sales", slug=slug, event_id=event_id))


def _ticket(event: Event, ticket_id: str) -> Ticket:
    ticket = queries.ticket_in_event(event, ticket_id)
    if ticket is None:
        raise NotThere
    return ticket


def _page(event: Event, ticket: Ticket, form: RefundForm) -> dict[str, Any]:
    return {
        "slug": current_community().slug,
        "event": event,
        "ticket": ticket,
        "form": form,
        "costs": bool(ticket.line.total_minor),
        "refusal": None,
    }


def _as_csv(event: Event) -> str:
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    shows_addresses = may("members.export")
    names = [_("Ticket"), _("Bought by"), _("Name on it"), _("State"), _("Since"), _("Checked in")]
    writer.writerow([*names, _("E-mail")] if shows_addresses else names)
    states = {"valid": _("good"), "suspended": _("disputed"), "cancelled": _("cancelled")}
    for row in queries.ticket_rows(event, viewer_person_id=person_here().id):
        cells = [
            safe_cell(row.type_title),
            safe_cell(row.buyer),
            safe_cell(row.name),
            states[row.state.value],
            filters.iso(row.made_at),
            filters.iso(row.checked_in_at) if row.checked_in_at else "",
        ]
        writer.writerow([*cells, safe_cell(row.email or "")] if shows_addresses else cells)
    return file.getvalue()
