"""Selling a ticket by hand at the desk: for cash, for a transfer, or to be paid later."""

from datetime import datetime, timedelta
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.billing.models import Order, PaymentMethod
from app.communities.current import current_community, current_contact
from app.communities.models import Contact
from app.communities.queries.memberships import membership_of
from app.communities.service.contacts import guest_contact
from app.core import audit, clock, policy
from app.core.database import db
from app.core.money import Money, format_money
from app.events import queries
from app.events.forms import ByHandForm
from app.events.forms.tickets import LATER
from app.events.models import Event, TicketType
from app.events.service import buying, by_hand
from app.events.service.by_hand import Deal
from app.events.views.blueprint import blueprint
from app.events.views.found import event_of_hosts
from app.web import once
from app.web.responses import refusals_shown_in, see_other

PAGE = "events/tickets/sell.html"


@blueprint.get("/c/<slug>/desk/events/<event_id>/sales/new")
@policy.may("money.manage")
def new_sale(slug: str, event_id: str) -> ResponseReturnValue:
    """Show the form by which a ticket is sold by hand."""
    event = event_of_hosts(event_id)
    return render_template(PAGE, **_page(event, _form(event)))


@blueprint.post("/c/<slug>/desk/events/<event_id>/sales")
@policy.may("money.manage")
def create_sale(slug: str, event_id: str) -> ResponseReturnValue:
    """Sell a ticket by hand, once for each look at the form."""
    event = event_of_hosts(event_id, share=True)
    form = _form(event)
    page = _page(event, form)
    if not form.validate():
        return render_template(PAGE, **page), 422
    with refusals_shown_in(PAGE, **page):
        led = once.made_before(person_here().id)
        if led is None:
            order = by_hand.sell(event, _deal(event, form), now=clock.now())
            _record(order)
            led = once.keep(person_here().id, url_for("events.sales", slug=slug, event_id=event_id))
            _say(order, form.name.data or "")
        db.session.commit()
    return see_other(led)


def _form(event: Event) -> ByHandForm:
    sorts = [sort for sort in event.ticket_types if not sort.is_hidden]
    return ByHandForm(sorts={sort.public_id: _in_words(sort) for sort in sorts})


def _in_words(sort: TicketType) -> str:
    price = _amount(sort.price_minor, sort.currency)
    if sort.member_price_minor is None:
        return str(_("%(title)s: %(price)s", title=sort.title, price=price))
    for_members = _amount(sort.member_price_minor, sort.currency)
    return str(
        _(
            "%(title)s: %(price)s, for members %(for_members)s",
            title=sort.title,
            price=price,
            for_members=for_members,
        )
    )


def _amount(minor: int, currency: str) -> str:
    return format_money(Money(minor, currency), get_locale()) if minor else str(_("free"))


def _deal(event: Event, form: ByHandForm) -> Deal:
    """Read a validated form. Raises AddressRefused."""
    now, name = clock.now(), form.name.data or ""
    contact = guest_contact(current_community(), name=name, email=form.email.data or "", now=now)
    buying.check_address(contact)
    is_later = form.paid.data == LATER
    return Deal(
        contact=contact,
        name=name,
        chosen={form.sort.data: form.number.data},
        is_member=_pays_as_member(contact, now),
        sold_by=current_contact(),
        method=None if is_later else PaymentMethod(form.paid.data),
        keep_until=_until(event, form.kept_for.data, now) if is_later else None,
        note=form.note.data or "",
    )


def _pays_as_member(contact: Contact, now: datetime) -> bool:
    """Say whether member prices are the buyer's, as they are when a member buys alone."""
    is_member = membership_of(contact) is not None
    return is_member and queries.pays_as_member(contact.id, contact.community_id, now)


def _until(event: Event, days: str, now: datetime) -> datetime:
    """Return how long a ticket is kept: some days, and until it begins at the latest.

    What is kept at the door is kept until the end.
    """
    ends = event.starts_at if now < event.starts_at else event.ends_at
    return min(ends, now + timedelta(days=int(days))) if days else ends


def _say(order: Order, name: str) -> None:
    words = {"name": name, "amount": format_money(order.total, get_locale())}
    if not order.total_minor:
        said = _("%(name)s comes for free. The tickets go out by e-mail.", **words)
    elif order.is_settled:
        said = _("Sold to %(name)s for %(amount)s. The tickets go out by e-mail.", **words)
    else:
        said = _("Kept for %(name)s. Note here once the %(amount)s have come.", **words)
    flash(said, "good")


def _record(order: Order) -> None:
    audit.record(
        "ticket.sold_by_hand",
        actor=person_here(),
        community_id=order.community_id,
        subject=("billing_order", order.id),
        is_paid=order.is_settled,
    )


def _page(event: Event, form: ByHandForm) -> dict[str, Any]:
    return {
        "slug": current_community().slug,
        "event": event,
        "form": form,
        "refusal": None,
    }
