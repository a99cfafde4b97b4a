"""The landing page: for strangers, for those who belong, and on a demo."""

import pytest
from sqlalchemy.orm import Session

from app.accounts import answers
from app.accounts.personas import OWNER
from app.communities.models import EndReason, Visibility
from app.events.models import EventVisibility
from tests.conftest import FixedClock
from tests.factories import (
    make_community,
    make_contact,
    make_event,
    make_installation,
    make_member,
    make_membership,
    make_person,
    sign_in,
)
from tests.home.conftest import Counted
from tests.pages import ProofreadingClient


def text(client: ProofreadingClient) -> str:
    response = client.get("/")
    assert response.status_code == 200
    return response.get_data(as_text=True)


@pytest.mark.parametrize("number", [1, 3])
def test_a_stranger_costs_two_statements(session: Session, counted: Counted, number: int) -> None:
    for _ in range(number):
        make_event(make_community())
    response, statements = counted("/")
    assert statements == 2
    assert response.get_data(as_text=True).count("community-card__head") == number
    assert "Set-Cookie" not in response.headers


def test_only_public_communities_and_public_dates_are_shown(
    session: Session, client: ProofreadingClient, clock: FixedClock
) -> None:
    public = make_community(name="Open Circle")
    make_event(public, visibility=EventVisibility.MEMBERS)
    for visibility in (Visibility.UNLISTED, Visibility.PRIVATE, Visibility.SECRET):
        make_community(name=f"Circle {visibility.value}", visibility=visibility)
    make_community(name="Circle closing", closing_at=clock.now)
    make_community(name="Circle suspended", suspended_at=clock.now)
    page = text(client)
    assert "Open Circle" in page
    assert "Jun 22" not in page
    for word in ("unlisted", "private", "secret", "closing", "suspended"):
        assert f"Circle {word}" not in page


def test_an_empty_installation_invites_to_begin(
    session: Session, client: ProofreadingClient
) -> None:
    page = text(client)
    assert "Start a community" in page
    assert "No community has opened its door" in page


def test_a_closed_installation_does_not_invite(
    session: Session, client: ProofreadingClient
) -> None:
    make_installation(sign_up_open=False)
    assert "Start a community" not in text(client)


@pytest.mark.parametrize("number", [1, 3])
def test_who_belongs_sees_their_communities_and_what_comes(
    session: Session, client: ProofreadingClient, counted: Counted, number: int
) -> None:
    me = make_person()
    for place in range(number):
        community = make_community(name=f"Mine {place}", visibility=Visibility.SECRET)
        make_member(community, person=me)
        make_event(community, title=f"Supper {place}", visibility=EventVisibility.MEMBERS)
    other = make_community(name="Theirs")
    make_event(other, title="Foreign supper")
    sign_in(client, me)
    response, statements = counted("/")
    page = response.get_data(as_text=True)
    assert statements == 3
    assert page.count("community-card__head") == number
    assert page.count("Supper") == number
    assert "Theirs" not in page
    assert "Foreign supper" not in page


def test_who_left_belongs_no_more(
    session: Session, client: ProofreadingClient, clock: FixedClock
) -> None:
    me = make_person()
    community = make_community(name="Former")
    contact = make_contact(community, person=me)
    make_membership(contact, left_at=clock.now, end_reason=EndReason.LEFT)
    make_event(community, title="Without me")
    sign_in(client, me)
    page = text(client)
    assert "You belong to no community yet" in page
    assert "Former" not in page
    assert "Without me" not in page


def test_a_demo_lends_its_people_and_no_other_installation_does(
    session: Session, client: ProofreadingClient, app: object
) -> None:
    make_person(email=OWNER.address)
    make_installation(is_demo=False)
    assert "Amara Okafor" not in text(client)
    make_installation(is_demo=True)
    answers.learn_demo(client.application)
    try:
        assert "Amara Okafor" in text(client)
        elsewhere = client.get("/", base_url="http://demo.example.org")
        assert elsewhere.status_code == 200
        assert "Amara Okafor" not in elsewhere.text
    finally:
        make_installation(is_demo=False)
        answers.learn_demo(client.application)
