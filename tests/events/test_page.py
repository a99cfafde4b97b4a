"""The page of an event: for whom it is what, what it costs, and that no kept page is ever stale."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.models import Block
from app.communities.models import Ban, Community, Contact, Joining, Visibility
from app.core.database import add, db
from app.core.jobs import run_pending
from app.events.models import EventHost, EventState, EventVisibility
from app.events.service import gatherings, guests, seats, series
from app.events.service.plan import plan_of
from app.web.responses import forget_kept_pages
from tests.conftest import FixedClock
from tests.events.conftest import Scene, Statements, pending_seat, seat_of
from tests.factories import (
    make_community,
    make_contact,
    make_event,
    make_installation,
    make_member,
    make_person,
    sign_in,
)


@pytest.fixture(autouse=True)
def no_kept_pages() -> Iterator[None]:
    """Begin and end without kept pages."""
    forget_kept_pages()
    yield
    forget_kept_pages()


def text_of(client: FlaskClient, path: str) -> str:
    """Return a page's text; it must be there."""
    response = client.get(path)
    assert response.status_code == 200, response.status
    return response.text


# --- what it costs -----------------------------------------------------------------------------


def test_a_kept_page_costs_one_statement(
    client: FlaskClient, scene: Scene, statements: Statements
) -> None:
    path = scene.path
    statements.clear()
    first = client.get(path)
    cold = len(statements)
    statements.clear()
    second = client.get(path)
    assert (cold, len(statements)) == (4, 1)
    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"]


@pytest.mark.parametrize("hosts", [1, 3])
def test_a_stranger_s_cold_page_costs_the_same_for_one_host_and_for_three(
    client: FlaskClient, scene: Scene, statements: Statements, hosts: int
) -> None:
    gatherings.set_hosts(
        scene.event, [make_member(scene.community, role="host") for _ in range(hosts)]
    )
    db.session.commit()
    path = scene.path
    statements.clear()
    text_of(client, path)
    assert len(statements) == 4


@pytest.mark.parametrize("going", [1, 3])
def test_a_member_s_page_costs_five_statements(
    client: FlaskClient, scene: Scene, statements: Statements, going: int
) -> None:
    for _ in range(going):
        seat_of(scene, make_member(scene.community))
    sign_in(client, scene.member)
    path = scene.path
    text_of(client, path)
    statements.clear()
    text_of(client, path)
    assert len(statements) == 5, statements


@pytest.mark.parametrize("others", [1, 3])
def test_a_list_costs_the_same_for_one_and_for_three(
    client: FlaskClient, scene: Scene, statements: Statements, others: int
) -> None:
    for _ in range(others):
        make_event(scene.community)
    db.session.commit()
    path = f"/c/{scene.slug}/events"
    statements.clear()
    text_of(client, path)
    assert len(statements) == 2


# --- the personless page -----------------------------------------------------------------------


def test_a_stranger_s_page_names_no_one_and_opens_no_session(
    client: FlaskClient, scene: Scene
) -> None:
    seat_of(scene)
    response = client.get(scene.path)
    assert "Set-Cookie" not in response.headers
    assert "csrf" not in response.text
    assert "Ben Adler" not in response.text
    assert "Amara Okafor" in response.text
    assert "of 50" in response.text


def test_it_answers_304_to_whoever_has_it(client: FlaskClient, scene: Scene) -> None:
    first = client.get(scene.path)
    again = client.get(scene.path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert {"Cookie", "Accept-Language", "Accept-Encoding"} <= {
        name.strip() for name in first.headers["Vary"].split(",")
    }
    assert first.headers["Cache-Control"] == "public, no-cache"


def test_each_language_has_its_own_page(client: FlaskClient, scene: Scene) -> None:
    english = client.get(scene.path, headers={"Accept-Language": "en"}).text
    french = client.get(scene.path, headers={"Accept-Language": "fr"}).text
    again = client.get(scene.path, headers={"Accept-Language": "en"}).text
    assert 'lang="en"' in english
    assert 'lang="fr"' in french
    assert again == english


def test_a_signed_in_person_gets_a_page_of_their_own(client: FlaskClient, scene: Scene) -> None:
    text_of(client, scene.path)
    sign_in(client, scene.member)
    response = client.get(scene.path)
    assert "csrf_token" in response.text
    assert response.headers["Cache-Control"].startswith("private")


# --- never stale -------------------------------------------------------------------------------


def take(scene: Scene, _clock: FixedClock) -> None:
    """Take a seat."""
    seat_of(scene)


def ask(scene: Scene, _clock: FixedClock) -> None:
    """Keep a seat for a stranger."""
    pending_seat(scene)


def edit(scene: Scene, clock: FixedClock) -> None:
    """Edit the words."""
    gatherings.change(
        scene.event,
        replace(plan_of(scene.event), words="Bring *water*."),
        version=scene.event.version,
        hosts=[scene.host],
        now=clock.now,
    )


def cancel(scene: Scene, clock: FixedClock) -> None:
    """Cancel the event."""
    gatherings.cancel(scene.event, words="Flood.", by=scene.host, now=clock.now)


def hue(scene: Scene, _clock: FixedClock) -> None:
    """Change the community's hue."""
    scene.community.hue = 111


def rename_community(scene: Scene, _clock: FixedClock) -> None:
    """Rename the community."""
    scene.community.name = "Lakeside Runners"


def rename_host(scene: Scene, _clock: FixedClock) -> None:
    """Rename a host."""
    scene.host.name = "Amara O."


def host_picture(scene: Scene, _clock: FixedClock) -> None:
    """Give a host a face."""
    scene.host.picture_key = "a" * 32 + ".webp"


def add_host(scene: Scene, _clock: FixedClock) -> None:
    """Name another host."""
    gatherings.set_hosts(scene.event, [scene.host, scene.member])


def drop_host(scene: Scene, _clock: FixedClock) -> None:
    """Name no host."""
    gatherings.set_hosts(scene.event, [])


def picture(scene: Scene, _clock: FixedClock) -> None:
    """Give the event a picture."""
    gatherings.set_picture(scene.event, "b" * 32 + ".webp")


def resize(scene: Scene, _clock: FixedClock) -> None:
    """Change the number of seats behind the product's back."""
    scene.event.quota.size = 60


def begin(scene: Scene, clock: FixedClock) -> None:
    """Let it begin: nobody writes anything, time passes."""
    clock.set(scene.event.starts_at)


def end(scene: Scene, clock: FixedClock) -> None:
    """Let it be over."""
    clock.set(scene.event.ends_at)


CHANGES = [
    take, ask, edit, cancel, hue, rename_community, rename_host, host_picture, add_host,
    drop_host, picture, resize, begin, end,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_no_kept_page_is_ever_stale(
    client: FlaskClient,
    scene: Scene,
    clock: FixedClock,
    change: Callable[[Scene, FixedClock], None],
) -> None:
    before = client.get(scene.path)
    change(scene, clock)
    db.session.commit()
    after = client.get(scene.path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.text != before.text
    forget_kept_pages()
    assert client.get(scene.path).text == after.text


def test_a_seat_given_back_shows_at_once(client: FlaskClient, scene: Scene, app: Flask) -> None:
    seat = seat_of(scene)
    db.session.commit()
    taken = text_of(client, scene.path)
    seats.give_back(seat, community=scene.community, now=scene.event.created_at)
    assert "<strong>1</strong>" in taken
    assert "<strong>0</strong>" in text_of(client, scene.path)
    waiting = pending_seat(scene)
    assert "<strong>1</strong>" in text_of(client, scene.path)
    guests.expire_hold(waiting.hold_id or 0)
    assert "<strong>0</strong>" in text_of(client, scene.path)
    run_pending(app)


def hide_event(scene: Scene) -> None:
    """Make the event members only."""
    scene.event.visibility = EventVisibility.MEMBERS


def unannounce(scene: Scene) -> None:
    """Make the event a proposal."""
    scene.event.state = EventState.PROPOSED


def make_private(scene: Scene) -> None:
    """Make the community private."""
    scene.community.visibility = Visibility.PRIVATE


def make_secret(scene: Scene) -> None:
    """Make the community secret."""
    scene.community.visibility = Visibility.SECRET


def suspend(scene: Scene) -> None:
    """Suspend the community."""
    scene.community.suspended_at = scene.event.created_at


@pytest.mark.parametrize(
    "hide", [hide_event, unannounce, make_private, make_secret, suspend], ids=lambda f: f.__name__
)
@pytest.mark.parametrize("page", ["", "/calendar.ics", "/preview.png", "/mailed"])
def test_what_is_hidden_is_gone_at_once_like_what_never_was(
    client: FlaskClient, scene: Scene, hide: Callable[[Scene], None], page: str
) -> None:
    client.get(scene.path + page)
    hide(scene)
    hidden = client.get(scene.path + page)
    missing = client.get(f"/c/{scene.slug}/events/nosuchevent2{page}")
    assert hidden.status_code in {303, 404}
    assert hidden.status_code == missing.status_code
    assert "Sunday run" not in hidden.text
    trace = re.compile(r"[0-9a-f]{16}|" + scene.event.public_id + "|nosuchevent2")
    assert trace.sub("", hidden.text) == trace.sub("", missing.text)


# --- denial ------------------------------------------------------------------------------------


def test_a_stranger_is_asked_to_sign_in_and_a_person_to_join(
    client: FlaskClient, scene: Scene
) -> None:
    hide_event(scene)
    assert "/sign-in" in client.get(scene.path).headers["Location"]
    sign_in(client, make_member(make_community()))
    assert client.get(scene.path).headers["Location"].endswith(f"/c/{scene.slug}/join")


def test_whoever_may_not_join_finds_nothing(client: FlaskClient, scene: Scene) -> None:
    unannounce(scene)
    sign_in(client, scene.member)
    assert client.get(scene.path).status_code == 404


def test_an_event_of_one_community_is_not_found_in_another(
    client: FlaskClient, scene: Scene
) -> None:
    other = make_community()
    sign_in(client, make_member(other, role="owner"))
    for path in (scene.path, scene.path + "/edit", scene.desk, scene.desk + "/check-in"):
        found = client.get(path.replace(scene.slug, other.slug))
        assert found.status_code in {303, 404}
        assert "Sunday run" not in found.text


# --- what it shows -----------------------------------------------------------------------------


def test_members_see_who_is_going_and_a_blocked_pair_leaves_no_trace(
    client: FlaskClient, scene: Scene, clock: FixedClock
) -> None:
    seat_of(scene)
    viewer = make_member(scene.community)
    sign_in(client, viewer)
    assert "Ben Adler" in text_of(client, scene.path)
    add(
        Block(
            blocker_id=scene.member.person_id or 0,
            blocked_id=viewer.person_id or 0,
            created_at=clock.now,
        )
    )
    page = text_of(client, scene.path)
    assert "Ben Adler" not in page
    assert "Nobody from here yet" in page


def test_the_link_is_for_those_going(client: FlaskClient, scene: Scene) -> None:
    scene.event.link = "https://meet.example.org/room"
    db.session.flush()
    pages = [text_of(client, scene.path), text_of(client, scene.path + "/calendar.ics")]
    sign_in(client, scene.member)
    pages += [text_of(client, scene.path), text_of(client, scene.path + "/calendar.ics")]
    assert not [page for page in pages if "meet.example.org" in page]
    seat_of(scene)
    assert "meet.example.org" in text_of(client, scene.path)
    assert "meet.example.org" in text_of(client, scene.path + "/calendar.ics")


def test_an_online_event_tells_the_reader_s_own_time(client: FlaskClient, scene: Scene) -> None:
    person = sign_in(client, scene.member)
    person.zone = "Asia/Jakarta"
    scene.event.link = "https://meet.example.org/room"
    db.session.flush()
    assert "For you:" in text_of(client, scene.path)
    scene.event.link = ""
    assert "For you:" not in text_of(client, scene.path)


def test_one_that_ends_another_day_says_which(client: FlaskClient, scene: Scene) -> None:
    scene.event.minutes = 60 * 30
    scene.event.ends_at = scene.event.starts_at + timedelta(hours=30)
    page = text_of(client, scene.path)
    assert "Jun 23" in page


def test_machines_read_what_it_is(client: FlaskClient, scene: Scene) -> None:
    scene.event.title = "Run </script><script>alert(1)</script> & \u2028more"
    scene.event.words = "Bring *shoes*."
    scene.event.address = "Uferstraße 1"
    page = text_of(client, scene.path)
    (raw,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    data = json.loads(raw)
    assert data["name"] == scene.event.title
    assert data["startDate"] == scene.event.starts_at.isoformat()
    assert data["location"] == {"@type": "Place", "name": "Boathouse", "address": "Uferstraße 1"}
    assert data["description"] == "Bring shoes."
    assert f'property="og:url" content="http://localhost:8000{scene.path}"' in page
    assert "/preview.png" in page


@pytest.mark.parametrize(
    ("place", "link", "mode", "kind"),
    [
        ("Hall", "", "Offline", "Place"),
        ("", "https://x.example", "Online", "VirtualLocation"),
        ("Hall", "https://x.example", "Mixed", "Place"),
        ("", "", "Offline", "Place"),
    ],
)
def test_machines_know_online_from_there(
    client: FlaskClient, scene: Scene, place: str, link: str, mode: str, kind: str
) -> None:
    scene.event.place, scene.event.link = place, link
    page = text_of(client, scene.path)
    (raw,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    data = json.loads(raw)
    assert data["eventAttendanceMode"].endswith(f"/{mode}EventAttendanceMode")
    assert data["location"]["@type"] == kind
    assert "x.example" not in raw


@pytest.mark.parametrize(
    ("visibility", "state", "robots"),
    [
        (Visibility.PUBLIC, "published", "index"),
        (Visibility.PUBLIC, "cancelled", "noindex"),
        (Visibility.UNLISTED, "published", "noindex"),
    ],
)
def test_search_engines_are_told_what_is_for_them(
    client: FlaskClient, scene: Scene, visibility: Visibility, state: str, robots: str
) -> None:
    scene.community.visibility = visibility
    if state == "cancelled":
        scene.event.state, scene.event.cancelled_at = EventState.CANCELLED, scene.event.created_at
    assert f'name="robots" content="{robots}"' in text_of(client, scene.path)


def test_a_guest_is_asked_to_join_where_that_can_be_asked_for(
    app: Flask, client: FlaskClient, scene: Scene, clock: FixedClock
) -> None:
    seat = guests.confirm_seat(pending_seat(scene), community=scene.community, now=clock.now)
    link = f"/seat/{guests.seat_token(seat, secret=app.config['SECRET_KEY'])}"
    found = []
    for joining in Joining:
        scene.community.joining = joining
        found.append("Come back more often?" in text_of(client, link))
    assert found == [True, True, True, False]
    make_installation(sign_up_open=False)
    scene.community.joining = Joining.OPEN
    assert "Come back more often?" not in text_of(client, link)  # who could not have an account
    sign_in(client, make_person())
    assert "Come back more often?" in text_of(client, link)


def test_a_private_community_tells_chats_nothing(client: FlaskClient, scene: Scene) -> None:
    scene.community.visibility = Visibility.PRIVATE
    sign_in(client, scene.member)
    page = text_of(client, scene.path)
    assert "og:title" not in page
    assert "ld+json" not in page


def test_the_preview_is_a_picture_of_what_everyone_sees(client: FlaskClient, scene: Scene) -> None:
    picture = client.get(scene.path + "/preview.png")
    assert (picture.status_code, picture.mimetype) == (200, "image/png")
    assert picture.data.startswith(b"\x89PNG")
    again = client.get(
        scene.path + "/preview.png", headers={"If-None-Match": picture.headers["ETag"]}
    )
    assert again.status_code == 304
    scene.event.visibility = EventVisibility.MEMBERS
    sign_in(client, scene.member)
    assert client.get(scene.path + "/preview.png").status_code == 404


@pytest.mark.parametrize(
    ("who", "change", "words"),
    [
        ("member", None, "Take a seat"),
        ("stranger", None, "No password"),
        ("outsider", None, "You can come without being a member"),
        ("member", "full", "All seats are taken"),
        ("stranger", "full", "All seats are taken"),
        ("member", "begun", "It has begun"),
        ("member", "over", "It is over"),
        ("member", "cancelled", "It does not take place"),
        ("host", "proposed", "Nobody but hosts sees this date"),
        ("member", "going", "You are going."),
        ("member", "company", "You are going, with 2 more."),
        ("member", "begun_with_seat", "You are going."),
        ("member", "pending", "Your seat waits for you"),
        ("banned", None, "Seats here are for members"),
    ],
)
def test_the_panel_offers_one_thing(
    client: FlaskClient, scene: Scene, clock: FixedClock, who: str, change: str | None, words: str
) -> None:
    arrange(scene, clock, change)
    visitors = {"member": scene.member, "host": scene.host}
    if who == "outsider":
        visitors[who] = make_member(make_community())
    if who == "banned":
        visitors[who] = banned(scene)
    if who in visitors:
        sign_in(client, visitors[who])
    assert words in text_of(client, scene.path)


def test_how_many_come_is_chosen_as_it_stands_and_as_it_is_typed(
    client: FlaskClient, scene: Scene
) -> None:
    """The panel is kept for whoever has the same seat: another number is another panel."""
    scene.event.plus_ones = 2
    seat = seat_of(scene, seats=3)
    sign_in(client, scene.member)
    page = text_of(client, scene.path)
    assert re.findall(r'<option value="(\d)"( selected)?', page)[:3] == [
        ("1", ""),
        ("2", ""),
        ("3", " selected"),
    ]
    assert page.count('name="csrf_token"') == page.count('method="post"') == 4, page
    seat.seats = 2
    db.session.flush()
    page = text_of(client, scene.path)
    assert '<option value="2" selected>' in page
    assert "You are going, with one more." in page
    refused = client.post(f"{scene.path}/attendance", data={"seats": "5"})
    assert refused.status_code == 422
    assert refused.text.count(" selected>") == 0  # nobody may bring four
    assert 'role="alert"' in refused.text


def arrange(scene: Scene, clock: FixedClock, change: str | None) -> None:
    """Bring the event into the state a panel is for."""
    scene.event.plus_ones = 2
    for name, arranged in ARRANGED.items():
        if change == name:
            arranged(scene, clock)
    db.session.flush()
    if change in {"begun", "begun_with_seat"}:
        clock.set(scene.event.starts_at)
    if change == "over":
        clock.set(scene.event.ends_at)


def fill(scene: Scene, _clock: FixedClock) -> None:
    """Leave no seat."""
    scene.event.quota.size = 0


def with_company(scene: Scene, _clock: FixedClock) -> None:
    """Take three seats."""
    seat_of(scene, seats=3)


def as_stranger(scene: Scene, _clock: FixedClock) -> None:
    """Let the member ask as a stranger would."""
    pending_seat(scene, email=scene.member.email or "")


ARRANGED: dict[str, Callable[[Scene, FixedClock], None]] = {
    "full": fill,
    "cancelled": cancel,
    "proposed": lambda scene, _clock: unannounce(scene),
    "going": take,
    "begun_with_seat": take,
    "company": with_company,
    "pending": as_stranger,
}


def banned(scene: Scene) -> Contact:
    """Return someone the door is shut for."""
    contact = make_contact(scene.community, person=make_person())
    add(
        Ban(
            community_id=scene.community.id,
            contact_id=contact.id,
            reason="x",
            banned_at=scene.event.created_at,
        )
    )
    return contact


# --- lists -------------------------------------------------------------------------------------


def test_the_list_shows_months_and_only_what_its_reader_may_see(
    client: FlaskClient, scene: Scene, clock: FixedClock
) -> None:
    make_event(scene.community, title="For us", visibility=EventVisibility.MEMBERS)
    make_event(scene.community, title="In autumn", starts_at=clock.now + timedelta(days=100))
    series.propose_weekly(scene.event, 1, by=scene.host, now=clock.now)
    page = text_of(client, f"/c/{scene.slug}/events")
    assert re.findall(r'month__title">(.*?)<', page) == ["June 2026", "September 2026"]
    assert page.count("Sunday run") == 1
    assert "For us" not in page
    sign_in(client, scene.member)
    assert "For us" in text_of(client, f"/c/{scene.slug}/events")


def test_the_past_goes_on_page_by_page(
    client: FlaskClient, scene: Scene, clock: FixedClock
) -> None:
    for number in range(30):
        make_event(
            scene.community,
            title=f"Run {number:02}",
            starts_at=clock.now - timedelta(days=number + 1),
        )
    first = text_of(client, f"/c/{scene.slug}/events?past=")
    (older,) = re.findall(r'href="([^"]+past=[^"]+)"[^>]*>[^<]*<span class="icon"', first)
    second = text_of(client, older.replace("&amp;", "&"))
    found = [sorted(set(re.findall(r"Run \d\d", page))) for page in (first, second)]
    assert found == [[f"Run {n:02}" for n in range(24)], [f"Run {n:02}" for n in range(24, 30)]]


@pytest.mark.parametrize("past", ["x", "2026-01-01", "2026-01-01T00:00:00+00:00", "9999-12-31"])
def test_any_beginning_of_the_past_is_read(client: FlaskClient, scene: Scene, past: str) -> None:
    assert client.get(f"/c/{scene.slug}/events?past={past}").status_code == 200


@pytest.mark.parametrize(
    ("who", "words"),
    [("host", "Plan the first event"), ("member", "As soon as a host plans something")],
)
def test_an_empty_list_says_what_will_be_here(
    client: FlaskClient, session: Session, who: str, words: str
) -> None:
    empty = make_community(joining=Joining.OPEN)
    sign_in(client, make_member(empty, role=who))
    assert words in text_of(client, f"/c/{empty.slug}/events")
    assert "Nothing has taken place yet" in text_of(client, f"/c/{empty.slug}/events?past=")


def test_a_community_as_host_stands_where_nobody_hosts(client: FlaskClient, scene: Scene) -> None:
    db.session.execute(EventHost.__table__.delete())  # type: ignore[attr-defined]
    assert "Hosted by Riverside Runners" in text_of(client, scene.path)
    assert isinstance(scene.community, Community)
