"""Buying tickets: several at once, as a member or with a name and an address.

As for a stranger's seat the form carries no token: the browser's own word guards it. What costs
something goes on to the order's page of billing, which says until when it is kept and leads to the
pay page; what is free is a member's at once, and a stranger's by the link in a mail.
"""

from datetime import timedelta
from typing import Any

from flask import Response, abort, current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import current_person, person_here
from app.billing.models import Order
from app.billing.service.links import order_url
from app.communities.current import current_community, current_contact, may
from app.communities.models import Community, Contact, ContactSource
from app.communities.service.contacts import contact_for_person, guest_contact
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere, RuleViolation
from app.core.text import email_key
from app.core.throttle import guard_mailbox
from app.events import queries
from app.events.forms import GuestForm, NameForm
from app.events.models import Event
from app.events.service import buying, claims
from app.events.service.claims import Claim
from app.events.service.guests import seat_token
from app.events.service.refusals import TooFewTickets
from app.events.service.tickets import order_token
from app.events.views.blueprint import blueprint
from app.events.views.found import event_or_refuse
from app.events.views.show import PAGE, page_of, pays_as_member
from app.events.views.words import time_words
from app.web import languages
from app.web.csrf import exempt, refuse
from app.web.responses import refusals_shown_in, see_other
from app.web.shell import use_hue
from app.web.visitor import is_same_origin

CLAIM = "events/claim.html"
HOUR = timedelta(hours=1)
PER_NETWORK, PER_ADDRESS = 120, 20  # orders an hour


@blueprint.post("/c/<slug>/events/<event_id>/orders")
@policy.may("tickets.buy")
@exempt
def create_order(slug: str, event_id: str) -> ResponseReturnValue:
    """Keep tickets for whoever asks, and lead on to paying."""
    if not is_same_origin():
        return refuse(None)
    form = _guest_form()
    is_valid = form is None or form.validate()
    is_full = isinstance(form, GuestForm) and is_valid and _count_try(form.email.data or "")
    event = event_or_refuse(event_id, share=True)
    chosen = _chosen(event)
    if not is_valid:
        return render_template(PAGE, **_page(event, form, chosen)), 422
    try:
        answer = _buy(event, form, chosen, spares_mail=is_full)
        db.session.commit()
    except RuleViolation as refusal:
        db.session.rollback()
        sentence = _(refusal.message, **refusal.values)  # marked where it is raised
        return render_template(PAGE, **_page(event, form, chosen, sentence)), refusal.status
    return see_other(answer)


@blueprint.get("/tickets/claim/<token>")
@policy.signed
def claim(token: str) -> ResponseReturnValue:
    """Show what free tickets a link stands for; nothing changes by looking."""
    return _claim_page(_found(token), token)


@blueprint.post("/tickets/claim/<token>")
@policy.signed
@exempt
def create_claim(token: str) -> ResponseReturnValue:
    """Make the free tickets theirs whose mailbox it is."""
    if not is_same_origin():
        return refuse(None)
    found = _found(token)
    with refusals_shown_in(CLAIM, **_claim_values(found, token)):
        claims.confirm(found, token, now=clock.now())
        db.session.commit()
    seat = queries.current_seat(found.event.id, found.contact.id)
    if seat is None:  # given back since
        return _claim_page(found, token)
    return see_other(url_for("events.seat", token=seat_token(seat, secret=_secret())))


def _buy(
    event: Event,
    form: GuestForm | NameForm | None,
    chosen: dict[str, int],
    *,
    spares_mail: bool,
) -> str:
    """Reserve what was chosen, and return the address to go on to."""
    here, now = current_community(), clock.now()
    if isinstance(form, GuestForm) and claims.is_free(event, chosen):
        claims.ask_for_free_tickets(
            event,
            chosen,
            community=here,
            name=form.name.data or "",
            email=form.email.data or "",
            language=languages.language(),
            now=now,
            spares_mail=spares_mail,
        )
        return url_for("events.mailed", slug=here.slug, event_id=event.public_id, free="")
    contact, name = _buyer(form, here)
    order = _reserve(event, chosen, contact, name)
    if order.is_settled:
        return url_for("events.tickets", token=order_token(order.public_id, secret=_secret()))
    return order_url(order, slug=here.slug, secret=_secret())


def _reserve(event: Event, chosen: dict[str, int], contact: Contact, name: str) -> Order:
    """Open an order; whoever pressed twice, or never got the first answer, gets the one they have.

    The last tickets may be kept for this very buyer, so that is looked for before saying no.
    """
    contact_id, is_member = contact.id, pays_as_member(event)
    try:
        return buying.reserve_tickets(
            event, chosen, contact=contact, name=name, is_member=is_member, now=clock.now()
        )
    except buying.AlreadyOrdered as again:
        db.session.rollback()
        return db.session.get_one(Order, again.order_id)
    except TooFewTickets:
        db.session.rollback()
        kept = buying.same_order(contact_id, chosen, name)
        if kept is None:
            raise
        return kept


def _count_try(address: str) -> bool:
    """Count orders by network and address: wide, for many may share a network at a sale."""
    return guard_mailbox(
        "events.order",
        mailbox=email_key(address),
        address=request.remote_addr or "",
        limit=PER_ADDRESS,
        network_limit=PER_NETWORK,
        per=HOUR,
    )


def _guest_form() -> GuestForm | NameForm | None:
    """Return the form of whoever is no member; a member's name is known."""
    if may("events.attend"):
        return None
    return NameForm() if current_person() else GuestForm()


def _buyer(form: GuestForm | NameForm | None, here: Community) -> tuple[Contact, str]:
    """Return who buys, and the name to stand on their tickets."""
    if form is None:
        contact = current_contact()
        return contact, contact.name
    name = form.name.data or ""
    if isinstance(form, GuestForm):
        email = form.email.data or ""
        language = languages.language()
        contact = guest_contact(here, name=name, email=email, language=language, now=clock.now())
        buying.check_address(contact)
        return contact, name
    source = ContactSource.GUEST
    person = person_here()
    contact = contact_for_person(here, person, name=name, source=source, now=clock.now())
    buying.check_address(contact)  # a card that nobody had claimed: until now nobody knew of a ban
    return contact, name


def _chosen(event: Event) -> dict[str, int]:
    """Return how many of each sort the form asks for."""
    return {sort.public_id: _number(f"n_{sort.public_id}") for sort in event.ticket_types}


def _number(name: str) -> int:
    typed = request.form.get(name, "0").strip() or "0"
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 2):
        abort(400)
    return int(typed)


def _page(
    event: Event, form: GuestForm | NameForm | None, chosen: dict[str, int], refusal: str = ""
) -> dict[str, Any]:
    changed = {"guest_form": form} if form else {}
    return page_of(event, chosen=chosen, refusal=refusal or None, **changed)


def _found(token: str) -> Claim:
    found = claims.read_claim(token, secret=_secret())
    if found is None or _community(found).suspended_at is not None:
        raise NotThere
    return found


def _claim_page(found: Claim, token: str) -> Response:
    use_hue(_community(found).hue)
    page = make_response(render_template(CLAIM, **_claim_values(found, token)))
    page.headers["Cache-Control"] = "no-store"
    return page


def _claim_values(found: Claim, token: str) -> dict[str, Any]:
    event, community = found.event, _community(found)
    titles = {sort.public_id: sort.title for sort in event.ticket_types}
    return {
        "token": token,
        "event": event,
        "community": community,
        "chosen": [(titles[key], n) for key, n in found.chosen.items() if key in titles],
        "times": time_words(event, None),
        "page_url": url_for("events.show", slug=community.slug, event_id=event.public_id),
        "refusal": None,
    }


def _community(found: Claim) -> Community:
    return db.session.get_one(Community, found.event.community_id)


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])
