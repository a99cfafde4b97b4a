"""The pages of removal and bans."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.service import erase_person
from app.communities.models import (
    Ban,
    Community,
    Contact,
)
from tests.communities.hands import period_of
from tests.communities.reading import text_of
from tests.conftest import TODAY
from tests.factories import (
    make_community,
    make_contact,
    make_member,
    person_of,
    sign_in,
)
from tests.pages import ProofreadingClient


def test_a_member_is_removed_with_a_word(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    member = make_member(community, name="Sam")
    path = f"/c/runners/desk/members/{member.public_id}/removal"
    assert "Remove Sam" in text_of(client, path)
    assert client.post(path, data={"words": "x" * 501}).status_code == 422

    answer = client.post(path, data={"words": "Goodbye"})

    assert answer.headers["Location"] == "/c/runners/desk/members"
    assert period_of(member).end_words == "Goodbye"
    assert client.get(path).status_code == 404


def test_a_peer_is_not_removed_nor_banned(client: ProofreadingClient, community: Community) -> None:
    peer = make_member(community, role="moderator")
    sign_in(client, make_member(community, role="moderator"))

    for tail, data in (("removal", {}), ("ban", {"reason": "x"})):
        answer = client.post(f"/c/runners/desk/members/{peer.public_id}/{tail}", data=data)
        assert answer.status_code == 422
        assert "whose role is below yours" in answer.get_data(as_text=True)
    assert period_of(peer).left_at is None


def test_a_ban_is_written_down_and_lifted(
    client: ProofreadingClient, community: Community, owner: Contact, session: Session
) -> None:
    member = make_member(community, name="Gus")
    path = f"/c/runners/desk/members/{member.public_id}/ban"
    assert "Ban Gus" in text_of(client, path)
    assert "Nobody is banned" in text_of(client, "/c/runners/desk/bans")
    assert client.post(path, data={"reason": " "}).status_code == 422

    answer = client.post(path, data={"reason": "Shouted"})

    page = client.follow(answer).get_data(as_text=True)
    assert "Shouted" in page
    assert "by Ana" in page
    assert client.post(path, data={"reason": "Again"}).status_code == 422
    for _ in range(2):
        answer = client.post(f"{path}/end")
        assert answer.status_code == 303
    assert session.scalars(select(Ban.lifted_at)).all() == [TODAY]
    assert "Nobody is banned" in text_of(client, "/c/runners/desk/bans")


def test_a_ban_of_an_erased_account_asks_for_nothing(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    member = make_member(community, name="Gus")
    client.post(f"/c/runners/desk/members/{member.public_id}/ban", data={"reason": "Shouted"})
    assert "Gus" in text_of(client, "/c/runners/desk/bans")

    erase_person(person_of(member), now=TODAY)

    assert "Nobody is banned" in text_of(client, "/c/runners/desk/bans")


def test_nobody_acts_on_themselves_or_on_strangers(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    foreign = make_member(make_community())
    for contact in (owner, foreign):
        for tail in ("removal", "ban"):
            path = f"/c/runners/desk/members/{contact.public_id}/{tail}"
            assert client.get(path).status_code == 404
            assert client.post(path, data={"reason": "x"}).status_code == 404
    guest = make_contact(community)
    assert client.get(f"/c/runners/desk/members/{guest.public_id}/removal").status_code == 404
