"""The desk behind the door: settings, queue, links, rules, roles, removal, export."""

import re
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.communities import queries
from app.communities.models import (
    Ban,
    Community,
    CommunityExport,
    Contact,
    EndReason,
    Invitation,
    InvitationKind,
    Joining,
    JoinQuestion,
    JoinRequest,
    JoinRequestState,
    RulesVersion,
    Visibility,
)
from app.core.database import add
from app.core.jobs import run_pending
from app.core.storage import keep
from tests.communities.hands import period_of
from tests.communities.test_door_pages import statements_of, text_of
from tests.conftest import TODAY, FixedClock
from tests.factories import (
    make_community,
    make_contact,
    make_member,
    make_person,
    make_rules,
    sign_in,
)
from tests.pages import ProofreadingClient


@pytest.fixture
def community(session: Session) -> Community:
    return make_community(slug="runners", name="Runners", zone="Europe/Berlin")


@pytest.fixture
def owner(client: ProofreadingClient, community: Community) -> Contact:
    """The signed-in owner."""
    contact = make_member(community, role="owner", name="Ana")
    sign_in(client, contact)
    return contact


def picture() -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(file, "PNG")
    file.seek(0)
    return file


def make_request(community: Community, name: str = "Newcomer") -> JoinRequest:
    contact = make_contact(community, person=make_person(), name=name)
    return add(
        JoinRequest(
            community_id=community.id,
            contact_id=contact.id,
            created_at=TODAY,
            answers=[{"id": "x", "question": "Why?", "answer": f"Because {name}"}],
        )
    )


# ------------------------------------------------------------------ who may

PAGES = {
    "start": "organizer",
    "settings": "organizer",
    "joining": "organizer",
    "invitations": "organizer",
    "rules": "organizer",
    "roles": "organizer",
    "requests": "moderator",
    "bans": "moderator",
    "closing": "owner",
}
RANKS = ["member", "host", "moderator", "organizer", "owner"]


@pytest.mark.parametrize("role", RANKS)
def test_each_desk_page_opens_from_its_role_up(
    client: ProofreadingClient, community: Community, role: str
) -> None:
    sign_in(client, make_member(community, role=role))

    opened = {page for page in PAGES if client.get(f"/c/runners/desk/{page}").status_code == 200}

    assert opened == {
        page for page, least in PAGES.items() if RANKS.index(role) >= RANKS.index(least)
    }


def test_the_frame_shows_the_way_to_what_one_may(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    make_request(community)
    page = text_of(client, "/c/runners/desk/requests")
    rail = page[page.index('class="rail"') : page.index("</nav>", page.index('class="rail"'))]

    assert re.findall(r'href="/c/runners/([^"]*)"', rail)[:3] == [
        "desk",
        "desk/members",
        "desk/requests",
    ]
    assert 'href="/c/runners/desk/requests" aria-current="page"' in rail
    assert rail.count("aria-current") == 1
    assert '<span class="rail__count">1</span>' in rail
    assert re.search(r'href="/c/runners/desk" aria-current="page">Desk', page)


def test_the_frame_shows_the_face_this_community_knows(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    assert "Your menu, Ana" in text_of(client, "/c/runners/desk/roles")
    owner.picture_key = keep(b"x", "image/webp", community_id=community.id).key
    assert owner.picture_key in text_of(client, "/c/runners/desk/settings")


def test_a_contact_page_offers_what_one_may_do(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    member, guest = make_member(community, name="Sam"), make_contact(community)
    add(Ban(community_id=community.id, contact_id=guest.id, reason="x", banned_at=TODAY))

    def tails(contact: Contact) -> set[str]:
        page = text_of(client, f"/c/runners/desk/members/{contact.public_id}")
        return set(re.findall(f'{contact.public_id}/(role|removal|ban|ban/end)"', page))

    assert tails(member) == {"role", "removal", "ban"}
    assert tails(owner) == {"role"}
    assert tails(guest) == {"ban/end"}


def test_a_member_sees_no_desk_in_the_frame(
    client: ProofreadingClient, community: Community
) -> None:
    sign_in(client, make_member(community))

    page = text_of(client, "/c/runners/rules")

    assert "/c/runners/desk" not in page
    assert 'href="/c/runners/members"' in page
    assert 'class="rail"' not in page


# ------------------------------------------------------------------ settings


def profile(**values: object) -> dict[str, object]:
    return {
        "version": "1",
        "name": "Walkers",
        "purpose": "We walk",
        "about": "**Slowly**",
        "visibility": "private",
        "hue": "45",
        "language": "fr",
        "zone": "Europe/Paris",
        "currency": "chf",
        **values,
    }


def test_settings_are_saved(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    answer = client.post("/c/runners/desk/settings", data=profile())

    assert answer.headers["Location"] == "/c/runners/desk/settings"
    page = client.follow(answer).get_data(as_text=True)
    assert 'value="Walkers"' in page
    assert (community.visibility, community.hue, community.currency) == (
        Visibility.PRIVATE,
        45,
        "chf",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"purpose": " "},
        {"hue": "46"},
        {"hue": "x"},
        {"zone": "Mars/Olympus"},
        {"language": "xx"},
        {"currency": "xxx"},
        {"visibility": "all"},
        {"version": ""},
        {"name": "x" * 81},
    ],
)
def test_wrong_settings_keep_what_was_typed(
    client: ProofreadingClient, community: Community, owner: Contact, wrong: dict[str, str]
) -> None:
    answer = client.post("/c/runners/desk/settings", data=profile(**wrong))

    assert answer.status_code == 422
    assert "**Slowly**" in answer.get_data(as_text=True)
    assert community.version == 1


def test_stale_settings_show_both_texts(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    client.post("/c/runners/desk/settings", data=profile())

    answer = client.post("/c/runners/desk/settings", data=profile(name="Swimmers"))

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Name, as saved now" in page
    assert "Walkers" in page
    assert "Swimmers" in page
    assert community.name == "Walkers"


def test_a_zone_or_hue_chosen_elsewhere_can_be_kept(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    community.hue, community.zone = 201, "Etc/GMT+5"

    answer = client.post("/c/runners/desk/settings", data=profile(hue="201", zone="Etc/GMT+5"))

    assert answer.status_code == 303
    assert (community.hue, community.zone) == (201, "Etc/GMT+5")


def test_a_picture_is_put_shown_and_taken_away(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    answer = client.post(
        "/c/runners/desk/settings/mark",
        data={"picture": (picture(), "mark.png")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303
    shown = client.get(f"/c/runners/mark/{community.mark_key}")
    assert (shown.status_code, shown.mimetype) == (200, "image/webp")
    assert shown.data[8:12] == b"WEBP"
    assert f"/c/runners/mark/{community.mark_key}" in text_of(client, "/c/runners/desk/settings")

    client.post("/c/runners/desk/settings/mark/removal")

    assert community.mark_key is None
    assert client.get("/c/runners/mark/old").status_code == 404


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (None, "Choose a picture first"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture we can read"),
    ],
)
def test_what_is_no_picture_is_refused(
    client: ProofreadingClient,
    community: Community,
    owner: Contact,
    file: bytes | None,
    words: str,
) -> None:
    data = {"picture": (BytesIO(file), "a.svg")} if file else {}

    answer = client.post(
        "/c/runners/desk/settings/mark", data=data, content_type="multipart/form-data"
    )

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert community.mark_key is None


def test_the_picture_of_a_secret_community_is_for_members(
    client: ProofreadingClient, session: Session
) -> None:
    secret = make_community(visibility=Visibility.SECRET)
    secret.mark_key = keep(b"x", "image/webp", community_id=secret.id).key
    path = f"/c/{secret.slug}/mark/{secret.mark_key}"
    member = make_member(secret)

    assert client.get(path).headers["Location"].startswith("/sign-in")
    sign_in(client, make_person())
    assert client.get(path).status_code == 404
    sign_in(client, member)
    assert client.get(path).status_code == 200


def test_the_door_is_set_with_its_questions(
    client: ProofreadingClient, community: Community, owner: Contact, session: Session
) -> None:
    assert text_of(client, "/c/runners/desk/joining").count('class="question-row"') == 2
    data = {
        "version": "1",
        "joining": "approval",
        "welcome": "Hello",
        "questions-0-words": "Why?",
        "questions-0-is_required": "y",
        "questions-1-words": "",
    }

    answer = client.post("/c/runners/desk/joining", data=data)

    assert client.follow(answer).get_data(as_text=True).count('class="question-row"') == 3
    assert [(one.words, one.is_required) for one in queries.questions(community.id)] == [
        ("Why?", True)
    ]
    stale = client.post("/c/runners/desk/joining", data={**data, "joining": "open"})
    assert stale.status_code == 409
    assert "How people come in, as saved now" in stale.get_data(as_text=True)
    wrong = client.post("/c/runners/desk/joining", data={**data, "joining": "closed"})
    assert wrong.status_code == 422
    assert session.scalar(select(func.count()).select_from(JoinQuestion)) == 1


def test_eight_questions_leave_no_room_for_more(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    for number in range(8):
        add(JoinQuestion(community_id=community.id, position=number, words=f"Q{number}"))

    assert text_of(client, "/c/runners/desk/joining").count('class="question-row"') == 8


# ------------------------------------------------------------------ the queue


def test_the_queue_is_decided_in_bulk(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    assert "Nobody is waiting" in text_of(client, "/c/runners/desk/requests")
    first, second, third = (make_request(community, name) for name in ("One", "Two", "Three"))
    page = text_of(client, "/c/runners/desk/requests")
    assert "3 people wait" in page
    assert "Because Two" in page

    answer = client.post(
        "/c/runners/desk/requests/decision",
        data={
            "decision": "approve",
            "chosen": [first.public_id, second.public_id],
            "reply": "See you",
        },
    )

    page = client.follow(answer).get_data(as_text=True)
    assert "2 people are in." in page
    assert "Decided of late" in page
    assert queries.member_count(community.id) == 3
    answer = client.post(
        "/c/runners/desk/requests/decision",
        data={"decision": "decline", "chosen": [second.public_id, third.public_id]},
    )
    page = client.follow(answer).get_data(as_text=True)
    assert "One request is declined." in page
    assert "decided by someone else" in page
    assert third.state is JoinRequestState.DECLINED


def test_a_decision_needs_someone_chosen(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    request = make_request(community)
    path = "/c/runners/desk/requests/decision"

    answer = client.post(path, data={"decision": "approve", "reply": "Typed"})
    assert answer.status_code == 422
    assert "Choose at least one person first." in answer.get_data(as_text=True)
    assert "Typed" in answer.get_data(as_text=True)
    long = {"decision": "approve", "chosen": request.public_id, "reply": "x" * 501}
    assert client.post(path, data=long).status_code == 422
    assert client.post(path, data={"decision": "sell"}).status_code == 404
    foreign = make_request(make_community())
    answer = client.post(path, data={"decision": "approve", "chosen": foreign.public_id})
    assert answer.status_code == 422
    assert (request.state, foreign.state) == (JoinRequestState.WAITING,) * 2


@pytest.mark.parametrize(
    ("tail", "statements"),
    [
        ("requests", 5),
        ("invitations", 4),
        ("rules", 7),
        ("rules/1", 6),
        ("roles", 6),
        ("bans", 4),
        ("settings", 3),
    ],
)
def test_a_list_asks_as_much_of_the_database_for_one_as_for_three(
    client: ProofreadingClient,
    community: Community,
    owner: Contact,
    tail: str,
    statements: int,
) -> None:
    path = f"/c/runners/desk/{tail}"
    make_rules(community, "Be kind", agreed=(owner,)).number = 1

    def fill() -> None:
        make_request(community)
        make_member(community, role="host")
        add(Invitation(community_id=community.id, kind="trusted", created_at=TODAY))
        guest = make_contact(community, person=make_person())
        add(Ban(community_id=community.id, contact_id=guest.id, reason="x", banned_at=TODAY))

    fill()
    client.get(path)
    one = statements_of(client, path)
    fill()
    fill()

    assert (one, statements_of(client, path)) == (statements, statements)


# ------------------------------------------------------------------ invitations


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
    assert [word in page for word in (">Waiting<", ">Member<", ">Left<")] == [True] * 3


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


# ------------------------------------------------------------------ rules


def test_rules_are_written_published_and_logged(
    client: ProofreadingClient, community: Community, owner: Contact, session: Session
) -> None:
    make_member(community, name="Sam")
    assert text_of(client, "/c/runners/desk/rules").count('class="rule-row"') == 2
    data = {
        "based_on": "0",
        "rules-0-title": "Be kind",
        "rules-0-words": "Always",
        "rules-1-title": "",
        "note": "First",
    }

    more = client.post("/c/runners/desk/rules", data={**data, "more": "1"})
    assert more.get_data(as_text=True).count('class="rule-row"') == 5
    assert session.scalar(select(func.count()).select_from(RulesVersion)) == 0
    answer = client.post("/c/runners/desk/rules", data=data)

    assert answer.headers["Location"] == "/c/runners/desk/rules/1"
    page = client.follow(answer).get_data(as_text=True)
    assert "1 of 2 members agreed" in page
    assert "Not yet" in page
    page = text_of(client, "/c/runners/desk/rules")
    assert "Version 1" in page
    assert 'value="Be kind"' in page


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        ({"based_on": "1", "rules-0-title": ""}, 422, "Write at least one rule."),
        ({"based_on": "1", "rules-0-title": "Be kind"}, 422, "nothing to publish"),
        ({"based_on": "", "rules-0-title": "Other"}, 422, "Other"),
        ({"based_on": "0", "rules-0-title": "Other"}, 409, "Be kind"),
        ({"based_on": "1", "rules-0-title": "x" * 121}, 422, "x" * 121),
    ],
)
def test_what_cannot_be_published_says_why(
    client: ProofreadingClient,
    community: Community,
    owner: Contact,
    session: Session,
    data: dict[str, str],
    status: int,
    words: str,
) -> None:
    first = {"based_on": "0", "rules-0-title": "Be kind"}
    assert client.post("/c/runners/desk/rules", data=first).status_code == 303

    answer = client.post("/c/runners/desk/rules", data=data)

    assert answer.status_code == status
    assert words in answer.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(RulesVersion)) == 1


def test_a_version_that_never_was_is_not_there(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    make_rules(community, agreed=(owner,))

    assert client.get("/c/runners/desk/rules/999999").status_code == 404
    assert client.get("/c/runners/desk/rules/99999999999999999999").status_code == 400


# ------------------------------------------------------------------ roles


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


# ------------------------------------------------------------------ removal and bans


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


# ------------------------------------------------------------------ the way out


def test_closing_takes_the_name_and_can_be_taken_back(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    answer = client.post("/c/runners/desk/closing", data={"name": "Walkers"})
    assert answer.status_code == 422
    assert "exactly as it stands" in answer.get_data(as_text=True)
    assert client.post("/c/runners/desk/closing", data={}).status_code == 422

    answer = client.post("/c/runners/desk/closing", data={"name": "Runners"})

    assert "Wednesday, July 15, 2026" in client.follow(answer).get_data(as_text=True)
    answer = client.post("/c/runners/desk/closing/end")
    assert "The community stays." in client.follow(answer).get_data(as_text=True)
    assert community.closing_at is None


def test_an_export_is_asked_for_and_fetched(
    client: ProofreadingClient,
    app: Flask,
    community: Community,
    owner: Contact,
    session: Session,
    clock: FixedClock,
) -> None:
    answer = client.post("/c/runners/desk/exports")
    assert "Being packed" in client.follow(answer).get_data(as_text=True)
    session.commit()
    run_pending(app)
    export = session.scalars(select(CommunityExport)).one()
    path = f"/c/runners/desk/exports/{export.public_id}"
    assert path in text_of(client, "/c/runners/desk/closing")

    fetched = client.get(path)

    assert (fetched.mimetype, fetched.data[:2]) == ("application/zip", b"PK")
    assert fetched.headers["Content-Disposition"] == 'attachment; filename="runners.zip"'
    clock.advance(days=8)
    assert client.get(path).status_code == 404
    sign_in(client, make_member(community, role="organizer"))
    assert client.get(path).status_code == 404


def test_joining_settings_show_the_door_where_there_is_one(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    assert "See the door" in text_of(client, "/c/runners/desk/joining")
    community.joining = Joining.INVITATION
    assert "See the door" not in text_of(client, "/c/runners/desk/joining")
