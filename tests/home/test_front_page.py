"""A community's front page: kept and personless for strangers, with faces for members."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import Block
from app.communities.models import Community, Joining, Visibility
from app.communities.service.joining import Knock, join
from app.core.database import add
from app.events.models import EventState, EventVisibility
from app.events.service import seats
from tests.conftest import FixedClock
from tests.factories import (
    make_community,
    make_event,
    make_member,
    make_person,
    sign_in,
)
from tests.home.conftest import Counted
from tests.pages import ProofreadingClient


@pytest.fixture
def community(session: Session) -> Community:
    """A public community."""
    return make_community(slug="lantern", name="Lantern", about="We **eat**.", zone="Europe/Berlin")


def text(client: ProofreadingClient, path: str = "/c/lantern") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.get_data(as_text=True)


@pytest.mark.parametrize("number", [1, 3])
def test_a_stranger_costs_four_statements_and_one_from_then_on(
    community: Community, counted: Counted, number: int
) -> None:
    for _ in range(number):
        make_member(community)
        make_event(community)
    first, cold = counted("/c/lantern")
    again, warm = counted("/c/lantern")
    assert (cold, warm) == (4, 1)
    assert first.data == again.data
    assert first.get_data(as_text=True).count("date-block__day") == number


def test_a_strangers_page_opens_no_session_and_has_an_etag(
    community: Community, client: ProofreadingClient
) -> None:
    response = client.get("/c/lantern")
    assert "Set-Cookie" not in response.headers
    assert "csrf" not in response.get_data(as_text=True)
    again = client.get("/c/lantern", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_the_kept_page_follows_every_change(
    community: Community, client: ProofreadingClient, session: Session, clock: FixedClock
) -> None:
    assert "No date yet" in text(client)
    event = make_event(community, title="Long table", size=2)
    assert "Long table" in text(client)
    guest = make_member(community)
    assert "1 member" in text(client)
    seats.take_seat(event, contact=guest, community=community, now=clock.now)
    assert "1 of 2" in text(client)
    seats.take_seat(event, contact=make_member(community), community=community, now=clock.now)
    assert "Full" in text(client)
    event.title, event.version = "Short table", event.version + 1
    assert "Short table" in text(client)
    community.purpose, community.version = "To sing", community.version + 1
    assert "To sing" in text(client)
    clock.advance(days=8)
    assert "Short table" not in text(client)


def test_strangers_see_neither_names_nor_what_is_for_members(
    community: Community, client: ProofreadingClient, clock: FixedClock
) -> None:
    make_member(community, name="Ruth Brennan")
    make_event(community, title="Secret supper", visibility=EventVisibility.MEMBERS)
    make_event(community, title="Not announced", state=EventState.PROPOSED)
    make_event(community, title="Open supper")
    page = text(client)
    assert "Open supper" in page
    assert "Ruth Brennan" not in page
    assert "Secret supper" not in page
    assert "Not announced" not in page


@pytest.mark.parametrize("number", [1, 3])
def test_a_member_costs_five_statements(
    community: Community, client: ProofreadingClient, counted: Counted, number: int
) -> None:
    me = make_member(community, name="Me Myself")
    for place in range(number):
        make_member(community, name=f"Other {place}")
        make_event(community, visibility=EventVisibility.MEMBERS)
    sign_in(client, me)
    response, statements = counted("/c/lantern")
    page = response.get_data(as_text=True)
    assert statements == 5
    assert page.count("date-block__day") == number
    assert page.count('visually-hidden">Other') == number


def test_a_member_sees_their_own_seat(
    community: Community, client: ProofreadingClient, clock: FixedClock
) -> None:
    me = make_member(community)
    event = make_event(community)
    seats.take_seat(event, contact=me, community=community, now=clock.now)
    sign_in(client, me)
    assert "You are going" in text(client)


def test_blocked_and_unlisted_members_have_no_face(
    community: Community, client: ProofreadingClient, clock: FixedClock
) -> None:
    me = make_member(community)
    blocker = make_member(community, name="Blocks Me")
    blocked = make_member(community, name="Blocked By Me")
    make_member(community, name="Hides Away", is_listed=False)
    make_member(community, name="Plain Person")
    add(Block(blocker_id=blocker.person_id, blocked_id=me.person_id, created_at=clock.now))
    add(Block(blocker_id=me.person_id, blocked_id=blocked.person_id, created_at=clock.now))
    sign_in(client, me)
    page = text(client)
    assert "Plain Person" in page
    for name in ("Blocks Me", "Blocked By Me", "Hides Away"):
        assert name not in page


def test_someone_signed_in_who_is_no_member_sees_the_strangers_page(
    community: Community, client: ProofreadingClient
) -> None:
    make_member(community, name="Ruth Brennan")
    sign_in(client, make_person())
    page = text(client)
    assert "Join Lantern" in page
    assert "Ruth Brennan" not in page


@pytest.mark.parametrize(
    ("joining", "words"),
    [
        (Joining.OPEN, "The door is open"),
        (Joining.QUESTIONS, "A question or two"),
        (Joining.APPROVAL, "Ask to come in"),
        (Joining.INVITATION, "by invitation"),
    ],
)
def test_the_way_in_is_told(
    client: ProofreadingClient, community: Community, joining: Joining, words: str
) -> None:
    community.joining = joining
    assert words in text(client)


def test_a_private_community_shows_its_door_and_a_secret_one_nothing(
    community: Community, client: ProofreadingClient
) -> None:
    community.visibility = Visibility.PRIVATE
    private = client.get("/c/lantern")
    assert private.status_code == 303
    assert private.headers["Location"].endswith("/c/lantern/join")
    community.visibility = Visibility.SECRET
    secret, missing = client.get("/c/lantern"), client.get("/c/nowhere")
    assert "Lantern" not in secret.get_data(as_text=True)
    assert (secret.status_code, missing.status_code) == (303, 303)
    assert secret.headers["Location"].replace("lantern", "nowhere") == missing.headers["Location"]


@pytest.mark.parametrize(
    ("visibility", "status"), [(Visibility.UNLISTED, 200), (Visibility.PRIVATE, 404)]
)
def test_the_preview_is_drawn_only_of_what_strangers_may_read(
    community: Community, client: ProofreadingClient, visibility: Visibility, status: int
) -> None:
    community.visibility = visibility
    sign_in(client, make_member(community))
    response = client.get(f"/c/lantern/preview/{community.version}.png")
    assert response.status_code == status
    assert (response.mimetype == "image/png") == (status == 200)


COMMUNITY_PAGES = ["", "/events", "/join", "/rules", "/membership"]


@pytest.mark.parametrize("tail", COMMUNITY_PAGES)
@pytest.mark.parametrize(
    ("visibility", "robots", "is_shown"),
    [
        (Visibility.PUBLIC, "index", True),
        (Visibility.UNLISTED, "noindex", True),
        (Visibility.PRIVATE, "noindex", False),
    ],
)
def test_searches_find_a_public_community_and_chats_show_an_unlisted_one(
    community: Community,
    client: ProofreadingClient,
    tail: str,
    visibility: Visibility,
    robots: str,
    is_shown: bool,  # noqa: FBT001 - of a table
) -> None:
    community.visibility = visibility
    if not is_shown and tail != "/join":  # of a private one strangers see the door alone
        sign_in(client, make_member(community))
    page = text(client, f"/c/lantern{tail}")
    assert page.count('name="robots"') == 1
    assert f'name="robots" content="{robots}"' in page
    assert (f'name="description" content="{community.purpose}"' in page) is is_shown
    assert (f'rel="canonical" href="http://localhost:8000/c/lantern{tail}"' in page) is is_shown
    assert (f"/c/lantern/preview/{community.version}.png" in page) is is_shown


def test_searches_find_the_doors_without_where_they_lead(client: ProofreadingClient) -> None:
    for path in ("/sign-in", "/sign-up"):
        page = text(client, f"{path}?next=/c/lantern/join")
        assert 'name="robots" content="index"' in page
        assert f'rel="canonical" href="http://localhost:8000{path}"' in page
    assert 'name="robots" content="noindex"' in text(client, "/password")


@pytest.mark.parametrize("path", ["/", "/communities", "/sign-in", "/sign-up"])
def test_pages_of_no_community_have_the_picture_of_the_house(
    client: ProofreadingClient, path: str
) -> None:
    pictures = set()
    for language, asked in (("en", "en"), ("zh_Hans", "zh-CN")):
        page = client.get(path, headers={"Accept-Language": asked}).text
        address = f"/preview/{language}.png"
        assert f'property="og:image" content="http://localhost:8000{address}"' in page
        picture = client.get(address, headers={"Accept-Language": "fr"})
        assert picture.mimetype == "image/png"
        assert "public" in picture.headers["Cache-Control"]
        pictures.add(picture.data)
    assert len(pictures) == 2  # the address says the language, not who fetches it
    assert client.get("/preview/tlh.png").status_code == 404


def test_no_preview_of_a_version_that_is_not_there(
    community: Community, client: ProofreadingClient
) -> None:
    sign_in(client, make_member(community))
    assert client.get("/c/lantern/preview/99.png").status_code == 404


def test_a_suspended_community_is_gone(
    community: Community, client: ProofreadingClient, clock: FixedClock
) -> None:
    text(client)
    community.suspended_at = clock.now - timedelta(minutes=1)
    assert client.get("/c/lantern").headers["Location"].startswith("/sign-in")
    sign_in(client, make_person())
    assert client.get("/c/lantern").status_code == 404


def test_whoever_asked_to_come_in_reads_that_they_wait(
    community: Community, client: ProofreadingClient, clock: FixedClock
) -> None:
    community.joining = Joining.APPROVAL
    person = make_person()
    sign_in(client, person)
    assert "Ask to come in" in text(client)
    join(community, person=person, knock=Knock(name="Zoe"), now=clock.now)
    page = text(client)
    assert "Your request is waiting" in page
    assert "Ask to come in" not in page
