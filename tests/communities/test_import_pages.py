"""The pages of an import and of a claim: look, run, take back, take one's place."""

import io

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.communities.models import (
    Ban,
    Community,
    Contact,
    ContactSource,
    ImportRun,
    Membership,
)
from app.communities.service import claims, imports
from app.core import jobs
from app.core.database import add
from app.core.models import OutgoingMail
from tests.conftest import FixedClock
from tests.factories import (
    make_community,
    make_contact,
    make_installation,
    make_member,
    make_person,
    sign_in,
)
from tests.pages import ProofreadingClient

LIST = (
    "Имя;Почта;Город;Группа\r\nЁлка;elka@example.org;Тверь;совет\r\n"
    "Без почты;;;\r\nАнна;anna@example.org;;\r\nЁлка;ELKA@example.org;;\r\n"
).encode("cp1251")
SECRET = "s" * 40


def begun(community: Community, clock: FixedClock, data: bytes = LIST) -> ImportRun:
    """Look at a list as its owner would."""
    return imports.begin(community, None, data=data, is_pasted=False, now=clock.now)


def test_those_invited_get_one_mail_with_a_link_that_gives_them_their_place(
    session: Session, clock: FixedClock, client: ProofreadingClient, app: Flask
) -> None:
    community = make_community(name="Чтения")
    run = begun(community, clock)
    secret = str(app.config["SECRET_KEY"])
    imports.start(run, person=None, tag="", invites=True)
    session.commit()
    assert jobs.run_pending(app)[0] == "communities.run_import"
    mails = session.scalars(select(OutgoingMail).order_by(OutgoingMail.to_address)).all()
    assert [mail.to_address for mail in mails] == ["anna@example.org", "elka@example.org"]
    assert mails[0].subject == "Чтения keeps a place for you"
    assert mails[0].unsubscribe_url is not None
    anna = session.scalars(select(Contact).where(Contact.name == "Анна")).one()
    path = f"/c/{community.slug}/claim/{claims.claim_token(anna, secret)}"
    assert path in mails[0].text_body
    assert "Make an account" in client.get(path).text
    assert claims.invite(community, [anna], secret=secret) == 1
    assert session.scalar(select(func.count(OutgoingMail.id))) == 2
    person = sign_in(client, make_person(email="Anna@example.org"))
    assert "Take my place" in client.get(path).text
    answer = client.post(path)
    assert answer.headers["Location"].endswith(f"/c/{community.slug}")
    membership = session.scalars(select(Membership)).one()
    assert (membership.contact_id, membership.joined_via.value) == (anna.id, "import")
    assert anna.person_id == person.id
    assert client.post(path).status_code == 303
    assert session.scalar(select(func.count(Membership.id))) == 1


def test_a_place_is_given_only_to_whoever_proved_its_address(
    session: Session, clock: FixedClock, client: ProofreadingClient, app: Flask
) -> None:
    community = make_community()
    contact = make_contact(community, email="ada@example.org", source=ContactSource.IMPORT)
    token = claims.claim_token(contact, str(app.config["SECRET_KEY"]))
    path = f"/c/{community.slug}/claim/{token}"
    assert client.post(path).headers["Location"].startswith("/sign-in")
    sign_in(client, make_person(email="eve@example.org"))
    assert "another address" in client.get(path).text
    assert client.post(path).status_code == 422
    assert contact.person_id is None
    assert client.get(f"/c/{community.slug}/claim/forged").status_code == 410
    assert client.get(f"/c/{make_community().slug}/claim/{token}").status_code == 410
    assert client.get(f"/c/nowhere/claim/{token}").status_code == 404
    contact.email_key = "changed@example.org"
    assert client.get(path).status_code == 410


def test_a_kept_place_opens_a_closed_site_to_its_address_only(
    session: Session, client: ProofreadingClient, app: Flask
) -> None:
    make_installation(sign_up_open=False)
    contact = make_contact(make_community(slug="yard"), email="ada@example.org")
    path = f"/c/yard/claim/{claims.claim_token(contact, str(app.config['SECRET_KEY']))}"
    way = f"/sign-up?next={path}"

    def answers() -> list[object]:
        sent = {"next": path, "email": "Ada@Example.org"}
        asked = client.post("/sign-up", data=sent).status_code
        return [f'href="{way}"' in client.get(path).text, "Send me" in client.get(way).text, asked]

    assert answers() == [True, True, 303]
    assert 'value="ada@example.org"' in client.get(way).text
    eve = client.post("/sign-up", data={"next": path, "email": "eve@example.org"})
    assert (eve.status_code, 'value="eve@example.org"' in eve.text) == (422, True)
    assert "This place is kept for another address" in eve.text
    assert "New accounts cannot be made here" not in eve.text
    assert "Send me" not in client.get(f"{way}x").text
    since = {"contact_id": contact.id, "reason": "x", "banned_at": contact.created_at}
    ban = add(Ban(community_id=contact.community_id, **since))
    assert answers() == [False, False, 422]
    ban.lifted_at = ban.banned_at
    contact.person_id = make_person().id
    assert answers() == [False, False, 422]
    assert "ada@example.org" not in client.get(way).text


def test_an_organizer_brings_people_page_by_page(
    session: Session, client: ProofreadingClient, app: Flask
) -> None:
    community = make_community()
    sign_in(client, make_member(community, role="organizer"))
    index = f"/c/{community.slug}/desk/imports"
    answer = client.post(index, data={"file": (io.BytesIO(LIST), "Книга1.csv"), "pasted": ""})
    page = answer.headers["Location"]
    look = client.get(page)
    assert "Add 2 people" in look.text
    assert "There is no e-mail address." in look.text
    assert '<option value="place" selected>' in look.text
    columns = {"column-0": "name", "column-1": "email", "column-2": "", "column-3": "nonsense"}
    corrected = {"encoding": "windows-1251", "delimiter": ";", "has_header": "y", **columns}
    client.post(f"{page}/reading", data=corrected)
    assert '<option value="place" selected>' not in client.get(page).text
    run = session.scalars(select(ImportRun)).one()
    assert run.options["columns"] == ["name", "email", "", ""]
    client.post(f"{page}/reading", data={**corrected, "delimiter": ","})
    assert run.counts["new"] == 0
    assert client.post(f"{page}/run", data={"tag": ""}).status_code == 422
    assert client.post(f"{page}/run", data={"tag": "x" * 41}).status_code == 422
    odd = client.post(f"{page}/reading", data={**corrected, "encoding": "klingon"})
    assert odd.status_code == 422
    client.post(f"{page}/reading", data={**corrected, "delimiter": ";"})
    client.post(f"{page}/run", data={"tag": "Spring"})
    running = client.get(page)
    by_hand = running.text.partition("<noscript>")[2].partition("</noscript>")[0]
    assert f'href="{page}"' in by_hand  # where no script opens the page again
    assert "See how far it is" in by_hand
    assert "0 of 2" in running.text
    jobs.run_pending(app)
    assert "2 people are added" in client.get(page).text
    client.post(f"{page}/undoing")
    assert "being taken back" in client.get(page).text
    jobs.run_pending(app)
    assert "2 people are gone again." in client.get(page).text
    assert "Taken back" in client.get(index).text


def test_the_letters_of_a_list_are_chosen_by_who_sees_the_names(
    session: Session, client: ProofreadingClient
) -> None:
    community = make_community()
    sign_in(client, make_member(community, role="organizer"))
    index = f"/c/{community.slug}/desk/imports"
    data = "name,email\r\nŁukasz Žižka,l@example.org\r\n".encode("cp1250")

    def bring(language: str) -> str:
        sent = {"file": (io.BytesIO(data), "list.csv")}
        spoken = {"Accept-Language": language}
        return str(client.post(index, data=sent, headers=spoken).headers["Location"])

    assert "Łukasz Žižka" in client.get(bring("pl,en;q=0.5")).text
    page = bring("en")
    assert "Łukasz" not in client.get(page).text
    assert ">Central European (Windows-1250)</option>" in client.get(page).text
    chosen = {"encoding": "windows-1250", "delimiter": ","}
    assert "Łukasz Žižka" in client.follow(client.post(f"{page}/reading", data=chosen)).text
    wrong = client.post(f"{page}/reading", data={**chosen, "encoding": "utf-8"})
    assert wrong.status_code == 422
    assert "This file cannot be read as UTF-8. Choose another encoding." in wrong.text
    assert "Łukasz Žižka" in wrong.text  # as it was read before


def test_addresses_can_be_pasted_and_forgotten(
    session: Session, client: ProofreadingClient
) -> None:
    community = make_community()
    sign_in(client, make_member(community, role="organizer"))
    index = f"/c/{community.slug}/desk/imports"
    answer = client.post(index, data={"pasted": "Ada <ada@example.org>\nnobody"})
    page = answer.headers["Location"]
    assert "Add 1 person" in client.get(page).text
    assert "How we read the list" not in client.get(page).text
    answer = client.post(f"{page}/reading", data={"encoding": "utf-8", "delimiter": ","})
    assert answer.status_code == 303
    assert client.follow(client.post(f"{page}/removal")).status_code == 200
    assert client.get(page).status_code == 404


@pytest.mark.parametrize(
    "data",
    [{"pasted": ""}, {"file": (io.BytesIO(b"PK\x03\x04"), "a.xlsx")}, {"pasted": "x" * 500_001}],
)
def test_a_list_that_cannot_be_read_is_refused_on_its_page(
    session: Session, client: ProofreadingClient, data: dict[str, object]
) -> None:
    community = make_community()
    sign_in(client, make_member(community, role="organizer"))
    answer = client.post(f"/c/{community.slug}/desk/imports", data=data)
    assert answer.status_code == 422
    assert session.scalar(select(func.count(ImportRun.id))) == 0


def test_before_the_first_list_the_page_says_what_will_stand_there(
    session: Session, client: ProofreadingClient, clock: FixedClock
) -> None:
    community = make_community()
    sign_in(client, make_member(community, role="owner"))
    path = f"/c/{community.slug}/desk/imports"
    assert "No list was brought yet" in client.get(path).text
    begun(community, clock)
    assert "No list was brought yet" not in client.get(path).text
