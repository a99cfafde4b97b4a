"""The pages of the door: offers, refusals, consent, leaving."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.communities.models import (
    Ban,
    Community,
    Invitation,
    InvitationKind,
    Joining,
    JoinQuestion,
    JoinRequest,
    JoinRequestState,
    Membership,
    Visibility,
)
from app.communities.service.joining import asks_questions, leads_to_queue
from app.core.database import add
from tests.communities.hands import period_of
from tests.communities.reading import link_to, statements_of, text_of, without_numbers
from tests.conftest import TODAY
from tests.factories import (
    make_community,
    make_contact,
    make_member,
    make_person,
    make_rules,
    sign_in,
)
from tests.pages import ProofreadingClient


def test_a_stranger_is_offered_an_account_at_the_door(
    client: ProofreadingClient, session: Session
) -> None:
    community = make_community(purpose="To run")
    make_rules(community, "Be kind")

    page = text_of(client, f"/c/{community.slug}/join")

    assert "To run" in page
    assert "Be kind" in page
    assert f"/sign-up?next=/c/{community.slug}/join" in page
    assert f"/sign-in?next=/c/{community.slug}/join" in page
    assert f'action="/c/{community.slug}/membership"' not in page
    answer = client.post(f"/c/{community.slug}/membership")
    back = f"/sign-in?next=/c/{community.slug}/membership"
    assert (answer.status_code, answer.headers["Location"]) == (303, back)


def test_a_private_community_shows_its_name_and_door_only(
    client: ProofreadingClient, session: Session
) -> None:
    community = make_community(
        name="Kitchen", purpose="HIDDEN", about="HIDDEN", visibility=Visibility.PRIVATE
    )
    make_member(community, name="HIDDEN")
    for who in (None, make_person()):
        if who:
            sign_in(client, who)

        page = text_of(client, f"/c/{community.slug}/join")

        assert "Kitchen" in page
        assert "HIDDEN" not in page
        assert "One member" not in page
        assert "og:title" not in page


def test_a_secret_community_is_not_there(client: ProofreadingClient, session: Session) -> None:
    community = make_community(visibility=Visibility.SECRET)
    sign_in(client, make_person())
    paths = [f"/c/{community.slug}{tail}" for tail in ("/join", "/rules", "/leave", "/welcome")]

    assert {client.get(path).status_code for path in paths} == {404}
    assert client.post(f"/c/{community.slug}/membership").status_code == 404
    missing = client.get("/c/not-there/join").get_data(as_text=True)
    there = client.get(f"/c/{community.slug}/join").get_data(as_text=True)
    assert community.name not in there
    assert without_numbers(missing) == without_numbers(there.replace(community.slug, "not-there"))


def test_a_member_at_the_door_is_led_home(client: ProofreadingClient, session: Session) -> None:
    community = make_community()
    sign_in(client, make_member(community))

    assert client.get(f"/c/{community.slug}/join").headers["Location"] == f"/c/{community.slug}"


def test_the_banned_find_no_door(client: ProofreadingClient, app: Flask, session: Session) -> None:
    community = make_community()
    contact = make_contact(community, person=make_person())
    add(Ban(community_id=community.id, contact_id=contact.id, reason="x", banned_at=TODAY))
    sign_in(client, contact)

    assert client.get(f"/c/{community.slug}/join").status_code == 404
    answer = client.post(link_to(app, community), data={"name": "Me"})
    assert answer.status_code == 422
    assert "You cannot join this community." in answer.get_data(as_text=True)


def test_coming_in_by_an_open_door(client: ProofreadingClient, session: Session) -> None:
    community = make_community(welcome="Come on **Sunday**")
    sign_in(client, make_person(email="ana.petrovic@example.org"))
    assert 'value="Ana Petrovic"' in text_of(client, f"/c/{community.slug}/join")

    answer = client.post(f"/c/{community.slug}/membership", data={"name": "Ana P."})

    assert answer.headers["Location"] == f"/c/{community.slug}/welcome"
    page = client.follow(answer).get_data(as_text=True)
    assert "Welcome, Ana P." in page
    assert "<strong>Sunday</strong>" in page
    twice = client.post(f"/c/{community.slug}/membership", data={"name": "Ana P."})
    assert twice.headers["Location"] == f"/c/{community.slug}/welcome"
    assert session.scalar(select(func.count()).select_from(Membership)) == 1


def test_without_welcome_words_the_page_still_welcomes(
    client: ProofreadingClient, session: Session
) -> None:
    community = make_community(name="Runners")
    sign_in(client, make_member(community))

    assert "You belong to Runners now" in text_of(client, f"/c/{community.slug}/welcome")


def test_a_missing_answer_keeps_what_was_typed(
    client: ProofreadingClient, session: Session
) -> None:
    community = make_community(joining=Joining.APPROVAL)
    first = add(JoinQuestion(community_id=community.id, position=1, words="Why?"))
    second = add(
        JoinQuestion(community_id=community.id, position=2, words="Else?", is_required=False)
    )
    rules = make_rules(community, "Be kind")
    sign_in(client, make_person())
    data = {
        "name": "Ana",
        f"answer_{second.public_id}": "Typed words",
        "rules": str(rules.number),
        "agrees": "y",
    }

    answer = client.post(f"/c/{community.slug}/membership", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Please answer this question." in page
    assert "Typed words" in page

    data[f"answer_{first.public_id}"] = "To run"
    answer = client.post(f"/c/{community.slug}/membership", data=data)
    page = client.follow(answer).get_data(as_text=True)
    assert "Your request is waiting" in page
    assert "To run" in page
    assert session.scalars(select(JoinRequest)).one().state is JoinRequestState.WAITING


@pytest.mark.parametrize("sent", [{"rules": n, "agrees": "y"} for n in ("", "0", "9" * 12, "x")])
@pytest.mark.parametrize("way", ["door", "link"])
def test_rules_that_changed_meanwhile_are_shown_and_can_be_agreed_to(
    app: Flask, client: ProofreadingClient, session: Session, sent: dict[str, str], way: str
) -> None:
    community = make_community()
    path = f"/c/{community.slug}/membership" if way == "door" else link_to(app, community)
    rules = make_rules(community, "Be kind")
    sign_in(client, make_person())

    for data in (sent, {}):  # an old version read, and a form from before the first rules
        answer = client.post(path, data={"name": "Ana P.", **data})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert ["The rules changed while you read." in page, "Be kind" in page] == [True, True]
        assert 'value="Ana P."' in page
        assert yes_asked(page) == (str(rules.number), False)
    assert session.scalar(select(func.count()).select_from(Membership)) == 0

    agreed = {"name": "Ana P.", "rules": yes_asked(page)[0]}
    page = client.post(path, data=agreed).get_data(as_text=True)
    assert ["Please read the rules and agree" in page, "The rules changed" in page] == [True, False]
    assert client.post(path, data={**agreed, "agrees": "y"}).status_code == 303
    assert session.scalar(select(func.count()).select_from(Membership)) == 1


def yes_asked(page: str) -> tuple[str, bool]:
    """Return the version a form asks for a yes to, and whether the yes is ticked."""
    number = re.search(r'name="rules"[^>]*value="([^"]*)"', page)
    box = re.search(r'<input[^>]*name="agrees"[^>]*>', page)
    assert number
    assert box
    return number[1], "checked" in box[0]


def test_a_request_can_be_taken_back(client: ProofreadingClient, session: Session) -> None:
    community = make_community(joining=Joining.APPROVAL)
    sign_in(client, make_person())
    client.post(f"/c/{community.slug}/membership", data={"name": "Ana"})

    for _ in range(2):
        answer = client.post(f"/c/{community.slug}/join/withdrawal")
        assert answer.headers["Location"] == f"/c/{community.slug}/join"

    assert session.scalars(select(JoinRequest.state)).one() is JoinRequestState.WITHDRAWN
    assert "Ask to join" in text_of(client, f"/c/{community.slug}/join")


def test_someone_unknown_has_nothing_to_take_back(
    client: ProofreadingClient, session: Session
) -> None:
    community = make_community()
    sign_in(client, make_person())

    assert client.post(f"/c/{community.slug}/join/withdrawal").status_code == 303


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"joining": Joining.INVITATION}, "Organizers can send you a link that leads in."),
        ({"closing_at": TODAY}, "This community is closing"),
    ],
)
def test_a_closed_door_says_what_helps(
    client: ProofreadingClient, session: Session, values: dict[str, object], words: str
) -> None:
    community = make_community(**values)
    sign_in(client, make_person())

    assert words in text_of(client, f"/c/{community.slug}/join")
    answer = client.post(f"/c/{community.slug}/membership", data={"name": "Ana"})
    assert answer.status_code == 422


def test_rules_are_read_by_strangers_and_agreed_to_by_members(
    client: ProofreadingClient, session: Session
) -> None:
    community = make_community()
    path = f"/c/{community.slug}/rules"
    assert "No rules yet" in text_of(client, path)
    rules = make_rules(community, "Be kind")
    page = text_of(client, path)
    assert "Be kind" in page
    assert "Go on" not in page

    member = make_member(community)
    sign_in(client, member)
    asked = client.get(f"/c/{community.slug}/members")
    assert asked.headers["Location"] == f"{path}?next=/c/{community.slug}/members"
    page = client.follow(asked).get_data(as_text=True)
    assert "Go on" in page
    answer = client.post(f"{path}/consent", data={"rules": str(rules.number)})
    assert answer.status_code == 422
    answer = client.post(f"{path}/consent", data={"rules": "x", "agrees": "y"})
    assert answer.status_code == 422
    assert "The rules changed while you read." in answer.text
    assert yes_asked(answer.text) == (str(rules.number), False)
    answer = client.post(
        f"{path}/consent",
        data={
            "rules": str(rules.number),
            "agrees": "y",
            "next": f"/c/{community.slug}/members",
        },
    )
    assert answer.headers["Location"] == f"/c/{community.slug}/members"
    assert client.follow(answer).status_code == 200
    assert "Go on" not in text_of(client, path)


def test_consent_leads_to_no_other_site(client: ProofreadingClient, session: Session) -> None:
    community = make_community()
    rules = make_rules(community, "Be kind")
    sign_in(client, make_member(community))

    answer = client.post(
        f"/c/{community.slug}/rules/consent",
        data={"rules": str(rules.number), "agrees": "y", "next": "https://evil.example"},
    )

    assert answer.headers["Location"] == f"/c/{community.slug}"


def test_leaving_asks_first_then_ends_the_membership(
    client: ProofreadingClient, session: Session
) -> None:
    community = make_community(name="Runners")
    member = make_member(community)
    sign_in(client, member)
    assert "Leave Runners" in text_of(client, f"/c/{community.slug}/leave")

    answer = client.post(f"/c/{community.slug}/membership/end")

    assert answer.headers["Location"] == "/"
    assert period_of(member).left_at is not None
    offer = client.get(f"/c/{community.slug}/members")
    assert offer.headers["Location"] == f"/c/{community.slug}/join"


def test_the_last_owner_is_told_what_to_do_first(
    client: ProofreadingClient, session: Session
) -> None:
    community = make_community()
    owner = make_member(community, role="owner")
    sign_in(client, owner)

    answer = client.post(f"/c/{community.slug}/membership/end")

    assert answer.status_code == 422
    assert "Pass the ownership on first" in answer.get_data(as_text=True)
    assert period_of(owner).left_at is None


def test_knocking_is_counted(client: ProofreadingClient, session: Session) -> None:
    community = make_community(joining=Joining.APPROVAL)
    sign_in(client, make_person())
    path = f"/c/{community.slug}/membership"

    answers = [client.post(path, data={"name": "Ana"}).status_code for _ in range(31)]

    assert answers == [303] * 30 + [429]


def test_the_door_asks_the_database_no_more_with_more_members(
    client: ProofreadingClient, session: Session
) -> None:
    community = make_community(joining=Joining.APPROVAL)
    make_rules(community, "Be kind")
    add(JoinQuestion(community_id=community.id, position=1, words="Why?"))
    sign_in(client, make_person())
    client.get(f"/c/{community.slug}/join")
    make_member(community)
    few = statements_of(client, f"/c/{community.slug}/join")
    for _ in range(3):
        make_member(community)

    assert (few, statements_of(client, f"/c/{community.slug}/join")) == (8, 8)


def test_every_way_in_says_whether_it_waits() -> None:
    community = Community(joining=Joining.OPEN)
    ways = {
        (joining, kind): (
            asks_at(community, joining, kind),
            waits_at(community, joining, kind),
        )
        for joining in Joining
        for kind in (None, *InvitationKind)
    }

    assert {way for way, (_, waits) in ways.items() if waits} == {
        (Joining.APPROVAL, None),
        *((joining, InvitationKind.UNKNOWN) for joining in Joining),
    }
    assert {way for way, (asks, _) in ways.items() if asks} == {
        (Joining.APPROVAL, None),
        (Joining.QUESTIONS, None),
        *((joining, InvitationKind.UNKNOWN) for joining in Joining),
    }


def asks_at(community: Community, how: Joining, kind: InvitationKind | None) -> bool:
    community.joining = how
    return asks_questions(community, Invitation(kind=kind) if kind else None)


def waits_at(community: Community, how: Joining, kind: InvitationKind | None) -> bool:
    community.joining = how
    return leads_to_queue(community, Invitation(kind=kind) if kind else None)
