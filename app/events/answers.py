"""What events answers to the moments of lower floors."""

from flask import Flask
from flask_babel import gettext as _

from app.accounts import hooks as of_accounts
from app.communities import hooks as of_communities
from app.communities.hooks import FirstStep
from app.communities.models import Community
from app.events.models import EventState
from app.events.queries.events import found_event, has_events
from app.events.service import leaving
from app.events.service.kinds import register_kinds


def init_app(_app: Flask) -> None:
    """Register the answers, and the kinds of mail events sends."""
    of_communities.membership_ends.register(leaving.on_membership_end)
    of_accounts.person_erased.register(leaving.on_erasure)
    of_communities.event_title.register(_title)
    of_communities.first_steps.register(_first_gathering)
    register_kinds()


def _title(community: Community, public_id: str) -> str | None:
    """Say what a reported event is called."""
    event = found_event(community.id, public_id)
    return event.title if event and event.state is not EventState.PROPOSED else None


def _first_gathering(community: Community) -> FirstStep:
    """Suggest a first date to a new community."""
    return FirstStep(
        title=lambda: _("Plan a first gathering"),
        text=lambda: _("A date is what people come for. Strangers can take a seat by the link."),
        endpoint="events.new",
        permission="events.manage",
        is_done=has_events(community.id),
    )
