"""Planning a gathering, changing it, cancelling it."""

from datetime import date, datetime, time, timedelta
from typing import Any, cast

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.billing.queries.plans import offered_plans
from app.communities.current import current_community, current_contact
from app.communities.models import Contact
from app.communities.queries.addressees import addressees
from app.core import clock, pictures, policy, storage
from app.core.database import db
from app.core.errors import NotThere, StaleForm
from app.core.pictures import Picture
from app.core.text import clean_line, clean_text
from app.events import queries, wall_time
from app.events.forms import CancelForm, EventForm
from app.events.models import Event, EventState, EventVisibility
from app.events.service import gatherings, selling, ticket_types
from app.events.service.plan import Plan
from app.events.service.refusals import EventCancelled
from app.events.views.blueprint import blueprint
from app.events.views.found import event_of_hosts
from app.web import once
from app.web.responses import refusals_shown_in, see_other
from app.web.stale import stale_in_words_of

EDIT = "events/edit.html"
CANCEL = "events/cancel.html"
PICTURE_WIDTH = 1600


@blueprint.get("/c/<slug>/events/new")
@policy.may("events.manage")
def new(slug: str) -> ResponseReturnValue:
    """Show an empty plan, or with `?from=` a copy of another gathering's."""
    copied = queries.found_event(current_community().id, request.args.get("from", ""))
    form = _form(copied, is_copy=True) if copied else _empty_form()
    return render_template(EDIT, **_page(None, form, copied=copied))


@blueprint.post("/c/<slug>/events")
@policy.may("events.manage")
def create(slug: str) -> ResponseReturnValue:
    """Announce a gathering."""
    form = _form(None)
    copied = queries.found_event(current_community().id, request.args.get("from", ""))
    if not form.validate():
        return render_template(EDIT, **_page(None, form, copied=copied)), 422
    with refusals_shown_in(EDIT, **_page(None, form, copied=copied)):
        if announced := once.made_before(person_here().id):
            return see_other(announced)
        event = gatherings.announce(
            current_community(),
            _plan(form),
            by=current_contact(),
            hosts=_chosen_hosts(form, None),
            now=clock.now(),
            picture_key=_kept_picture(form) or (copied.picture_key if copied else None),
        )
        if copied:
            ticket_types.copy_types(copied, event, now=clock.now())
        address = url_for("events.show", slug=slug, event_id=event.public_id)
        once.keep(person_here().id, address)
        db.session.commit()
    flash(_("It is announced. Share the link of this page."), "good")
    _explain_overlap(event)
    return see_other(address)


@blueprint.get("/c/<slug>/events/<event_id>/edit")
@policy.may("events.manage")
def edit(slug: str, event_id: str) -> ResponseReturnValue:
    """Show a plan to be changed."""
    event = event_of_hosts(event_id)
    if event.state is EventState.CANCELLED:
        return _cancelled_before(event)
    return render_template(EDIT, **_page(event, _form(event)))


@blueprint.post("/c/<slug>/events/<event_id>")
@policy.may("events.manage")
def update(slug: str, event_id: str) -> ResponseReturnValue:
    """Save a changed plan."""
    event = event_of_hosts(event_id)
    form = _form(event)
    if not form.validate():
        return render_template(EDIT, **_page(event, form)), 422
    with refusals_shown_in(EDIT, **_page(event, form)):
        _save(event, form)
        db.session.commit()
    flash(_("Saved. Those going get a mail if time or place changed."), "good")
    _explain_overlap(event)
    return see_other(url_for("events.show", slug=slug, event_id=event_id))


@blueprint.get("/c/<slug>/events/<event_id>/cancellation")
@policy.may("events.manage")
def cancellation(slug: str, event_id: str) -> ResponseReturnValue:
    """Ask for the words a cancellation goes out with."""
    event = event_of_hosts(event_id)
    if event.state is EventState.CANCELLED:
        return _cancelled_before(event)
    return render_template(CANCEL, **_cancel_page(event, CancelForm()))


@blueprint.post("/c/<slug>/events/<event_id>/cancellation")
@policy.may("events.manage")
def create_cancellation(slug: str, event_id: str) -> ResponseReturnValue:
    """Cancel a gathering and tell those going; the words of the first time stay."""
    event, form = event_of_hosts(event_id), CancelForm()
    if event.state is EventState.CANCELLED:
        return _cancelled_before(event)
    if not form.validate():
        return render_template(CANCEL, **_cancel_page(event, form)), 422
    if event.state is EventState.PROPOSED:
        raise NotThere
    words = clean_text(form.words.data or "")
    is_first = gatherings.cancel(event, words=words, by=current_contact(), now=clock.now())
    db.session.commit()
    if not is_first:
        return _cancelled_before(event)
    flash(_("It is cancelled. Everyone with a seat gets a mail."), "good")
    return see_other(url_for("events.show", slug=slug, event_id=event_id))


def _cancelled_before(event: Event) -> ResponseReturnValue:
    """Lead to the page of an event that is cancelled already: nothing is left to be done."""
    flash(_(EventCancelled.message))
    here = current_community()
    return see_other(url_for("events.show", slug=here.slug, event_id=event.public_id))


def _save(event: Event, form: EventForm) -> None:
    now_at = url_for("events.edit", slug=current_community().slug, event_id=event.public_id)
    with stale_in_words_of(form, page=now_at, besides=("picture", "remove_picture")):
        is_written = gatherings.change(
            event,
            _plan(form),
            version=form.version.data or 0,
            hosts=_chosen_hosts(form, event),
            now=clock.now(),
        )
        if not is_written:
            if not _has_its_picture(event, form):  # somebody else's has come meanwhile
                raise StaleForm(theirs={}, yours={})
            return
    picture = _kept_picture(form)
    if picture or form.remove_picture.data:
        gatherings.set_picture(event, picture)


def _plan(form: EventForm) -> Plan:
    """Read a validated form; raises what `minutes_between` does."""
    starts = datetime.combine(cast(date, form.day.data), cast(time, form.starts.data))
    ends = cast(time, form.ends.data)
    zone = form.zone.data or "UTC"
    return Plan(
        title=clean_line(form.title.data or ""),
        words=clean_text(form.words.data or ""),
        starts_local=starts,
        minutes=wall_time.minutes_between(starts, ends, zone, ends_on=form.ends_on.data),
        zone=zone,
        place=clean_line(form.place.data or ""),
        address=clean_line(form.address.data or ""),
        link=(form.link.data or "").strip(),
        visibility=EventVisibility(form.visibility.data),
        size=form.size.data,
        plus_ones=form.plus_ones.data,
    )


def _empty_form() -> EventForm:
    here = current_community()
    hosts = [current_contact().public_id]
    return EventForm(
        formdata=None,
        zone=here.zone,
        hosts=hosts,
        hosts_to_choose=_choices(_possible_hosts(None)),
        sells_plans=_sells_plans(),
    )


def _form(event: Event | None, *, is_copy: bool = False) -> EventForm:
    """Return the form of an event; a copy keeps everything but the day."""
    possible = _possible_hosts(event)
    data: dict[str, Any] = {}
    if event is not None:
        hosting = set(queries.host_ids(event.id))
        data = _typed(event, is_copy=is_copy)
        data["hosts"] = [contact.public_id for contact in possible if contact.id in hosting]
    formdata = {"formdata": None} if is_copy else {}
    return EventForm(
        data=data, hosts_to_choose=_choices(possible), sells_plans=_sells_plans(), **formdata
    )


def _sells_plans() -> bool:
    return bool(offered_plans(current_community().id))


def _typed(event: Event, *, is_copy: bool) -> dict[str, Any]:
    ends = wall_time.wall_clock(event.ends_at, event.zone)
    is_long = ends - event.starts_local >= timedelta(days=1)
    return {
        "version": event.version,
        "title": event.title,
        "words": event.words,
        "day": None if is_copy else event.starts_local.date(),
        "starts": event.starts_local.time(),
        "ends": ends.time(),
        "ends_on": ends.date() if is_long and not is_copy else None,
        "zone": event.zone,
        "place": event.place,
        "address": event.address,
        "link": event.link,
        "size": event.quota.size,
        "plus_ones": event.plus_ones,
        "visibility": event.visibility.value,
    }


def _possible_hosts(event: Event | None) -> list[Contact]:
    return queries.possible_hosts(
        current_community().id,
        viewer_person_id=person_here().id,
        besides=queries.host_ids(event.id) if event else [],
    )


def _choices(contacts: list[Contact]) -> list[tuple[str, str]]:
    return [(contact.public_id, contact.name) for contact in contacts]


def _chosen_hosts(form: EventForm, event: Event | None) -> list[Contact]:
    """Return the ticked hosts; one whom the caller may not see stays a host."""
    possible = _possible_hosts(event)
    chosen = [contact for contact in possible if contact.public_id in (form.hosts.data or [])]
    if event is None:
        return chosen
    unseen = set(queries.host_ids(event.id)) - {contact.id for contact in possible}
    return chosen + [db.session.get_one(Contact, contact_id) for contact_id in sorted(unseen)]


def _kept_picture(form: EventForm) -> str | None:
    """Keep an uploaded picture and return its key. Raises PictureRefused."""
    if not form.picture.data:
        return None
    kept = storage.keep_picture(
        _picture_in(form), community_id=current_community().id, person_id=person_here().id
    )
    return kept.key


def _picture_in(form: EventForm) -> Picture:
    return pictures.accept(form.picture.data.stream, largest=PICTURE_WIDTH)


def _has_its_picture(event: Event, form: EventForm) -> bool:
    """Say whether what a form does to the picture is done: the same file is kept as the same."""
    if not form.picture.data:
        return not form.remove_picture.data or event.picture_key is None
    if event.picture_key is None:
        return False
    with storage.storage().open(event.picture_key) as kept:
        return kept.read() == _picture_in(form).content


def _explain_overlap(event: Event) -> None:
    if wall_time.comes_twice(event.starts_local, event.zone):
        flash(
            _("That night the clock shows this time twice. It starts the first time."),
            "warn",
        )


def _page(event: Event | None, form: EventForm, copied: Event | None = None) -> dict[str, Any]:
    here = current_community()
    return {
        "slug": here.slug,
        "community": here,
        "event": event,
        "form": form,
        "copied": copied,
        "picture_url": storage.file_url(event.picture_key) if event and event.picture_key else None,
        "refusal": None,
    }


def _cancel_page(event: Event, form: CancelForm) -> dict[str, Any]:
    return {
        "slug": current_community().slug,
        "event": event,
        "form": form,
        "door": queries.door(event),
        "unpaid": sum(bool(one.address) for one in addressees(queries.unpaid_buyers(event.id))),
        "owed": selling.owed(event, currency=ticket_types.currency_of(event, current_community())),
        "refusal": None,
    }
