"""Finding the event of a path for whoever asks, or refusing in the right way."""

from typing import NoReturn

from flask import url_for

from app.accounts.current import current_person
from app.communities.current import current_community, may, standing
from app.core import policy
from app.core.errors import NotThere
from app.events import queries
from app.events.models import Event, EventState, EventVisibility


def event_or_refuse(event_id: str, *, share: bool = False) -> Event:
    """Return an event that the caller may see; `share` keeps it as it is for this transaction.

    A missing one and a hidden one are refused alike: sign in, the offer to join, or 404.
    """
    event = queries.found_event(current_community().id, event_id, share=share)
    if event is not None and _may_see(event):
        return event
    return _refused()


def look_or_refuse(event_id: str) -> queries.Look:
    """Return an event that the caller may see and their seat at it, to be shown only."""
    contact = standing().contact
    look = queries.look(current_community().id, event_id, contact.id if contact else None)
    if look is not None and _may_see(look.event):
        return look
    return _refused()


def _refused() -> NoReturn:
    if current_person() is None:
        raise policy.SignInFirst
    here = standing()
    if here.membership is None and "community.join" in here.permissions:
        raise policy.OfferInstead(url_for("communities.join", slug=here.community.slug))
    raise NotThere


def event_of_hosts(event_id: str, *, share: bool = False) -> Event:
    """Return an event for a route that asked for a host's permission already."""
    event = queries.found_event(current_community().id, event_id, share=share)
    if event is None:
        raise NotThere
    return event


def _may_see(event: queries.AnyEvent) -> bool:
    if event.state is EventState.PROPOSED:
        return may("events.manage")
    return event.visibility is EventVisibility.PUBLIC or may("events.view_members")
