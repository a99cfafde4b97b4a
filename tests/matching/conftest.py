"""Members for matching: awake, listed, opted in, with words on their cards."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.activity import service as activity
from app.communities.models import Community, Contact, Facet, FacetKind, FacetVisibility
from app.core import clock as core_clock
from app.core.database import add
from app.core.text import normalise
from app.matching.models import MatchChoice, MatchKind
from tests.factories import make_community, make_member

MakeMatchable = Callable[..., Contact]


def put_facet(
    contact: Contact,
    value: str,
    kind: FacetKind = FacetKind.INTEREST,
    visibility: FacetVisibility = FacetVisibility.MEMBERS,
) -> Facet:
    """Put a word on a card."""
    return add(
        Facet(
            community_id=contact.community_id,
            contact_id=contact.id,
            kind=kind,
            value=value,
            value_key=normalise(value),
            visibility=visibility,
        )
    )


def be_active(contact: Contact, community: Community, *, days_ago: int = 1) -> None:
    """Let a contact have done something some days ago."""
    fact = activity.Fact(
        community_id=community.id,
        contact_id=contact.id,
        type="event.checked_in",
        uid=f"test:{contact.id}:{days_ago}",
        happened_at=core_clock.now() - timedelta(days=days_ago),
    )
    activity.record(fact, zone=community.zone)


@pytest.fixture
def community(session: Session) -> Community:
    """A community whose members match."""
    return make_community(zone="Europe/Berlin")


@pytest.fixture
def make_matchable(community: Community) -> MakeMatchable:
    """Make an awake member who said yes to friends and has these interests."""

    def make(
        *interests: str,
        kinds: tuple[MatchKind, ...] = (MatchKind.FRIEND,),
        days_ago: int = 1,
        **values: Any,
    ) -> Contact:
        contact = make_member(community, **values)
        for interest in interests:
            put_facet(contact, interest)
        for kind in kinds:
            add(
                MatchChoice(
                    community_id=community.id,
                    contact_id=contact.id,
                    kind=kind,
                    chosen_at=core_clock.now(),
                    adult_said_at=core_clock.now(),
                )
            )
        be_active(contact, community, days_ago=days_ago)
        return contact

    return make
