"""About me: everything known, community by community, and nothing of anybody else."""

import pytest
from sqlalchemy.orm import Session

from app.activity import service as activity
from app.communities.models import EndReason, Facet, FacetKind, FacetVisibility
from app.core.database import add
from app.matching.models import MatchChoice, MatchKind
from tests.conftest import FixedClock
from tests.factories import (
    make_community,
    make_contact,
    make_event,
    make_member,
    make_membership,
    make_person,
    make_rules,
    sign_in,
)
from tests.home.conftest import Counted
from tests.pages import ProofreadingClient

KINDS = ("member.joined", "card.completed", "event.seat_taken", "event.checked_in",
         "event.created", "bought", "renewed", "forum.posted")  # fmt: skip


@pytest.mark.parametrize("number", [1, 3])
def test_each_community_tells_what_it_knows_in_nine_statements(
    session: Session,
    client: ProofreadingClient,
    counted: Counted,
    clock: FixedClock,
    number: int,
) -> None:
    me = make_person()
    for place in range(number):
        community = make_community(name=f"Circle {place}")
        contact = make_member(community, person=me, name=f"Me in {place}", place="Leipzig")
        contact.place_visibility = FacetVisibility.OFF
        make_rules(community, agreed=(contact,))
        for word, visibility in (("Chess", "members"), ("Insomnia", "off")):
            add(
                Facet(
                    community_id=community.id,
                    contact_id=contact.id,
                    kind=FacetKind.INTEREST,
                    value=word,
                    value_key=word.lower(),
                    visibility=FacetVisibility(visibility),
                )
            )
        add(
            MatchChoice(
                community_id=community.id,
                contact_id=contact.id,
                kind=MatchKind.FRIEND,
                chosen_at=clock.now,
                adult_said_at=clock.now,
            )
        )
        for kind in KINDS:
            fact = activity.Fact(community.id, contact.id, kind, kind, clock.now)
            activity.record(fact, zone=community.zone)
        make_event(community)
    sign_in(client, me)
    response, statements = counted("/me")
    page = response.get_data(as_text=True)
    assert statements == 9
    for words in (
        "They know you as",
        "Insomnia",
        "On your card, hidden from members",
        "You take part.",
        "You agreed to 1 version.",
    ):
        assert page.count(words) == number
    assert page.count("forum.posted (1)") == number


def test_a_former_membership_is_known_and_offers_no_card(
    session: Session, client: ProofreadingClient, clock: FixedClock
) -> None:
    me = make_person()
    contact = make_contact(make_community(name="Former"), person=me)
    make_membership(contact, left_at=clock.now, end_reason=EndReason.LEFT)
    sign_in(client, me)
    page = client.get("/me").get_data(as_text=True)
    assert "Former" in page
    assert "Change your card" not in page


def test_nothing_of_others_is_told(session: Session, client: ProofreadingClient) -> None:
    community = make_community(name="Shared")
    make_member(community, name="Someone Else", email="else@example.org")
    sign_in(client, make_member(community, name="Only Me"))
    page = client.get("/me").get_data(as_text=True)
    assert "Only Me" in page
    assert "Someone Else" not in page
    assert "else@example.org" not in page


def test_nobody_knows_a_new_person(session: Session, client: ProofreadingClient) -> None:
    assert client.get("/me").status_code == 303
    sign_in(client, make_person())
    assert "No community knows you yet" in client.get("/me").get_data(as_text=True)
