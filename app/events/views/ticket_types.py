"""What an event sells, at the hosts' desk: its sorts of tickets, and until when they go back."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.current import person_here
from app.billing.queries.stripe import takes_cards
from app.communities.current import current_community
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.money import Money
from app.core.text import clean_line
from app.events import queries, wall_time
from app.events.forms import DeadlineForm, TicketTypeForm
from app.events.forms.tickets import DEADLINES, NEVER
from app.events.models import Event, TicketType
from app.events.service import ticket_types as service
from app.events.service.refusals import NotChargeable
from app.events.service.ticket_types import Terms
from app.events.views.blueprint import blueprint
from app.events.views.found import event_of_hosts
from app.web import once
from app.web.responses import refusals_shown_in, see_other
from app.web.stale import stale_in_words_of

LIST = "events/tickets/index.html"
EDIT = "events/tickets/edit.html"


@blueprint.get("/c/<slug>/desk/events/<event_id>/tickets")
@policy.may("events.manage")
def ticket_types(slug: str, event_id: str) -> ResponseReturnValue:
    """List what an event sells."""
    event = event_of_hosts(event_id)
    return render_template(LIST, **_list_page(event))


@blueprint.post("/c/<slug>/desk/events/<event_id>/tickets/deadline")
@policy.may("events.manage")
def update_deadline(slug: str, event_id: str) -> ResponseReturnValue:
    """Set until when buyers may give tickets back for their money."""
    event = event_of_hosts(event_id)
    form = _deadline_form(event)
    if not form.validate():
        return render_template(LIST, **_list_page(event, deadline_form=form)), 422
    chosen = form.deadline.data
    service.set_refund_deadline(event, None if chosen == NEVER else int(chosen))
    db.session.commit()
    flash(_("Saved."), "good")
    return see_other(url_for("events.ticket_types", slug=slug, event_id=event_id))


@blueprint.get("/c/<slug>/desk/events/<event_id>/tickets/new")
@policy.may("events.manage")
def new_ticket_type(slug: str, event_id: str) -> ResponseReturnValue:
    """Show the form of a further sort of ticket."""
    event = event_of_hosts(event_id)
    return render_template(EDIT, **_page(event, None, TicketTypeForm()))


@blueprint.post("/c/<slug>/desk/events/<event_id>/tickets")
@policy.may("events.manage")
def create_ticket_type(slug: str, event_id: str) -> ResponseReturnValue:
    """Begin to sell a sort of ticket."""
    event, form = event_of_hosts(event_id), TicketTypeForm()
    page = _page(event, None, form)
    if not form.validate():
        return render_template(EDIT, **page), 422
    with refusals_shown_in(EDIT, **page):
        if once.is_first(person_here().id):
            terms, here = _terms(form, event), current_community()
            service.add_type(event, terms, community=here, now=clock.now())
            db.session.commit()
    flash(_("It is on the page of the event."), "good")
    return see_other(url_for("events.ticket_types", slug=slug, event_id=event_id))


@blueprint.get("/c/<slug>/desk/events/<event_id>/tickets/<type_id>")
@policy.may("events.manage")
def edit_ticket_type(slug: str, event_id: str, type_id: str) -> ResponseReturnValue:
    """Show a sort of ticket to be changed."""
    event = event_of_hosts(event_id)
    sort = _sort(event, type_id)
    form = TicketTypeForm(data=_typed(sort, event))
    return render_template(EDIT, **_page(event, sort, form))


@blueprint.post("/c/<slug>/desk/events/<event_id>/tickets/<type_id>")
@policy.may("events.manage")
def update_ticket_type(slug: str, event_id: str, type_id: str) -> ResponseReturnValue:
    """Save a changed sort; tickets bought before keep their price."""
    event, form = event_of_hosts(event_id), TicketTypeForm()
    sort = _sort(event, type_id)
    page = _page(event, sort, form)
    if not form.validate():
        return render_template(EDIT, **page), 422
    with refusals_shown_in(EDIT, **page), stale_in_words_of(form):
        service.change_type(sort, _terms(form, event), version=form.version.data or 0)
        db.session.commit()
    flash(_("Saved."), "good")
    return see_other(url_for("events.ticket_types", slug=slug, event_id=event_id))


@blueprint.post("/c/<slug>/desk/events/<event_id>/tickets/<type_id>/removal")
@policy.may("events.manage")
def remove_ticket_type(slug: str, event_id: str, type_id: str) -> ResponseReturnValue:
    """Take back a sort that nobody has bought."""
    event = event_of_hosts(event_id)
    with refusals_shown_in(LIST, **_list_page(event)):
        service.remove_type(_sort(event, type_id))
        db.session.commit()
    flash(_("It is taken back."), "good")
    return see_other(url_for("events.ticket_types", slug=slug, event_id=event_id))


def _sort(event: Event, type_id: str) -> TicketType:
    sort = queries.ticket_type(event, type_id)
    if sort is None:
        raise NotThere
    return sort


def _list_page(event: Event, **changed: Any) -> dict[str, Any]:
    return {
        "slug": current_community().slug,
        "event": event,
        "types": event.ticket_types,
        "takes_cards": takes_cards(event.community_id),
        "deadline_form": _deadline_form(event),
        "money": Money,
        "refusal": None,
        **changed,
    }


def _deadline_form(event: Event) -> DeadlineForm:
    hours = {*DEADLINES, *([] if event.refund_hours is None else [event.refund_hours])}
    labels = {str(number): _until(number) for number in sorted(hours)}
    labels[NEVER] = _("never; ask the hosts")
    now = NEVER if event.refund_hours is None else str(event.refund_hours)
    return DeadlineForm(labels=labels, deadline=now)


def _until(hours: int) -> str:
    if hours == 0:
        return str(_("until it begins"))
    if hours % 24 == 0:
        return str(ngettext("until one day before", "until %(num)s days before", hours // 24))
    return str(ngettext("until one hour before", "until %(num)s hours before", hours))


def _page(event: Event, sort: TicketType | None, form: TicketTypeForm) -> dict[str, Any]:
    return {
        "slug": current_community().slug,
        "event": event,
        "sort": sort,
        "form": form,
        "currency": service.currency_of(event, current_community()),
        "refusal": None,
    }


def _terms(form: TicketTypeForm, event: Event) -> Terms:
    """Read a validated form. Raises NotChargeable, TimeDoesNotExist."""
    currency = service.currency_of(event, current_community())
    member_price = form.member_price.data
    return Terms(
        title=clean_line(form.title.data or ""),
        words=clean_line(form.words.data or ""),
        price_minor=_minor(form.price.data, currency, "price"),
        member_price_minor=(
            None if member_price is None else _minor(member_price, currency, "member_price")
        ),
        size=form.size.data,
        sells_from=_moment(form.sells_from.data, event),
        sells_until=_moment(form.sells_until.data, event),
        most_each=form.most_each.data,
        is_hidden=bool(form.is_hidden.data),
    )


def _minor(amount: Decimal, currency: str, field: str) -> int:
    try:
        return Money.of(amount, currency).minor
    except ValueError:
        raise NotChargeable(field=field) from None


def _moment(local: datetime | None, event: Event) -> datetime | None:
    """Return the moment of a time on the wall where the event is."""
    return wall_time.moment_of(local, event.zone).astimezone(UTC) if local else None


def _typed(sort: TicketType, event: Event) -> dict[str, Any]:
    terms = service.terms_of(sort)
    currency = sort.currency
    member_price = terms.member_price_minor
    return {
        **vars(terms),
        "version": sort.version,
        "price": Money(terms.price_minor, currency).major,
        "member_price": None if member_price is None else Money(member_price, currency).major,
        "sells_from": _on_the_wall(terms.sells_from, event),
        "sells_until": _on_the_wall(terms.sells_until, event),
    }


def _on_the_wall(moment: datetime | None, event: Event) -> datetime | None:
    return wall_time.wall_clock(moment, event.zone) if moment else None
