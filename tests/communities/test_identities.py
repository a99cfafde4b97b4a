"""Accounts of imports: suggested with reasons, linked and unlinked by hand, never by themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from app.accounts import service as blocks
from app.activity.models import Activity, Identity
from app.communities.models import Community, Contact
from app.communities.queries.identities import PAGE, Why, account, accounts
from app.communities.queries.people import Viewer
from app.communities.service.identities import (
    BotsAreNobody,
    LinkedAlready,
    link_account,
    unlink_account,
)
from app.core.database import add, db
from app.core.models import AuditEntry
from tests.activity.imported import brought, counted, jsonl, line, recounted
from tests.conftest import TODAY
from tests.factories import (
    make_community,
    make_contact,
    make_member,
    make_person,
    person_of,
    sign_in,
)
from tests.pages import ProofreadingClient

INDEX = "/c/lantern/desk/accounts"


@pytest.fixture
def community(session: Session) -> Community:
    return make_community(slug="lantern")


@pytest.fixture
def organizer(community: Community, client: ProofreadingClient) -> Contact:
    contact = make_member(community, role="organizer", name="Olga")
    sign_in(client, contact)
    return contact


def eyes(contact: Contact) -> Viewer:
    return Viewer(person_of(contact).id, contact.id, is_organizer=True)


def guesses(community: Community, viewer: Viewer) -> dict[str, list[tuple[str, Why]]]:
    found = accounts(community.id, viewer, is_linked=False)
    return {one.uid: [(guess.name, guess.why) for guess in one.guesses] for one in found.accounts}


def test_suggestions_say_why_and_the_strongest_comes_first(
    community: Community, organizer: Contact
) -> None:
    make_contact(community, name="Ada Lovelace", email="ada@example.org")
    make_contact(community, name="ada.lovelace")
    make_contact(community, name="Bo")  # too short a name says nothing
    brought(
        community,
        jsonl(
            line(1, actor_uid="x1", actor_name="Countess", actor_email="ada@example.org"),
            line(2, actor_uid="x2", actor_name="ADA  Lovelace"),
            line(3, actor_uid="Ada_Lovelace", actor_name="The Countess"),
            line(4, actor_uid="bo", actor_name="bo"),
            line(5, actor_uid="helper[bot]", actor_name="Ada Lovelace"),
        ),
    )
    both = [("Ada Lovelace", Why.NAME), ("ada.lovelace", Why.NAME)]
    assert guesses(community, eyes(organizer)) == {
        "x1": [("Ada Lovelace", Why.ADDRESS)],
        "x2": both,
        "Ada_Lovelace": [(name, Why.ACCOUNT) for name, _ in both],
        "bo": [],
    }
    linked = select(Identity.id).where(Identity.contact_id.is_not(None))
    assert db.session.scalars(linked).all() == []


def test_three_suggestions_are_enough(community: Community, organizer: Contact) -> None:
    for number in range(4):
        make_contact(community, name=f"Ada{'.' * number}")
    brought(community, jsonl(line(1, actor_uid="x", actor_name="Ada")))
    assert len(guesses(community, eyes(organizer))["x"]) == 3


def test_who_is_apart_by_a_block_is_not_suggested(community: Community, organizer: Contact) -> None:
    ada = make_member(community, name="Ada Lovelace")
    brought(community, jsonl(line(1, actor_uid="x", actor_name="Ada Lovelace")))
    assert guesses(community, eyes(organizer)) == {"x": [("Ada Lovelace", Why.NAME)]}
    blocks.block(person_of(ada), person_of(organizer), now=TODAY)
    assert guesses(community, eyes(organizer)) == {"x": []}


def test_an_account_is_linked_and_unlinked_on_the_page(
    session: Session, client: ProofreadingClient, community: Community, organizer: Contact
) -> None:
    ada = make_contact(community, name="Ada Lovelace")
    brought(community, jsonl(line(1, actor_uid="x", actor_name="Ada Lovelace")))
    html = client.get(INDEX).text
    assert ("It is Ada Lovelace" in html, "The same name" in html) == (True, True)
    named = {"source": "forum", "uid": "x"}
    answer = client.post(f"{INDEX}/links", data={**named, "contact": ada.public_id})
    assert (answer.status_code, answer.location) == (303, INDEX)
    assert session.scalars(select(Activity.contact_id)).all() == [ada.id]
    assert counted(community) == recounted(community)
    assert "Every account is someone" in client.get(INDEX).text
    assert "Ada Lovelace" in client.get(f"{INDEX}?show=linked").text
    answer = client.post(f"{INDEX}/links/removal", data=named)
    assert (answer.status_code, answer.location) == (303, f"{INDEX}?show=linked")
    assert session.scalars(select(Activity.contact_id)).all() == [None]
    assert counted(community) == recounted(community)
    entries = session.execute(
        select(AuditEntry.action, AuditEntry.facts)
        .where(AuditEntry.action.like("identity.%"))
        .order_by(AuditEntry.id)
    )
    assert [(row[0], row[1]) for row in entries] == [
        ("identity.linked", {"contact": ada.id}),
        ("identity.unlinked", {"contact": ada.id}),
    ]


def test_what_was_taken_apart_by_hand_no_import_links_again(
    session: Session, community: Community, organizer: Contact
) -> None:
    ada = make_member(community, person=make_person(email="ada@example.org"))
    told = line(1, actor_uid="x", actor_email="ada@example.org")
    brought(community, jsonl(told))
    identity = session.scalars(select(Identity)).one()
    linked_to = identity.contact_id
    assert linked_to == ada.id  # by the proved address
    unlink_account(identity, community=community, by=person_of(organizer))
    unlink_account(identity, community=community, by=person_of(organizer))
    brought(community, jsonl(told, {**told, "source_uid": "m2"}))
    session.refresh(identity)
    assert identity.contact_id is None
    link_account(identity, ada, community=community, by=person_of(organizer))
    session.refresh(identity)
    by_hand = select(Identity.contact_id, Identity.is_apart)
    assert session.execute(by_hand).one() == (ada.id, False)
    unlinked = select(AuditEntry.id).where(AuditEntry.action == "identity.unlinked")
    assert len(session.scalars(unlinked).all()) == 1


def test_bots_and_linked_accounts_are_not_given_away(
    client: ProofreadingClient, community: Community, organizer: Contact
) -> None:
    ada, ben = make_contact(community), make_contact(community)
    by = person_of(organizer)
    bot = add(Identity(community_id=community.id, source="forum", uid="b", is_bot=True))
    with pytest.raises(BotsAreNobody):
        link_account(bot, ada, community=community, by=by)
    one = add(Identity(community_id=community.id, source="forum", uid="x"))
    for _twice in range(2):
        link_account(one, ada, community=community, by=by)
    with pytest.raises(LinkedAlready):
        link_account(one, ben, community=community, by=by)
    given = {"source": "forum", "uid": "x", "contact": ben.public_id}
    assert client.post(f"{INDEX}/links", data=given).status_code == 422
    assert one.contact_id == ada.id


def test_who_links_at_once_sees_what_the_other_did(community: Community) -> None:
    """Each reads the account again when nobody else links: what was read before may be over."""
    ada, ben = make_contact(community), make_contact(community)
    by = person_of(make_member(community, role="organizer"))
    one = add(Identity(community_id=community.id, source="forum", uid="x"))

    def meanwhile(contact_id: int | None) -> None:
        db.session.execute(
            update(Identity)
            .where(Identity.id == one.id)
            .values(contact_id=contact_id)
            .execution_options(synchronize_session=False)
        )

    meanwhile(ada.id)
    assert one.contact_id is None, "as the other one's page had read it"
    with pytest.raises(LinkedAlready):
        link_account(one, ben, community=community, by=by)
    meanwhile(None)
    unlink_account(one, community=community, by=by)
    assert not one.is_apart, "nothing was taken away"


def test_someone_is_found_by_name(
    client: ProofreadingClient, community: Community, organizer: Contact
) -> None:
    make_contact(community, name="Grace Hopper")
    brought(community, jsonl(line(1, actor_uid="x/1?", actor_name="Amazing")))
    asked = {"source": "forum", "uid": "x/1?"}
    path = f"{INDEX}/choice"
    assert "An account of forum with 1 act." in client.get(path, query_string=asked).text
    assert "It is Grace Hopper" in client.get(path, query_string={**asked, "q": "hop"}).text
    nobody = client.get(path, query_string={**asked, "q": "%"}).text
    assert "Nobody is called like that" in nobody
    assert client.get(path, query_string={**asked, "source": "chat"}).status_code == 404
    assert client.post(f"{INDEX}/links", data={**asked, "uid": "y"}).status_code == 404


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_seven_statements(
    client: ProofreadingClient, community: Community, organizer: Contact, number: int
) -> None:
    for place in range(number):
        make_contact(community, name=f"Somebody {place}")
    told = [line(at, actor_uid=f"p{at}", actor_name=f"Somebody {at}") for at in range(number)]
    brought(community, jsonl(*told))
    client.get(INDEX)
    with statements() as seen:
        html = client.get(INDEX).text
    assert (len(seen), html.count("It is Somebody")) == (7, number)


def test_many_accounts_have_pages_and_a_search(
    client: ProofreadingClient, community: Community, organizer: Contact
) -> None:
    for place in range(PAGE + 1):
        add(Identity(community_id=community.id, source="forum", uid=f"account {place:02}"))
    assert f"1 to {PAGE} of {PAGE + 1}" in client.get(INDEX).text
    assert f"account {PAGE}" in client.get(f"{INDEX}?page=2").text
    html = client.get(f"{INDEX}?q=COUNT+07").text
    assert ("account 07" in html, "account 08" in html) == (True, False)
    assert "No account is called like that" in client.get(f"{INDEX}?q=_").text
    assert "No account is linked yet" in client.get(f"{INDEX}?show=linked").text
    assert account(community.id, eyes(organizer), source="forum", uid="none") is None
