"""Every page of people opens, for those who may, and says what it should."""

import pytest
from sqlalchemy.orm import Session

from app.communities.models import Contact
from tests.factories import make_community, make_contact, make_member, sign_in
from tests.pages import ProofreadingClient


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("card", "Your card"),
        ("members", "Members"),
        ("members/{id}", "Ada Lovelace"),
        ("reports/new?subject=contact&subject_id={id}", "Report “Ada Lovelace”"),
        ("desk/members", "Ada Lovelace"),
        ("desk/members/{id}", "History"),
        ("desk/reports", "Nothing waits"),
        ("desk/announcements", "Nothing announced yet"),
        ("desk/announcements/new", "It goes to 2 people."),
        ("desk/imports", "Bring people"),
    ],
)
def test_a_page_opens_for_an_owner(
    session: Session, client: ProofreadingClient, path: str, words: str
) -> None:
    community = make_community()
    owner: Contact = make_member(community, role="owner", name="Owner")
    ada = make_member(community, name="Ada Lovelace")
    make_contact(community, name="Guest")
    sign_in(client, owner)
    answer = client.get(f"/c/{community.slug}/{path.format(id=ada.public_id)}")
    assert answer.status_code == 200, answer.text
    assert words in answer.text
