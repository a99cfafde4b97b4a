"""The pages of invitation links: made at the desk, followed by newcomers."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import MailToken, Person
from app.communities.models import (
    Community,
    Contact,
    EndReason,
    Invitation,
    InvitationKind,
    Joining,
    Visibility,
)
from app.core.database import add
from app.core.tokens import hash_token
from tests.communities.hands import period_of
from tests.communities.reading import link_to, make_request, text_of
from tests.conftest import TODAY
from tests.factories import (
    make_community,
    make_contact,
    make_installation,
    make_member,
    make_person,
    sign_in,
)
from tests.pages import ProofreadingClient


def test_a_link_is_made_shown_and_withdrawn(
    client: ProofreadingClient, community: Community, owner: Contact, session: Session
) -> None:
    assert "No links yet" in text_of(client, "/c/runners/desk/invitations")

    answer = client.post(
        "/c/runners/desk/invitations",
        data={"kind": "trusted", "label": "Poster", "max_uses": "50", "days": "30"},
    )

    page = client.follow(answer).get_data(as_text=True)
    link = session.scalars(select(Invitation)).one()
    assert (link.kind, link.max_uses) == (InvitationKind.TRUSTED, 50)
    assert "Used 0 of 50 times" in page
    assert "July 15, 2026" in page or "Jul 15, 2026" in page
    assert "/invitations/" in page
    code = client.get(f"/c/runners/desk/invitations/{link.public_id}/qr.svg")
    assert code.mimetype == "image/svg+xml"
    assert b"<svg" in code.data
    make_contact(community)
    assert "Poster" in text_of(client, "/c/runners/desk/invitations")
    answer = client.post(f"/c/runners/desk/invitations/{link.public_id}/revocation")
    page = client.follow(answer).get_data(as_text=True)
    assert "Over" in page
    assert "qr.svg" not in page


def test_a_link_shows_who_came_by_it(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    link = add(Invitation(community_id=community.id, kind=InvitationKind.UNKNOWN, created_at=TODAY))
    request = make_request(community, "Cleo")
    request.invitation_id = link.id
    inside = make_member(community, name="Dora")
    period_of(inside).invitation_id = link.id
    gone = make_member(community, name="Emil")
    left = period_of(gone)
    left.invitation_id, left.left_at, left.end_reason = link.id, TODAY, EndReason.LEFT

    page = text_of(client, f"/c/runners/desk/invitations/{link.public_id}")

    assert [name in page for name in ("Cleo", "Dora", "Emil")] == [True] * 3
    states = (">Waiting<", ">Member<", ">No longer a member<")
    assert [word in page for word in states] == [True] * 3


@pytest.mark.parametrize(
    ("terms", "opens"),
    [
        ({}, True),
        ({"kind": InvitationKind.UNKNOWN}, False),
        ({"revoked_at": TODAY}, False),
        ({"expires_at": TODAY}, False),
    ],
)
def test_only_a_trusted_link_that_leads_in_opens_a_site_closed_to_strangers(
    app: Flask,
    client: ProofreadingClient,
    session: Session,
    terms: dict[str, object],
    *,
    opens: bool,
) -> None:
    make_installation(sign_up_open=False)
    community = make_community(slug="yard")
    link = link_to(app, community, **terms)
    way = f"/sign-up?next={link}"
    assert (f'href="{way}"' in client.get(link).text) is opens
    assert ("Send me the link" in client.get(way).text) is opens
    answer = client.post("/sign-up", data={"email": "new@example.org", "next": link})
    assert answer.status_code == (303 if opens else 422)
    asked = session.scalars(select(MailToken.payload["back"].astext)).all()
    assert asked == ([link] if opens else [])
    door = client.get("/c/yard/join").text  # whoever has no link is told whom to ask
    assert ["Create an account" in door, "New accounts need an invitation" in door] == [False, True]
    community.closing_at = TODAY
    assert "Send me the link" not in client.get(way).text
    assert client.post("/sign-up", data={"email": "b@example.org", "next": "/"}).status_code == 422


@pytest.mark.parametrize("joins", [False, True])
def test_a_link_makes_no_more_accounts_on_a_closed_site_than_may_use_it(
    app: Flask, client: ProofreadingClient, session: Session, *, joins: bool
) -> None:
    make_installation(sign_up_open=False)
    link = link_to(app, make_community(slug="yard"), max_uses=2)
    asked = {"next": link, "email": "new@example.org"}
    for number in range(3):  # each may ask: who of them opens the mail is not known yet
        client.post("/sign-up", data={**asked, "email": f"{number}@example.org"})
    answers = []
    for number, row in enumerate(session.scalars(select(MailToken).order_by(MailToken.id)).all()):
        row.token_hash = hash_token(f"token-{number}")
        session.commit()
        made = client.post(f"/sign-up/token-{number}", data={"password": "three wet grey stones"})
        answers.append(made.status_code)
        if joins and number == 0:
            assert client.post(link, data={"name": "Ana"}).status_code == 303
        client.post("/sign-out")
    assert answers == [303, 303, 422]
    assert "has been used up" in made.text
    assert session.scalar(select(func.count()).select_from(Person)) == 2
    assert client.post("/sign-up", data=asked).status_code == 422
    assert "New accounts need an invitation" in client.get(link).text
    sign_in(client, make_person())  # whoever has an account comes in as before
    assert client.post(link, data={"name": "Bo"}).status_code == 303


def test_a_link_needs_neither_a_limit_nor_an_end(
    client: ProofreadingClient, session: Session
) -> None:
    community = make_community()
    sign_in(client, make_member(community, role="organizer"))
    response = client.post(  # as a browser sends fields left empty
        f"/c/{community.slug}/desk/invitations",
        data={"kind": "trusted", "label": "", "max_uses": "", "days": ""},
    )
    assert response.status_code == 303
    link = session.scalars(select(Invitation)).one()
    assert (link.max_uses, link.expires_at) == (None, None)


@pytest.mark.parametrize(
    "wrong", [{"max_uses": "0"}, {"max_uses": "many"}, {"days": "99999"}, {"kind": "open"}]
)
def test_wrong_terms_make_no_link(
    client: ProofreadingClient,
    community: Community,
    owner: Contact,
    session: Session,
    wrong: dict[str, str],
) -> None:
    data = {"kind": "unknown", "label": "Typed", **wrong}

    answer = client.post("/c/runners/desk/invitations", data=data)

    assert answer.status_code == 422
    assert "Typed" in answer.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(Invitation)) == 0


def test_a_link_of_another_community_is_not_there(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    other = make_community()
    link = add(Invitation(community_id=other.id, kind=InvitationKind.TRUSTED, created_at=TODAY))
    path = f"/c/runners/desk/invitations/{link.public_id}"

    assert [client.get(path).status_code, client.get(f"{path}/qr.svg").status_code] == [404, 404]
    assert client.post(f"{path}/revocation").status_code == 404
    assert link.revoked_at is None


def test_an_invitation_opens_a_secret_community(
    client: ProofreadingClient, app: Flask, session: Session
) -> None:
    community = make_community(
        name="Whisper", visibility=Visibility.SECRET, joining=Joining.INVITATION
    )
    path = link_to(app, community)
    page = text_of(client, path)
    assert "Whisper" in page
    assert f"/sign-up?next={path}" in page
    assert client.post(path).headers["Location"] == f"/sign-in?next={path}"

    sign_in(client, make_person())
    assert 'action="/invitations/' in text_of(client, path)
    answer = client.post(path, data={"name": "Ana"})

    assert answer.headers["Location"] == f"/c/{community.slug}/welcome"
    assert client.get(path).headers["Location"] == f"/c/{community.slug}"


@pytest.mark.parametrize("visibility", Visibility)
def test_a_chat_shows_who_invites_unless_they_keep_to_themselves(
    client: ProofreadingClient, app: Flask, session: Session, visibility: Visibility
) -> None:
    community = make_community(
        slug="walkers", name="Walkers & Co", purpose="To walk", visibility=visibility
    )
    path = link_to(app, community)

    head = text_of(client, path).partition("</head>")[0]

    shown = dict(re.findall(r'property="(og:[\w:]+)" content="([^"]*)"', head))
    pictures = "/c/walkers/preview/1.png", "/preview/en.png"
    is_named = visibility in {Visibility.PUBLIC, Visibility.UNLISTED}
    assert shown["og:image"] == f"http://localhost:8000{pictures[not is_named]}"
    assert ["Walkers" in " ".join(shown.values()), "To walk" in head] == [is_named] * 2
    titles = "Invitation to Walkers &amp; Co", "You are invited"
    assert shown["og:title"] == titles[not is_named]
    assert shown["og:url"] == f"http://localhost:8000{path}"
    assert 'name="robots" content="noindex"' in head
    picture = client.get(shown["og:image"])
    assert (picture.status_code, picture.mimetype) == (200, "image/png")


def test_an_invitation_for_unknown_people_leads_into_the_queue(
    client: ProofreadingClient, app: Flask, session: Session
) -> None:
    community = make_community()
    path = link_to(app, community, kind=InvitationKind.UNKNOWN)
    sign_in(client, make_person())
    assert client.post(path, data={"name": "\u200b"}).status_code == 422

    answer = client.post(path, data={"name": "Ana"})

    assert answer.headers["Location"] == path
    assert "Your request is waiting" in client.follow(answer).get_data(as_text=True)

    over = text_of(client, link_to(app, community, revoked_at=TODAY))
    assert ["Your request is waiting" in over, 'name="name"' in over] == [True, False]
    trusted = link_to(app, community)
    page = text_of(client, trusted)
    assert ["Your request is waiting" in page, f'action="{trusted}"' in page] == [False, True]
    answer = client.post(trusted, data={"name": "Ana"})
    assert answer.headers["Location"] == f"/c/{community.slug}/welcome"


def test_an_invitation_that_is_over_says_so(
    client: ProofreadingClient, app: Flask, session: Session
) -> None:
    community = make_community()
    path = link_to(app, community, revoked_at=TODAY)
    sign_in(client, make_person())

    assert "leads nowhere any more" in text_of(client, path)
    answer = client.post(path, data={"name": "Ana"})
    assert answer.status_code == 422
    assert "Ask for a new one" in answer.get_data(as_text=True)


def test_forged_and_foreign_links_are_not_there(
    client: ProofreadingClient, app: Flask, session: Session
) -> None:
    path = link_to(app, make_community(suspended_at=TODAY))
    sign_in(client, make_person())

    for wrong in (path, "/invitations/forged", f"{link_to(app, make_community())}x"):
        assert client.get(wrong).status_code == 404
        assert client.post(wrong, data={"name": "A"}).status_code == 404
