"""Calendar files: one event, and a person's secret feed."""

from flask import Response, flash, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.communities.current import current_community, standing
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.links import absolute_url
from app.events import ics, queries
from app.events.models import AttendanceState
from app.events.service import feeds
from app.events.service.calendars import entry_of
from app.events.views.blueprint import blueprint
from app.events.views.found import event_or_refuse
from app.web.responses import see_other

SHOWN_ONCE = "calendar_feed"


@blueprint.get("/c/<slug>/events/<event_id>/calendar.ics")
@policy.may("events.view")
def calendar(slug: str, event_id: str) -> ResponseReturnValue:
    """Give an event to a calendar; the link is in it for those going."""
    event, here, contact = event_or_refuse(event_id), current_community(), standing().contact
    seat = queries.current_seat(event.id, contact.id) if contact else None
    is_going = seat is not None and seat.state is AttendanceState.GOING
    entry = entry_of(event, here, is_going=is_going, now=clock.now())
    return _file(ics.calendar([entry], name=here.name), f"{event.public_id}.ics")


@blueprint.get("/calendar/<token>.ics")
@policy.signed
def feed(token: str) -> ResponseReturnValue:
    """Give a person's calendar program everything they go to or host."""
    person_id, now = queries.person_of_feed(token), clock.now()
    if person_id is None:
        raise NotThere
    entries = [
        entry_of(event, community, is_going=True, now=now)
        for event, community in queries.feed_entries(person_id, now)
    ]
    return _file(ics.calendar(entries, name="Kith"), "kith.ics")


@blueprint.get("/me/calendar")
@policy.signed_in
def feeds_page() -> ResponseReturnValue:
    """Explain the feed; a new address is shown this once."""
    token = session.pop(SHOWN_ONCE, None)
    page = Response(
        render_template(
            "events/feed.html",
            has_feed=queries.has_feed(person_here().id),
            address=absolute_url("events.feed", token=token) if token else None,
        )
    )
    page.headers["Cache-Control"] = "no-store"
    return page


@blueprint.post("/me/calendar")
@policy.signed_in
def create_feed() -> ResponseReturnValue:
    """Make a new secret address; an earlier one ends."""
    session[SHOWN_ONCE] = feeds.open_feed(person_here(), now=clock.now())
    db.session.commit()
    return see_other(url_for("events.feeds_page"))


@blueprint.post("/me/calendar/removal")
@policy.signed_in
def remove_feed() -> ResponseReturnValue:
    """End the secret address."""
    feeds.close_feed(person_here(), now=clock.now())
    db.session.commit()
    flash(_("The address is ended. Calendars that read it find nothing any more."), "good")
    return see_other(url_for("events.feeds_page"))


def _file(content: bytes, name: str) -> Response:
    answer = Response(content, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
