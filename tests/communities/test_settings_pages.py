"""The pages of the settings: profile, picture, door, export, closing."""

from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.communities import queries
from app.communities.models import (
    Community,
    CommunityExport,
    Contact,
    Joining,
    JoinQuestion,
    Visibility,
)
from app.core.database import add
from app.core.jobs import run_pending
from app.core.storage import keep
from tests.communities.reading import text_of
from tests.conftest import FixedClock
from tests.factories import (
    make_community,
    make_member,
    make_person,
    sign_in,
)
from tests.pages import ProofreadingClient


def picture() -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(file, "PNG")
    file.seek(0)
    return file


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
    app: Flask, client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    address = "/c/runners/desk/settings/mark"

    def put() -> str:
        data = {"picture": (picture(), "mark.png")}
        answer = client.post(address, data=data, content_type="multipart/form-data")
        assert answer.status_code == 303
        assert community.mark_key
        return community.mark_key

    def is_kept(key: str) -> bool:
        run_pending(app)
        return client.get(f"/files/{key}").status_code == 200

    first = put()
    shown = client.get(f"/c/runners/mark/{first}")
    assert (shown.status_code, shown.mimetype) == (200, "image/webp")
    assert shown.data[8:12] == b"WEBP"
    assert f"/c/runners/mark/{first}" in text_of(client, "/c/runners/desk/settings")
    assert is_kept(first)

    second = put()
    assert not is_kept(first)
    assert is_kept(second)

    client.post(f"{address}/removal")

    assert community.mark_key is None
    assert not is_kept(second)
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
    clock.advance(hours=1)
    assert "It could not be made. Please ask" in text_of(client, "/c/runners/desk/closing")
    clock.advance(hours=-1)
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
