"""The words that people pages share: kinds of facets, roles, states."""

from dataclasses import dataclass

from flask_babel import gettext as _

from app.communities.models import FacetKind
from app.communities.queries.desk_members import State
from app.web.parts import said_once


@dataclass(frozen=True)
class Kind:
    """How one kind of facet is named, asked for and drawn."""

    key: str
    title: str  # on one's own card
    heading: str  # on another's card and in filters
    hint: str
    icon: str


@said_once
def facet_kinds() -> tuple[Kind, ...]:
    """Return the kinds of facets in the order of the card."""
    return (*_of_doing(), *_of_being())


def _of_doing() -> tuple[Kind, ...]:
    """Return what others can do with someone."""
    return (
        Kind(
            FacetKind.OFFER.value,
            _("What you can offer"),
            _("Offers"),
            _("Skills, help, a spare room for meetings: anything others may ask you for."),
            "hand-heart",
        ),
        Kind(
            FacetKind.WANT.value,
            _("What you look for"),
            _("Looks for"),
            _("What you would like to learn, find or borrow."),
            "search",
        ),
        Kind(
            FacetKind.INTEREST.value,
            _("What you like to talk about"),
            _("Interests"),
            _("Topics that make you stay longer."),
            "message-circle",
        ),
        Kind(
            FacetKind.GOAL.value,
            _("What you are here for"),
            _("Goals"),
            _("What would make this community worth your time."),
            "sprout",
        ),
    )


def _of_being() -> tuple[Kind, ...]:
    """Return who someone is."""
    return (
        Kind(
            FacetKind.LANGUAGE.value,
            _("Languages you speak"),
            _("Languages"),
            _("People can find someone to talk to in theirs."),
            "languages",
        ),
        Kind(
            FacetKind.LIFE.value,
            _("Where you are in life"),
            _("In life now"),
            _("New in town, a new child, between jobs: whoever is in the same place understands."),
            "coffee",
        ),
        Kind(
            FacetKind.VALUE.value,
            _("What matters to you"),
            _("Values"),
            _("How you like people to deal with each other. Faith and politics stay out of it."),
            "star",
        ),
    )


def role_names() -> dict[str, str]:
    """Return the built-in roles by key, in words, the most trusted first."""
    return {
        "owner": _("Owner"),
        "organizer": _("Organizer"),
        "moderator": _("Moderator"),
        "host": _("Host"),
        "member": _("Member"),
    }


def state_names() -> dict[str, str]:
    """Return how a contact can stand to a community, in words."""
    return {
        State.CURRENT.value: _("Member"),
        State.LEFT.value: _("No longer a member"),
        State.BANNED.value: _("Banned"),
        State.GUEST.value: _("Guest"),
        State.IMPORTED.value: _("Imported, not claimed"),
        State.KNOWN.value: _("Known"),
    }
