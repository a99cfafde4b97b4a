"""Looking after the site: what it allows, suspending, administrators, and the audit of looks."""

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries, service
from app.accounts.models import Founding, Person, TokenPurpose
from app.accounts.service.erasure import LastAdministrator
from app.accounts.service.links import LinkSpent
from app.accounts.service.site import CannotSuspendOneself, SetUpAlready
from app.core import clock as core_clock
from app.core.errors import NotThere
from app.core.models import AuditEntry
from app.core.tokens import hash_token
from tests.accounts.conftest import NEW_PASSWORD, PASSWORD, make_member_of_site, prove
from tests.conftest import FixedClock
from tests.factories import make_community, make_installation, make_member, make_person, sign_in
from tests.pages import ProofreadingClient
from tests.trust.expected import GROUPS
from tests.trust.routes import MISSING, calls


@pytest.fixture
def admin(session: Session) -> Person:
    """Who looks after the site."""
    return make_member_of_site(email="admin@example.org", is_site_admin=True)


@pytest.fixture
def desk(client: ProofreadingClient, admin: Person) -> ProofreadingClient:
    """The administrator's browser, just proved."""
    sign_in(client, admin)
    prove(admin)
    return client


def audited(session: Session) -> list[tuple[str, int | None, int | None]]:
    """Return what the audit tells: action, actor, subject."""
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(row.action, row.actor_id, row.subject_id) for row in rows]


def test_the_site_allows_everything_at_first(session: Session, clock: FixedClock) -> None:
    assert queries.installation() is None
    site = service.the_installation(now=clock.now)
    assert (site.founding, site.sign_up_open, site.is_demo) == (Founding.ANYONE, True, False)
    assert service.the_installation(now=clock.now) is site


def test_changing_what_it_allows(desk: ProofreadingClient, session: Session) -> None:
    answer = desk.post("/site", data={"founding": "admins"})
    assert answer.headers["Location"] == "/site"
    site = queries.installation()
    assert site is not None
    assert (site.founding, site.sign_up_open) == (Founding.ADMINS, False)
    page = desk.get("/site").text
    assert re.search(r'<input checked [^>]*value="admins"', page)
    assert desk.post("/site", data={"founding": "nobody"}).status_code == 422


def test_a_closed_door_says_so(client: ProofreadingClient) -> None:
    make_installation(sign_up_open=False)
    assert "closed at the moment" in client.get("/sign-up").text
    answer = client.post("/sign-up", data={"email": "new@example.org"})
    assert answer.status_code == 422
    assert "New accounts cannot be made here" in answer.text


@pytest.mark.parametrize("path", ["/site", "/site/people", "/site/communities"])
def test_nobody_else_finds_these_pages(
    client: ProofreadingClient, person: Person, path: str
) -> None:
    assert client.get(path).headers["Location"] == f"/sign-in?next={path}"
    sign_in(client, person)
    assert client.get(path).status_code == 404


SEEN = {
    "accounts.site": "site.seen",
    "accounts.site_communities": "site.communities_seen",
    "accounts.site_people": "site.people_seen",
    "accounts.site_person": "site.person_seen",
    "accounts.suspension": "site.community_seen",
    "communities.site_reports": "site.reports_seen",
}


def test_every_look_is_written_down(
    app: Flask, desk: ProofreadingClient, admin: Person, session: Session
) -> None:
    person = make_person(email="amara@example.org")
    community = make_community()
    given = {
        "person_id": person.public_id,
        "community_id": community.public_id,
        "report_id": MISSING,
    }
    looks = [one for one in calls(app, given, only=set(GROUPS["site"].split())) if one.is_look]
    for look in looks:
        assert desk.get(f"{look.path}?q=amara").status_code == 200
    written = audited(session)
    assert {look.endpoint: one[0] for look, one in zip(looks, written, strict=True)} == SEEN
    assert {one[1] for one in written} == {admin.id}
    assert {one[2] for one in written} == {None, person.id, community.id}
    facts = [row.facts for row in session.scalars(select(AuditEntry))]
    assert "amara" not in str(facts), "ids and numbers only"


def test_searching_people_by_a_part_of_their_address(
    admin: Person, session: Session, clock: FixedClock
) -> None:
    make_person(email="Amara@example.org")
    make_person(email="a_b%c@example.org")
    erased = make_person(email="erased@example.org")
    erased.erased_at = clock.now
    session.flush()
    assert [row.address for row in queries.people_of_site("AMAR")] == ["Amara@example.org"]
    assert [row.address for row in queries.people_of_site("_b%")] == ["a_b%c@example.org"]
    assert [row.address for row in queries.people_of_site("")] == [
        "a_b%c@example.org",
        "Amara@example.org",
        "admin@example.org",
    ]
    assert queries.people_of_site("erased") == []


def test_suspending_ends_sessions_and_links(
    admin: Person, person: Person, clock: FixedClock
) -> None:
    service.open_session(person, device="", network="", is_known_device=True, now=clock.now)
    row = service.ask_for_link(
        TokenPurpose.MAGIC, address="amara@example.org", person=person, now=clock.now
    )
    row.token_hash = hash_token("known")
    service.suspend_person(admin, person, reason="Spam", now=clock.now)
    assert queries.live_sessions(person.id, clock.now) == []
    with pytest.raises(LinkSpent):
        service.use_magic_link("known", now=clock.now)
    since = person.suspended_at
    service.suspend_person(admin, person, reason="More spam", now=clock.advance(days=1))
    assert (person.suspended_at, person.suspended_reason) == (since, "More spam")
    service.lift_person(admin, person)
    assert (person.suspended_at, person.suspended_reason) == (None, None)
    assert service.sign_in(address="amara@example.org", password=PASSWORD) is person


def test_suspending_through_the_page(desk: ProofreadingClient, person: Person) -> None:
    path = f"/site/people/{person.public_id}"
    assert desk.post(f"{path}/suspension", data={"reason": ""}).status_code == 422
    assert desk.post(f"{path}/suspension", data={"reason": "Spam"}).status_code == 303
    page = desk.get(path).text
    assert "Suspended" in page
    assert "Spam" in page
    assert desk.post(f"{path}/suspension/end").status_code == 303
    assert person.suspended_at is None
    assert desk.get("/site/people/nothing").status_code == 404


def test_suspending_asks_for_fresh_proof(
    client: ProofreadingClient, admin: Person, person: Person
) -> None:
    sign_in(client, admin)
    path = f"/site/people/{person.public_id}"
    answer = client.post(
        f"{path}/suspension",
        data={"reason": "Spam"},
        headers={"Referer": f"http://localhost{path}"},
    )
    assert answer.headers["Location"] == f"/settings/confirm?next={path}"
    assert person.suspended_at is None


def test_nobody_suspends_oneself(desk: ProofreadingClient, admin: Person) -> None:
    make_member_of_site(is_site_admin=True)
    path = f"/site/people/{admin.public_id}/suspension"
    answer = desk.post(path, data={"reason": "Tired"})
    assert answer.status_code == 422
    assert "cannot suspend your own" in answer.text
    with pytest.raises(CannotSuspendOneself):
        service.suspend_person(admin, admin, reason="", now=core_clock.now())


def test_the_last_administrator_stays(admin: Person, desk: ProofreadingClient) -> None:
    with pytest.raises(LastAdministrator):
        service.remove_site_admin(admin, admin)
    answer = desk.post(f"/site/people/{admin.public_id}/administration/end")
    assert answer.status_code == 422
    assert "only administrator" in answer.text
    assert admin.is_site_admin


def test_a_suspended_administrator_does_not_count(admin: Person, clock: FixedClock) -> None:
    second = make_member_of_site(is_site_admin=True)
    service.suspend_person(admin, second, reason="Gone", now=clock.now)
    with pytest.raises(LastAdministrator):
        service.remove_site_admin(admin, admin)
    service.remove_site_admin(admin, second)
    assert not second.is_site_admin


def test_making_and_removing_administrators(
    desk: ProofreadingClient, admin: Person, person: Person
) -> None:
    path = f"/site/people/{person.public_id}/administration"
    assert desk.post(path).status_code == 303
    assert queries.site_admin_ids() == [admin.id, person.id]
    assert desk.post(f"{path}/end").status_code == 303
    assert queries.site_admin_ids() == [admin.id]
    desk.post(path)
    answer = desk.post(f"/site/people/{admin.public_id}/administration/end")
    assert answer.headers["Location"] == "/settings"
    assert desk.get("/site").status_code == 404, "from the next request on"


def test_a_suspended_person_is_made_nothing(admin: Person, person: Person) -> None:
    person.suspended_at = core_clock.now()
    with pytest.raises(NotThere):
        service.make_site_admin(admin, person)


def test_suspending_a_community(desk: ProofreadingClient, session: Session) -> None:
    community = make_community(name="Runners")
    make_member(community)
    make_member(community)
    [row] = queries.communities_here("runn")
    assert (row.name, row.members, row.visibility) == ("Runners", 2, "public")
    assert queries.communities_here("walkers") == []
    path = f"/site/communities/{community.public_id}/suspension"
    assert f'href="{path}"' in desk.get("/site/communities").text
    assert "Its members read that it is suspended" in desk.get(path).text
    for typed in ({}, {"reason": "because"}):
        assert desk.post(path, data=typed).status_code == 422
    assert queries.community_of_site(community.public_id).suspended_at is None
    answer = desk.post(path, data={"reason": "law"})
    assert "Runners is suspended: nobody can open it." in desk.follow(answer).text
    assert "Suspended" in desk.get("/site/communities").text
    assert desk.get(path).headers["Location"] == "/site/communities"
    assert desk.post(f"{path}/end").status_code == 303
    assert [row.suspended_at for row in queries.communities_here()] == [None]
    assert desk.post("/site/communities/nothing/suspension").status_code == 404
    acts = [act for act, _, number in audited(session) if number == community.id]
    looks = ["site.community_seen"] * 2
    assert acts == [looks[0], "community.suspended", looks[1], "community.lifted"]
    is_it = AuditEntry.action == "community.suspended"
    assert session.scalars(select(AuditEntry.facts).where(is_it)).one() == {"reason": "law"}


def test_an_administrator_from_the_command_line(session: Session, clock: FixedClock) -> None:
    made = service.create_site_admin("New@example.org", password=PASSWORD, now=clock.now)
    assert (made.is_site_admin, made.emails[0].address) == (True, "New@example.org")
    assert service.sign_in(address="new@example.org", password=PASSWORD) is made
    plain = make_person(email="plain@example.org")
    assert service.create_site_admin("plain@example.org", password=None, now=clock.now) is plain
    assert (plain.is_site_admin, plain.password_hash) == (True, None)
    service.create_site_admin("plain@example.org", password=NEW_PASSWORD, now=clock.now)
    assert service.sign_in(address="plain@example.org", password=NEW_PASSWORD) is plain


def test_the_first_start(client: ProofreadingClient, clock: FixedClock) -> None:
    first = service.new_setup_token(now=clock.now)
    token = service.new_setup_token(now=clock.now)
    assert token
    assert token != first
    assert client.get(f"/setup/{first}").status_code == 404
    assert "Welcome to your Kith" in client.get(f"/setup/{token}").text
    weak = client.post(f"/setup/{token}", data={"email": "a@example.org", "password": "password12"})
    assert weak.status_code == 422
    assert "easy to guess" in weak.text
    data = {"email": "a@example.org", "password": PASSWORD, "zone": "Europe/Berlin"}
    assert client.post(f"/setup/{token}", data={"email": "a"}).status_code == 422
    answer = client.post(f"/setup/{token}", data=data)
    assert answer.headers["Location"] == "/communities/new"
    [made] = queries.site_admin_ids()
    assert client.get("/site").status_code == 200
    person = queries.person_by_address("a@example.org")
    assert person is not None
    assert (person.id, person.zone) == (made, "Europe/Berlin")
    again = client.post(f"/setup/{token}", data=data)
    assert again.status_code == 410
    assert "set up already" in again.text
    assert service.new_setup_token(now=clock.now) is None


def test_no_first_start_where_somebody_looks_after_the_site(
    session: Session, clock: FixedClock
) -> None:
    with pytest.raises(SetUpAlready):
        service.check_setup_token("anything")
    token = service.new_setup_token(now=clock.now)
    assert token is not None
    service.create_site_admin("a@example.org", password=None, now=clock.now)
    with pytest.raises(SetUpAlready):
        service.check_setup_token(token)


def test_a_demo_has_no_first_start(session: Session, clock: FixedClock) -> None:
    make_installation(is_demo=True)
    assert service.new_setup_token(now=clock.now) is None
