"""Where we are and what we may: the three ways of being refused, and what stays hidden."""

import pytest
from flask import Flask, g
from sqlalchemy.orm import Session

from app.communities import current
from app.communities.models import Ban, EndReason, Visibility
from app.communities.permissions import STRANGER
from app.communities.queries import Standing
from app.core.database import add
from app.core.errors import NotThere
from tests.conftest import TODAY
from tests.factories import (
    make_community,
    make_contact,
    make_member,
    make_membership,
    make_person,
    sign_in,
)
from tests.pages import ProofreadingClient

SIGN_IN, OFFER, NOTHING = "sign in", "offer", "nothing"


def answer_of(client: ProofreadingClient, path: str) -> str:
    answer = client.get(path)
    if answer.status_code == 303:
        return SIGN_IN if answer.headers["Location"].startswith("/sign-in") else OFFER
    return {200: "in", 404: NOTHING}[answer.status_code]


@pytest.mark.parametrize(
    ("visibility", "anonymous", "stranger", "banned"),
    [
        (Visibility.PUBLIC, SIGN_IN, OFFER, NOTHING),
        (Visibility.UNLISTED, SIGN_IN, OFFER, NOTHING),
        (Visibility.PRIVATE, SIGN_IN, OFFER, NOTHING),
        (Visibility.SECRET, SIGN_IN, NOTHING, NOTHING),
        (None, SIGN_IN, NOTHING, NOTHING),
    ],
)
def test_a_members_page_refuses_in_three_ways(
    client: ProofreadingClient,
    session: Session,
    visibility: Visibility | None,
    anonymous: str,
    stranger: str,
    banned: str,
) -> None:
    community = make_community(visibility=visibility or Visibility.PUBLIC)
    path = f"/c/{community.slug if visibility else 'never-there'}/members"
    shut = make_contact(community, person=make_person())
    add(Ban(community_id=community.id, contact_id=shut.id, reason="x", banned_at=TODAY))

    found = [answer_of(client, path)]
    for who in (make_person(), shut):
        sign_in(client, who)
        found.append(answer_of(client, path))

    assert found == [anonymous, stranger, banned]


@pytest.mark.parametrize("tail", ["", "/rules", "/join", "/events", "/desk/settings", "/leave"])
def test_a_stranger_cannot_tell_a_secret_community_from_none(
    client: ProofreadingClient, session: Session, tail: str
) -> None:
    secret = make_community(visibility=Visibility.SECRET).slug
    suspended = make_community(suspended_at=TODAY).slug

    def said(slug: str) -> tuple[int, str, str]:
        answer = client.get(f"/c/{slug}{tail}")
        body = answer.get_data(as_text=True).replace(slug, "?")
        return answer.status_code, answer.headers["Location"].replace(slug, "?"), body

    assert said(secret) == said("never-there") == said(suspended)


@pytest.mark.parametrize("visibility", [Visibility.PUBLIC, Visibility.SECRET])
def test_members_alone_read_that_their_community_is_suspended(
    client: ProofreadingClient, session: Session, visibility: Visibility
) -> None:
    community = make_community(visibility=visibility, suspended_at=TODAY)
    gone, known = (make_contact(community, person=make_person()) for _ in range(2))
    make_membership(gone, left_at=TODAY, end_reason=EndReason.LEFT)
    for who in (make_person(), gone, known):
        sign_in(client, who)
        for tail in ("", "/events", "/desk/settings"):
            answer = client.get(f"/c/{community.slug}{tail}")
            assert (answer.status_code, "suspended" in answer.text) == (404, False)
    sign_in(client, make_member(community))
    for tail in ("", "/events", "/desk/settings"):
        answer = client.get(f"/c/{community.slug}{tail}")
        assert answer.status_code == 403
        assert "This community is suspended</h1>" in answer.text
    assert client.get("/c/never-there").status_code == 404


def test_a_private_front_page_leads_to_the_door(
    client: ProofreadingClient, session: Session
) -> None:
    community = make_community(visibility=Visibility.PRIVATE)

    answer = client.get(f"/c/{community.slug}")

    assert answer.headers["Location"] == f"/c/{community.slug}/join"


def test_a_contact_is_asked_for_only_where_there_is_one(app: Flask, session: Session) -> None:
    community = make_community()
    with app.test_request_context("/"):
        assert not current.may("community.view")
        public = STRANGER[Visibility.PUBLIC]
        g.standing = Standing(community, None, None, public, is_banned=False, owes_consent=False)
        assert current.may("community.view")
        assert current.current_membership() is None
        with pytest.raises(NotThere):
            current.current_contact()
        member = make_member(community)
        g.standing = Standing(community, member, None, public, is_banned=False, owes_consent=False)
        assert current.current_contact() is member
