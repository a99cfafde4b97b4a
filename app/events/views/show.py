"""The page of a gathering, like a poster: personless and kept for strangers."""

from typing import Any

from flask import Response, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.current import current_person
from app.billing.queries import has_access
from app.communities.current import current_community, may, standing
from app.communities.models import Community
from app.core import clock, policy
from app.core.links import absolute_url
from app.core.markdown import plain
from app.core.storage import file_url
from app.events import queries
from app.events.forms import GuestForm, NameForm
from app.events.models import Event, EventState, EventVisibility
from app.events.queries import AnyEvent, AnySeat, Offer
from app.events.service import asking
from app.events.service.guests import seat_token
from app.events.views.blueprint import blueprint
from app.events.views.found import event_or_refuse, look_or_refuse
from app.events.views.words import answer_words, facts_of, structured_data, time_words
from app.web.responses import kept_already, kept_page
from app.web.visitor import is_personless

PAGE = "events/show.html"


def kept_for_strangers() -> Response | None:
    """Answer a stranger with the kept page if nothing it shows has changed: one statement.

    The statement finds only what every stranger may see; whatever else is asked for goes the
    way of all requests.
    """
    if not is_personless():
        return None
    path = request.view_args or {}
    stamp = queries.stamp(path["slug"], path["event_id"], clock.now())
    if stamp is None:
        return None
    g.event_page = ("events.show", *stamp)
    return kept_already(g.event_page)


@blueprint.get("/c/<slug>/events/<event_id>")
@policy.may("events.view", shortcut=kept_for_strangers)
def show(slug: str, event_id: str) -> ResponseReturnValue:
    """Show a gathering and one's seat at it."""
    look = look_or_refuse(event_id)
    event = event_or_refuse(event_id) if look.event.is_ticketed else look.event
    if "event_page" in g:
        return kept_page(g.event_page, lambda: render_template(PAGE, **_page(event, look.seat)))
    return render_template(PAGE, **_page(event, look.seat))


def page_of(event: Event, **changed: Any) -> dict[str, Any]:
    """Return what the page of an event needs, for whoever looks; `changed` has the last word."""
    contact = standing().contact
    seat = queries.current_seat(event.id, contact.id) if contact else None
    return {**_page(event, seat), **changed}


def _page(event: AnyEvent, seat: AnySeat | None) -> dict[str, Any]:
    person, here = current_person(), current_community()
    viewer, panel = person.id if person else None, panel_of(event, seat)
    is_asked = seat is not None and asking.is_asked(seat, event, now=clock.now())
    is_member = standing().membership is not None
    times = time_words(event, person.zone if person else None)
    return {
        "community": here,
        "slug": here.slug,
        "event": event,
        "hosts": queries.hosts_of(event, viewer_person_id=viewer),
        "going": queries.faces_going(event, viewer_person_id=viewer or 0) if is_member else None,
        "seat": seat,
        "panel": panel,
        "is_asked": is_asked,
        "answers": answer_words() if is_asked else [],
        "seats_chosen": seats_chosen(seat),
        "guest_form": _guest_form() if panel == "ask" or event.is_ticketed else None,
        "offers": offers_of(event),
        "chosen": {},
        "tickets_url": _tickets_url(seat) if seat and event.is_ticketed else None,
        "is_signed_in": person is not None,
        "times": times,
        "facts": facts_of(event, seat, times, slug=here.slug),
        "file_url": file_url,
        "refusal": None,
        **({"data": None} if person else _for_machines(event, here)),
    }


def _for_machines(event: AnyEvent, here: Community) -> dict[str, Any]:
    """Return what other sites and programs are told of an event: they come as strangers."""
    page = absolute_url("events.show", slug=here.slug, event_id=event.public_id)
    return {
        "summary": plain(event.words)[:200],
        "page_url": page,
        "preview_url": absolute_url(
            "events.preview", slug=here.slug, event_id=event.public_id, v=event.version
        ),
        "data": structured_data(event, here, page),
    }


def _guest_form() -> NameForm | GuestForm:
    return NameForm() if current_person() else GuestForm()


def panel_of(event: AnyEvent, seat: AnySeat | None) -> str:
    """Name the one thing the panel offers."""
    now = clock.now()
    if event.state is not EventState.PUBLISHED:
        return event.state.value
    if now >= event.ends_at:
        return "over"
    if now >= event.starts_at:
        return "begun_with_seat" if seat else "begun"
    return seat.state.value if seat else _way_in(event)


def offers_of(event: AnyEvent) -> list[Offer]:
    """Return what the caller can buy for an event, at the price it has for them."""
    if isinstance(event, queries.SeenEvent) or not event.is_ticketed:
        return []
    return queries.offers(event, is_member=pays_as_member(event), now=clock.now())


def pays_as_member(event: Event) -> bool:
    """Say whether the member prices of an event are the caller's; asks only where it has some."""
    here = standing()
    if here.membership is None or here.contact is None:
        return False
    has_some = any(sort.member_price_minor is not None for sort in event.ticket_types)
    return has_some and queries.pays_as_member(here.contact.id, here.community.id, clock.now())


def _tickets_url(seat: AnySeat) -> str:
    secret = str(current_app.config["SECRET_KEY"])
    return url_for("events.seat", token=seat_token(seat, secret=secret))


def _way_in(event: AnyEvent) -> str:
    if event.visibility is EventVisibility.PLAN and not _has_plan():
        return "plan"
    if event.is_ticketed:
        return "tickets" if may("tickets.buy") else "closed"
    if event.quota.left == 0:
        return "full"
    if may("events.attend"):
        return "take"
    return "ask" if may("events.attend_as_guest") else "closed"


def _has_plan() -> bool:
    contact = standing().contact
    return contact is not None and has_access(contact.id, clock.now())


def seats_chosen(seat: AnySeat | None) -> int:
    """Return how many the page says come: as typed a moment ago, else as the seat has it."""
    typed = request.form.get("seats", "") if request.method == "POST" else ""
    if typed.isascii() and typed.isdigit() and len(typed) <= 2:
        return int(typed)
    return seat.seats if seat else 1
