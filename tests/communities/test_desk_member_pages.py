"""The organizers' pages of people: the table, one contact, the spreadsheet."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.communities.models import (
    Ban,
    Community,
    Contact,
    ContactNote,
    ContactSource,
    ContactTag,
    EndReason,
    FacetKind,
    FacetVisibility,
    Tag,
)
from app.communities.queries import desk_members as reads
from app.communities.queries.desk_members import Filter
from app.communities.service import memberships, tags
from app.core.database import add, db
from app.core.models import AuditEntry
from tests.communities.people import eyes_of, hand_of, say
from tests.conftest import FixedClock
from tests.factories import (
    make_community,
    make_contact,
    make_member,
    make_membership,
    make_person,
    sign_in,
)
from tests.pages import ProofreadingClient

STATEMENTS = 7


class People:
    """A community with one contact in each state."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.community: Community = make_community(zone="Asia/Jakarta")
        self.owner = make_member(self.community, role="owner", name="Owner")
        self.host = make_member(self.community, role="host", name="Host")
        self.left = make_contact(self.community, person=make_person(), name="Left")
        make_membership(
            self.left,
            joined_at=clock.now - timedelta(days=100),
            left_at=clock.now - timedelta(days=10),
            end_reason=EndReason.LEFT,
        )
        self.banned = make_contact(self.community, person=make_person(), name="Banned")
        add(
            Ban(
                community_id=self.community.id,
                contact_id=self.banned.id,
                reason="Spam",
                banned_at=clock.now,
            )
        )
        self.guest = make_contact(self.community, name="Guest", source=ContactSource.GUEST)
        self.imported = make_contact(self.community, name="Imported", source=ContactSource.IMPORT)
        self.known = make_contact(self.community, person=make_person(), name="Known")

    def names(self, **chosen: object) -> list[str]:
        """Return whom a filter leaves, in order."""
        chosen_filter = Filter(**chosen)  # type: ignore[arg-type]
        eyes = eyes_of(self.owner, is_organizer=True)
        found = reads.table(self.community, eyes, chosen_filter)
        assert found.total == len(found.lines) == reads.count(self.community, eyes, chosen_filter)
        return [line.contact.name for line in found.lines]


@pytest.fixture
def people(session: Session, clock: FixedClock) -> People:
    """One of each."""
    make_member(make_community(), name="Elsewhere")
    return People(clock)


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_asks_as_often_for_three_as_for_one(
    session: Session, client: ProofreadingClient, size: int
) -> None:
    community = make_community()
    members = [make_member(community, role="owner", name=f"M{n}") for n in range(size)]
    tags.put_tag(community, members, name="VIP")
    sign_in(client, members[0])
    path = f"/c/{community.slug}/desk/members"
    client.get(path)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    page = client.get(path)
    event.remove(db.engine, "before_cursor_execute", note)
    assert page.text.count('name="chosen"') == size
    assert len(asked) == STATEMENTS


def test_the_page_filters_and_sorts_by_its_address(
    people: People, client: ProofreadingClient
) -> None:
    sign_in(client, people.owner)
    path = f"/c/{people.community.slug}/desk/members"
    page = client.get(f"{path}?state=guest&q=gue&joined_from=nonsense&sort=evil").text
    assert "Guest" in page
    assert "Imported</a>" not in page
    narrow = client.get(f"{path}?role=host&joined_from=2026-01-01&joined_until=2026-12-31").text
    assert 'value="2026-01-01"' in narrow
    assert "joined_until=2026-12-31&amp;sort=joined" in narrow
    turned = client.get(f"{path}?sort=joined").text
    assert 'aria-sort="ascending"' in turned
    assert "sort=-joined" in turned
    assert "Nobody fits these filters" in client.get(f"{path}?q=zzz").text


def test_a_second_page_is_a_link(session: Session, client: ProofreadingClient) -> None:
    community = make_community()
    sign_in(client, make_member(community, role="owner", name="Owner"))
    for number in range(reads.PAGE):
        make_contact(community, name=f"Person {number:03}")
    path = f"/c/{community.slug}/desk/members"
    assert f"{path}?page=2" in client.get(path).text
    assert "51 to 51 of 51" in client.get(f"{path}?page=2").text


def test_the_ticked_are_tagged_untagged_written_to_and_removed(
    people: People, client: ProofreadingClient
) -> None:
    sign_in(client, people.owner)
    path = f"/c/{people.community.slug}/desk/members"
    ticked = [people.host.public_id, people.guest.public_id, "unknown"]
    answer = client.post(
        f"{path}/selection?state=guest", data={"chosen": ticked, "act": "tag", "tag": "Совет"}
    )
    assert answer.headers["Location"] == f"{path}?state=guest"
    assert db.session.scalar(select(func.count(ContactTag.id))) == 2
    tag_id = db.session.scalars(select(Tag.public_id)).one()
    sent = {"chosen": ticked, "act": "untag", "known_tag": tag_id}
    client.post(f"{path}/selection", data=sent)
    assert db.session.scalar(select(func.count(Tag.id))) == 0
    assert client.post(f"{path}/selection", data=sent).status_code == 404
    refused = client.post(f"{path}/selection", data={"act": "tag", "tag": "x"})
    assert refused.status_code == 422
    assert "Choose at least one person first." in refused.text
    empty = client.post(f"{path}/selection", data={"chosen": ticked, "act": "tag", "tag": ""})
    assert empty.status_code == 422
    write = client.post(f"{path}/selection", data={"chosen": ticked, "act": "announce"})
    assert f"to={people.host.public_id}" in write.headers["Location"]
    asked = client.post(f"{path}/selection", data={"chosen": ticked, "act": "remove"})
    assert "Remove these members?" in asked.text
    assert "Host" in asked.text
    long = client.post(f"{path}/removal", data={"chosen": ticked, "words": "x" * 501})
    assert long.status_code == 422
    done = client.follow(client.post(f"{path}/removal", data={"chosen": ticked, "words": "Bye"}))
    assert "1 member is removed." in done.text
    assert "These stay: Guest" in done.text
    assert client.post(f"{path}/removal", data={"words": ""}).status_code == 422
    alone = client.post(f"{path}/removal", data={"chosen": [people.left.public_id], "words": ""})
    assert "0 members are removed." in client.follow(alone).text


def test_removing_only_members_says_nothing_of_staying(
    people: People, client: ProofreadingClient
) -> None:
    sign_in(client, people.owner)
    path = f"/c/{people.community.slug}/desk/members/removal"
    answer = client.post(path, data={"chosen": [people.host.public_id], "words": ""})
    assert "These stay" not in client.follow(answer).text


def test_one_contact_is_shown_with_everything_organizers_keep(
    people: People, client: ProofreadingClient
) -> None:
    sign_in(client, people.owner)
    page = f"/c/{people.community.slug}/desk/members/{people.left.public_id}"
    say(people.left, "Fencing")
    say(people.left, "Secret", kind=FacetKind.WANT, shown=FacetVisibility.OFF)
    shown = client.get(page).text
    assert "came by the open door" in shown
    assert "Fencing" in shown
    assert "Secret" not in shown
    assert client.post(f"{page}/notes", data={"words": ""}).status_code == 422
    assert client.post(f"{page}/notes", data={"words": "\u200b"}).status_code == 422
    client.post(f"{page}/notes", data={"words": "Call in May"})
    assert "Call in May" in client.get(page).text
    note = db.session.scalars(select(ContactNote)).one()
    assert note.author_id == people.owner.id
    client.post(f"{page}/notes/{note.public_id}/removal")
    assert "Call in May" not in client.get(page).text
    assert client.post(f"{page}/tags", data={"tag": ""}).status_code == 422
    assert client.post(f"{page}/tags", data={"tag": "!"}).status_code == 422
    client.post(f"{page}/tags", data={"tag": "VIP"})
    tag_id = db.session.scalars(select(Tag.public_id)).one()
    assert "VIP" in client.get(page).text
    client.post(f"{page}/tags/{tag_id}/removal")
    assert client.post(f"{page}/tags/{tag_id}/removal").status_code == 404
    assert client.get(f"/c/{people.community.slug}/desk/members/unknown").status_code == 404


def test_a_ban_and_a_removal_stand_in_the_history(
    people: People, client: ProofreadingClient
) -> None:
    by = hand_of(people.owner)
    memberships.ban(people.host, reason="Sold tickets", by=by, now=people.clock.now)
    sign_in(client, people.owner)
    path = f"/c/{people.community.slug}/desk/members"
    shown = client.get(f"{path}/{people.host.public_id}").text
    assert "Sold tickets" in shown
    assert "was banned" in shown
    assert "nobody has proved this address" in client.get(f"{path}/{people.guest.public_id}").text


def test_the_spreadsheet_holds_what_was_filtered_and_no_formula(
    people: People, client: ProofreadingClient
) -> None:
    people.host.name, people.host.place = "=HYPERLINK(1)", "+Тверь"
    say(people.host, "@SUM(A1)")
    say(people.host, "Hidden", shown=FacetVisibility.MATCHING)
    tags.put_tag(people.community, [people.host], name="-tag")
    sign_in(client, people.owner)
    answer = client.get(f"/c/{people.community.slug}/desk/members.csv?state=current", buffered=True)
    body = answer.get_data()
    assert body.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in body
    assert answer.headers.getlist("Content-Type") == ["text/csv; charset=utf-8"]
    assert "attachment" in answer.headers["Content-Disposition"]
    header, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig")))
    assert header == [
        "Name", "E-mail", "Role", "State", "Joined", "Left", "Place", "Pronouns", "Tags",
        "Offers", "Looks for", "Interests", "Goals", "Languages", "In life now", "Values",
    ]  # fmt: skip
    assert len(rows) == 2
    host = next(row for row in rows if row[2] == "Host")
    assert (host[0], host[6], host[8], host[9]) == (
        "'=HYPERLINK(1)",
        "'+Тверь",
        "'-tag",
        "'@SUM(A1)",
    )
    assert b"Hidden" not in body
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.facts) == ("members.exported", {"rows": 2})


def test_a_long_spreadsheet_comes_whole(session: Session, client: ProofreadingClient) -> None:
    community = make_community()
    sign_in(client, make_member(community, role="owner"))
    for number in range(reads.BATCH + 5):
        make_contact(community, name=f"Person {number:04}")
    answer = client.get(f"/c/{community.slug}/desk/members.csv", buffered=True)
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(rows) == reads.BATCH + 7
    assert len({tuple(row) for row in rows}) == len(rows)


def test_an_empty_spreadsheet_has_its_header(people: People, client: ProofreadingClient) -> None:
    sign_in(client, people.owner)
    answer = client.get(f"/c/{people.community.slug}/desk/members.csv?q=zzz", buffered=True)
    assert answer.get_data().decode("utf-8-sig").count("\r\n") == 1


def test_members_and_strangers_find_no_desk(people: People, client: ProofreadingClient) -> None:
    path = f"/c/{people.community.slug}/desk"
    assert client.get(f"{path}/members").headers["Location"].startswith("/sign-in")
    member: Contact = make_member(people.community)
    sign_in(client, member)
    for page in (
        "members",
        "members.csv",
        f"members/{people.host.public_id}",
        "imports",
        "announcements",
        "reports",
    ):
        assert client.get(f"{path}/{page}").status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        "state=nonsense",
        "role=nonsense",
        "tag=nonsense",
        "joined_until=9999-12-31&joined_from=0001-01-01",
        "page=999999",
        "page=-1&sort=%27",
    ],
)
def test_nonsense_in_the_address_breaks_no_page(
    people: People, client: ProofreadingClient, asked: str
) -> None:
    sign_in(client, people.owner)
    desk = f"/c/{people.community.slug}/desk"
    for page in ("members", "announcements/new"):
        assert client.get(f"{desk}/{page}?{asked}").status_code == 200
