"""Small makings that the tests of people share."""

from app.communities.models import Contact, Facet, FacetKind, FacetVisibility
from app.communities.queries import membership_of
from app.communities.queries.people import Viewer
from app.communities.service.contacts import refresh_search
from app.communities.service.hand import Hand
from app.core.database import add
from app.core.text import normalise
from tests.factories import person_of


def hand_of(contact: Contact) -> Hand:
    """Return a member as one who acts."""
    membership = membership_of(contact)
    assert membership is not None
    return Hand(person_of(contact), membership)


def eyes_of(contact: Contact, *, is_organizer: bool = False) -> Viewer:
    """Return a member as one who looks."""
    assert contact.person_id is not None
    return Viewer(contact.person_id, contact.id, is_organizer=is_organizer)


def say(
    contact: Contact,
    value: str,
    *,
    kind: FacetKind = FacetKind.OFFER,
    shown: FacetVisibility = FacetVisibility.MEMBERS,
) -> Facet:
    """Put a word on a card."""
    facet = add(
        Facet(
            community_id=contact.community_id,
            contact_id=contact.id,
            kind=kind,
            value=value,
            value_key=normalise(value),
            visibility=shown,
        )
    )
    refresh_search(contact)
    return facet
