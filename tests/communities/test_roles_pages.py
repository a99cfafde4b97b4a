"""The pages of roles."""

from flask import Flask

from app.communities import queries
from app.communities.models import (
    Community,
    Contact,
)
from tests.communities.reading import text_of
from tests.factories import (
    make_contact,
    make_member,
    sign_in,
)
from tests.pages import ProofreadingClient


def test_a_role_is_given_and_counts_on_the_next_request(
    client: ProofreadingClient, app: Flask, community: Community, owner: Contact
) -> None:
    member = make_member(community, name="Sam")
    other = app.test_client()
    assert isinstance(other, ProofreadingClient)
    sign_in(other, member)
    assert other.get("/c/runners/desk/requests").status_code == 404
    path = f"/c/runners/desk/members/{member.public_id}/role"
    assert "Organizer" in text_of(client, path)

    answer = client.post(path, data={"role": "moderator"})

    page = client.follow(answer).get_data(as_text=True)
    assert "Sam is now: Moderator." in page
    assert other.get("/c/runners/desk/requests").status_code == 200
    client.post(path, data={"role": "member"})
    assert other.get("/c/runners/desk/requests").status_code == 404


def test_a_role_as_high_as_ones_own_is_refused(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    peer, member = make_member(community, role="owner"), make_member(community)

    answer = client.post(f"/c/runners/desk/members/{member.public_id}/role", data={"role": "owner"})

    assert answer.status_code == 422
    assert "only roles below your own" in answer.get_data(as_text=True)
    page = text_of(client, f"/c/runners/desk/members/{peer.public_id}/role")
    assert "only they can change it" in page
    assert "Give up my role" in text_of(client, f"/c/runners/desk/members/{owner.public_id}/role")


def test_the_ownership_is_passed_on(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    member, stranger = make_member(community, name="Sam"), make_contact(community)
    path = "/c/runners/desk/members/{}/ownership"

    assert client.post(path.format(stranger.public_id)).status_code == 404
    assert client.post(path.format(owner.public_id)).status_code == 422
    answer = client.post(path.format(member.public_id))

    assert "Sam owns the community now" in client.follow(answer).get_data(as_text=True)
    assert client.post(path.format(member.public_id)).status_code == 404


def test_the_permission_map_is_a_plain_table(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    page = text_of(client, "/c/runners/desk/roles")

    for heading in ("Owner", "Organizer", "Moderator", "Host", "Member"):
        assert f'<th scope="col">{heading}</th>' in page
    assert page.count("Close the community") == 1
    every = {permission for role in queries.roles() for permission in role.permissions}
    unnamed = {"community.leave", "community.join", "rules.consent", "events.view"}
    assert page.count('<th scope="row">') == len(every - unnamed - {"events.view_members"})
