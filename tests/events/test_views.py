"""The edge of gatherings: forms, refusals, what is typed is kept, who may what."""

import csv
import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.accounts.models import Block
from app.communities.models import ContactSource
from app.core import clock as the_clock
from app.core.database import add, db
from app.core.jobs import defer, run_pending
from app.events import queries
from app.events.models import Attendance, AttendanceState, Event, EventState
from app.events.service import gatherings, guests, seats, series, tickets
from app.events.service.plan import plan_of
from tests.conftest import FixedClock
from tests.events.conftest import (
    Scene,
    buy,
    counters,
    edit_form,
    mails,
    pending_seat,
    png,
    seat_of,
    sell,
)
from tests.factories import make_community, make_contact, make_event, make_member, sign_in

HTMX = {"HX-Request": "true"}


def seats_taken() -> list[Attendance]:
    """Return every seat, in order."""
    return list(db.session.scalars(select(Attendance).order_by(Attendance.id)))


def link_in_mail() -> str:
    """Return the path of the seat's page in the newest mail."""
    found = re.search(r"http://[^/]+(/seat/\S+)", mails()[-1].text_body)
    assert found
    return found[1]


# --- strangers ---------------------------------------------------------------------------------


def ask(client: FlaskClient, scene: Scene, **values: Any) -> Any:
    """Fill in the two fields."""
    data = {"name": "Zoe", "email": "zoe@example.org", **values.pop("data", {})}
    return client.post(scene.path + "/guests", data=data, **values)


def test_from_the_link_a_stranger_has_a_seat_in_two_fields(
    app: Flask, client: FlaskClient, scene: Scene
) -> None:
    response = ask(client, scene)
    assert response.status_code == 303
    assert "Look into your mailbox" in client.get(response.headers["Location"]).text
    run_pending(app)
    link = link_in_mail()
    assert "Yes, this seat is mine" in client.get(link).text
    assert seats_taken()[0].state is AttendanceState.PENDING  # a mail scanner looks, too
    assert client.post(link + "/confirmation").headers["Location"] == link
    page = client.get(link)
    assert "You are going." in page.text
    assert "Join Riverside Runners" in page.text
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == (
        "no-store",
        "no-referrer",
    )
    assert counters(scene.event) == (0, 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": ""}, "Please give a name"),
        ({"name": "x" * 81}, "80"),
        ({"email": ""}, "We need an address"),
        ({"email": "zoe"}, "not complete"),
        ({"email": "zoe@" + "x" * 260 + ".org"}, "254"),
        ({"name": "\u200b"}, "Please give a name"),
    ],
)
def test_a_wrong_field_is_said_and_what_was_typed_is_kept(
    client: FlaskClient, scene: Scene, data: dict[str, str], words: str
) -> None:
    response = ask(client, scene, data=data)
    assert response.status_code == 422
    assert words in response.text
    typed = {"name": "Zoe", "email": "zoe@example.org", **data}
    assert all(f'value="{text}"' in response.text for text in typed.values())
    assert seats_taken() == []


def test_a_full_event_says_so_and_keeps_what_was_typed(client: FlaskClient, scene: Scene) -> None:
    scene.event.quota.size = 1
    client.get(scene.path)
    seat_of(scene)
    response = ask(client, scene)
    assert response.status_code == 422
    assert "All seats are taken" in response.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_from_elsewhere_is_refused(
    client: FlaskClient, scene: Scene, headers: dict[str, str]
) -> None:
    response = ask(client, scene, csrf=False, headers=headers)
    assert response.status_code == 400
    assert seats_taken() == []


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}]
)
def test_a_form_from_our_page_needs_no_session(
    client: FlaskClient, scene: Scene, headers: dict[str, str]
) -> None:
    response = ask(client, scene, csrf=False, headers=headers)
    assert response.status_code == 303
    assert "Set-Cookie" not in response.headers


def test_known_and_unknown_addresses_get_the_same_answer(
    app: Flask, client: FlaskClient, scene: Scene
) -> None:
    seat_of(scene)
    waiting = pending_seat(scene, email="waits@example.org")
    make_contact(scene.community, email="known@example.org")
    run_pending(app)
    answers = []
    for address in (scene.member.email, "waits@example.org", "known@example.org", "new@x.org"):
        response = ask(client, scene, data={"email": address, "name": "Contact"})
        jobs = db.session.execute(
            text("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        ).scalars()
        answers.append((response.status_code, response.headers["Location"], list(jobs)[-2:]))
        run_pending(app)
    assert len({str(answer) for answer in answers}) == 1
    assert waiting.state is AttendanceState.PENDING


def test_one_network_does_not_fill_the_room(client: FlaskClient, scene: Scene) -> None:
    codes = [
        ask(client, scene, data={"email": f"z{number}@example.org"}).status_code
        for number in range(31)
    ]
    assert codes == [303] * 30 + [429]


def test_a_signed_in_person_who_is_no_member_gives_a_name_only(
    client: FlaskClient, scene: Scene
) -> None:
    sign_in(client, make_member(make_community()))
    assert client.post(scene.path + "/guests", data={"name": ""}).status_code == 422
    assert client.post(scene.path + "/guests", data={"name": "Zoe"}).status_code == 303
    (seat,) = seats_taken()
    assert (seat.state, seat.contact.source) == (AttendanceState.GOING, ContactSource.GUEST)
    page = client.get(scene.path).text
    assert "You are going." in page
    assert "Who is going" not in page
    scene.event.quota.size = 1
    sign_in(client, make_member(make_community()))
    assert client.post(scene.path + "/guests", data={"name": "Late"}).status_code == 422


def test_when_it_is_over_nobody_is_said_to_go(
    client: FlaskClient, scene: Scene, clock: FixedClock
) -> None:
    sign_in(client, scene.member)
    client.post(scene.path + "/attendance")
    assert "Who is going" in client.get(scene.path).text
    clock.set(scene.event.ends_at)
    page = client.get(scene.path).text
    assert ["Who is going" in page, "Who had a seat" in page] == [False, True]


def test_a_guest_changes_and_gives_back_by_the_link(
    app: Flask, client: FlaskClient, scene: Scene
) -> None:
    scene.event.plus_ones = 2
    ask(client, scene)
    run_pending(app)
    link = link_in_mail()
    client.post(link + "/confirmation")
    assert client.post(link + "/people", data={"seats": "3"}).status_code == 303
    assert counters(scene.event) == (0, 3)
    assert client.post(link + "/people", data={"seats": "4"}).status_code == 422
    assert client.post(link + "/return").status_code == 303
    assert counters(scene.event) == (0, 0)
    assert "You gave this seat back" in client.get(link).text
    assert client.post(link + "/confirmation").status_code == 422


def test_the_seat_page_says_how_it_stands(
    client: FlaskClient, scene: Scene, clock: FixedClock, app: Flask
) -> None:
    seat = pending_seat(scene)
    link = f"/seat/{guests.seat_token(seat, secret=app.config['SECRET_KEY'])}"
    waiting = client.get(link).text
    assert ['data-countdown="2700"' in waiting, "It is kept for you until" in waiting] == [True] * 2
    guests.expire_hold(seat.hold_id or 0)
    late = client.get(link).text
    assert ["Try again" in late, "data-countdown" in late] == [True, False]
    client.post(link + "/confirmation")
    scene.event.link = "https://meet.example.org/room"
    assert "meet.example.org" in client.get(link).text
    clock.set(scene.event.starts_at)
    assert "It has begun" in client.get(link).text
    assert client.post(link + "/return").status_code == 422
    clock.set(scene.event.ends_at)
    assert "It is over" in client.get(link).text
    gatherings.cancel(scene.event, words="Flood.", by=scene.host, now=clock.now)
    assert "Flood." in client.get(link).text
    scene.community.suspended_at = clock.now
    assert client.get(link).status_code == 404


def test_a_banned_guest_s_link_opens_nothing_any_more(
    client: FlaskClient, scene: Scene, app: Flask
) -> None:
    scene.event.link = "https://meet.example.org/room"
    seat = pending_seat(scene)
    link = f"/seat/{guests.seat_token(seat, secret=app.config['SECRET_KEY'])}"
    client.post(link + "/confirmation")
    offers = ("You are going", "meet.example.org", "Join Riverside", "/people", "Take another one")
    assert [words in client.get(link).text for words in offers] == [True, True, True, False, False]
    sign_in(client, make_member(scene.community, role="moderator"))
    banned = f"/c/{scene.slug}/desk/members/{seat.contact.public_id}/ban"
    assert client.post(banned, data={"reason": "Spam"}).status_code == 303
    client.delete_cookie("session")
    page = client.get(link).text
    assert [words in page for words in offers] == [False] * 5
    assert page.count("No seat is kept for you here any more") == 1
    refused = client.post(link + "/confirmation")
    assert refused.status_code == 422
    assert refused.text.count("No seat is kept for you here any more") == 1
    assert counters(scene.event) == (0, 0)


def test_a_member_s_seat_page_does_not_ask_to_join(
    client: FlaskClient, scene: Scene, app: Flask
) -> None:
    token = guests.seat_token(seat_of(scene), secret=app.config["SECRET_KEY"])
    assert "Join Riverside" not in client.get(f"/seat/{token}").text


@pytest.mark.parametrize("path", ["", "/confirmation", "/people", "/return"])
def test_a_forged_seat_link_leads_nowhere(client: FlaskClient, path: str) -> None:
    way = client.post if path else client.get
    assert way(f"/seat/forged{path}").status_code == 404


# --- members -----------------------------------------------------------------------------------


def test_a_member_goes_and_changes_and_stays_away(client: FlaskClient, scene: Scene) -> None:
    scene.event.plus_ones = 1
    sign_in(client, scene.member)
    for typed, taken in (("1", 1), ("2", 2)):
        response = client.post(scene.path + "/attendance", data={"seats": typed})
        assert response.headers["Location"] == scene.path
        assert counters(scene.event) == (0, taken)
    assert client.post(scene.path + "/attendance/return").status_code == 303
    assert counters(scene.event) == (0, 0)
    assert client.post(scene.path + "/attendance/return").status_code == 404


def test_one_tap_needs_no_field(client: FlaskClient, scene: Scene) -> None:
    sign_in(client, scene.member)
    assert client.post(scene.path + "/attendance").status_code == 303


@pytest.mark.parametrize("typed", ["x", "", "-1", "999", "1.5", "²"])
def test_a_number_that_is_none_is_refused(client: FlaskClient, scene: Scene, typed: str) -> None:
    sign_in(client, scene.member)
    assert client.post(scene.path + "/attendance", data={"seats": typed}).status_code == 400


def test_refusals_stand_on_the_page(client: FlaskClient, scene: Scene, clock: FixedClock) -> None:
    sign_in(client, scene.member)
    response = client.post(scene.path + "/attendance", data={"seats": "2"})
    assert response.status_code == 422
    assert "everyone takes their own seat" in response.text
    seat = seat_of(scene)
    clock.set(scene.event.starts_at)
    response = client.post(scene.path + "/attendance/return")
    assert response.status_code == 422
    assert "has begun" in response.text
    assert seat.state is AttendanceState.GOING


def test_without_a_contact_there_is_no_seat_to_return(client: FlaskClient, scene: Scene) -> None:
    sign_in(client, make_member(make_community()))
    assert client.post(scene.path + "/attendance/return").status_code == 404


# --- planning ----------------------------------------------------------------------------------

TYPED = {
    "title": "Picnic",
    "day": "2026-06-20",
    "starts": "19:00",
    "ends": "21:00",
    "zone": "Europe/Berlin",
    "place": "Lake",
    "visibility": "public",
    "plus_ones": "1",
    "size": "12",
}


def newest() -> Event:
    """Return the event made last."""
    return db.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()


def test_an_empty_plan_knows_the_zone_and_its_host(client: FlaskClient, scene: Scene) -> None:
    sign_in(client, scene.host)
    page = client.get(f"/c/{scene.slug}/events/new").text
    assert re.search(r'<option[^>]*selected[^>]*value="Europe/Berlin"', page)
    assert re.search(rf'checked[^>]*value="{scene.host.public_id}"', page)


def test_a_host_announces_an_event(client: FlaskClient, scene: Scene) -> None:
    sign_in(client, scene.host)
    data = {**TYPED, "picture": png(), "hosts": [scene.host.public_id]}
    response = client.post(f"/c/{scene.slug}/events", data=data)
    event = newest()
    assert response.headers["Location"] == f"/c/{scene.slug}/events/{event.public_id}"
    assert (event.title, event.quota.size, event.plus_ones) == ("Picnic", 12, 1)
    page = client.get(response.headers["Location"]).text
    assert f"/files/{event.picture_key}" in page
    assert "Hosted by Amara Okafor" in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": ""}, "Give it a title."),
        ({"day": "2026-06-01"}, "This moment is over"),
        ({"day": "2027-03-28", "starts": "02:30", "ends": "04:00"}, "skip 02:30"),
        ({"ends_on": "2026-06-19"}, "The end must come after the start"),
        ({"ends_on": "2026-08-19"}, "two weeks at most"),
        ({"link": "javascript:alert(1)"}, "A link begins with https://"),
        ({"size": "0"}, "Please write a number from 1"),
        ({"size": "9" * 20}, 'Please write a number from 1(?s:.*)value="9{20}"'),
        ({"zone": "Mars/Olympus"}, "Please choose one of these"),
        ({"hosts": ["nobody"]}, "valid choice"),
    ],
)
def test_a_plan_that_cannot_be_comes_back_as_typed(
    client: FlaskClient, scene: Scene, changed: dict[str, Any], words: str
) -> None:
    sign_in(client, scene.host)
    response = client.post(f"/c/{scene.slug}/events", data={**TYPED, "words": "kept", **changed})
    assert response.status_code == 422
    assert re.search(words, response.text)
    assert "kept" in response.text
    assert newest().id == scene.event.id


def test_a_file_that_is_no_picture_is_refused(client: FlaskClient, scene: Scene) -> None:
    sign_in(client, scene.host)
    data = {**TYPED, "picture": (BytesIO(b"<svg/>"), "x.svg")}
    response = client.post(f"/c/{scene.slug}/events", data=data)
    assert response.status_code == 422
    assert "not a picture we can read" in response.text


def test_a_time_that_comes_twice_is_explained(client: FlaskClient, scene: Scene) -> None:
    sign_in(client, scene.host)
    data = {**TYPED, "day": "2026-10-25", "starts": "02:30", "ends": "05:00"}
    response = client.post(f"/c/{scene.slug}/events", data=data)
    assert "shows this time twice" in client.get(response.headers["Location"]).text


def test_an_edit_without_a_change_changes_nothing(
    app: Flask, client: FlaskClient, scene: Scene
) -> None:
    seat_of(scene)
    run_pending(app)
    before = len(mails())
    sign_in(client, scene.host)
    form = edit_form(client, scene)
    assert client.post(scene.path, data=form).status_code == 303
    run_pending(app)
    assert (scene.event.sequence, len(mails())) == (0, before)


def test_two_hosts_at_once_lose_nothing(client: FlaskClient, scene: Scene) -> None:
    sign_in(client, scene.host)
    form = edit_form(client, scene)
    assert client.post(scene.path, data={**form, "title": "First"}).status_code == 303
    response = client.post(scene.path, data={**form, "title": "Second"})
    assert response.status_code == 409
    assert "First" in response.text
    assert "Second" in response.text
    assert scene.event.title == "First"


def test_a_version_that_no_row_can_have_is_refused(client: FlaskClient, scene: Scene) -> None:
    sign_in(client, scene.host)
    form = edit_form(client, scene)
    response = client.post(scene.path, data={**form, "title": "New", "version": "9" * 20})
    assert response.status_code == 400
    assert scene.event.title != "New"


def test_a_shrinking_below_the_seats_is_refused_beside_the_field(
    client: FlaskClient, scene: Scene
) -> None:
    seat_of(scene)
    seat_of(scene, scene.host)
    sign_in(client, scene.host)
    response = client.post(scene.path, data={**edit_form(client, scene), "size": "1"})
    assert response.status_code == 422
    assert "2 are taken already" in response.text
    assert (
        client.post(scene.path, data={**edit_form(client, scene), "title": ""}).status_code == 422
    )


def test_a_host_one_cannot_see_stays_a_host(
    client: FlaskClient, scene: Scene, clock: FixedClock
) -> None:
    other = make_member(scene.community, role="host", name="Unseen")
    gatherings.set_hosts(scene.event, [scene.host, other])
    add(
        Block(
            blocker_id=other.person_id or 0,
            blocked_id=scene.host.person_id or 0,
            created_at=clock.now,
        )
    )
    sign_in(client, scene.host)
    assert "Unseen" not in client.get(scene.path + "/edit").text
    client.post(scene.path, data=edit_form(client, scene))
    db.session.expire_all()
    assert queries.host_ids(scene.event.id) == sorted([scene.host.id, other.id])


def test_a_copy_keeps_everything_but_the_day(client: FlaskClient, scene: Scene) -> None:
    scene.event.picture_key = "c" * 32 + ".webp"
    scene.event.minutes = 60 * 30
    scene.event.ends_at = scene.event.starts_at + timedelta(hours=30)
    sign_in(client, scene.host)
    page = client.get(f"/c/{scene.slug}/events/new?from={scene.event.public_id}").text
    assert 'value="Boathouse"' in page
    assert re.search(r'name="day"[^>]*value=""', page)
    response = client.post(
        f"/c/{scene.slug}/events?from={scene.event.public_id}", data={**TYPED, "title": "Again"}
    )
    assert response.status_code == 303
    assert (newest().title, newest().picture_key) == ("Again", scene.event.picture_key)
    assert 'value="2026-06-2' in client.get(scene.path + "/edit").text


def test_a_host_cancels_with_words(client: FlaskClient, scene: Scene) -> None:
    seat_of(scene)
    sign_in(client, scene.host)
    assert "One person has a seat" in client.get(scene.path + "/cancellation").text
    long = client.post(scene.path + "/cancellation", data={"words": "x" * 501})
    assert long.status_code == 422
    client.post(scene.path + "/cancellation", data={"words": "Flood.\r\nSorry."})
    assert (scene.event.state, scene.event.cancel_words) == (EventState.CANCELLED, "Flood.\nSorry.")
    assert "Flood." in client.get(scene.path).text


def test_weeks_are_proposed_confirmed_and_dropped(
    client: FlaskClient, scene: Scene, clock: FixedClock
) -> None:
    sign_in(client, scene.host)
    assert "Propose the dates" in client.get(scene.path + "/repeats").text
    assert client.post(scene.path + "/repeats", data={"number": "99"}).status_code == 422
    response = client.post(scene.path + "/repeats", data={"number": "2"})
    assert "2 dates wait for your yes" in client.follow(response).text  # type: ignore[attr-defined]
    response = client.post(scene.path + "/repeats", data={"number": "2"})
    page = client.follow(response).text  # type: ignore[attr-defined]
    assert ["All of these dates are there already." in page, "0 dates" in page] == [True, False]
    one, two = db.session.scalars(select(Event).where(Event.state == "proposed").order_by(Event.id))
    base = f"/c/{scene.slug}/events"
    assert client.post(f"{base}/{one.public_id}/confirmation").status_code == 303
    assert client.post(f"{base}/{two.public_id}/cancellation").status_code == 404
    gone = two.public_id
    assert client.post(f"{base}/{gone}/removal").status_code == 303
    assert client.get(f"{base}/{gone}").status_code == 404
    assert one.state is EventState.PUBLISHED
    assert client.post(f"{base}/{one.public_id}/removal").status_code == 422


def test_a_week_that_cannot_be_is_refused_on_the_page(
    client: FlaskClient, scene: Scene, clock: FixedClock
) -> None:
    sign_in(client, scene.host)
    client.post(
        f"/c/{scene.slug}/events",
        data={**TYPED, "day": "2027-03-21", "starts": "02:30", "ends": "04:00"},
    )
    path = f"/c/{scene.slug}/events/{newest().public_id}/repeats"
    response = client.post(path, data={"number": "3"})
    assert response.status_code == 422
    assert "2027-03-28" in response.text


HOSTS_ONLY = ["/edit", "/repeats", "/cancellation"]


@pytest.mark.parametrize("page", HOSTS_ONLY)
def test_only_hosts_plan(client: FlaskClient, scene: Scene, page: str) -> None:
    assert "/sign-in" in client.get(scene.path + page).headers["Location"]
    sign_in(client, scene.member)
    assert client.get(scene.path + page).status_code == 404
    sign_in(client, scene.host)
    missing = client.get(f"/c/{scene.slug}/events/nosuchevent2{page}")
    assert missing.status_code == 404


# --- the desk ----------------------------------------------------------------------------------


def test_the_desk_lists_what_is_planned_and_what_was(
    client: FlaskClient, scene: Scene, clock: FixedClock
) -> None:
    (date,) = series.propose_weekly(scene.event, 1, by=scene.host, now=clock.now)
    sign_in(client, scene.host)
    page = client.get(f"/c/{scene.slug}/desk/events").text
    assert "One date waits for your yes" in page
    assert date.public_id in page
    clock.set(scene.event.ends_at)
    assert "Sunday run" in client.get(f"/c/{scene.slug}/desk/events?past=").text


def test_an_empty_desk_says_what_to_do(client: FlaskClient, scene: Scene) -> None:
    empty = make_community()
    sign_in(client, make_member(empty, role="host"))
    assert "Plan the first event" in client.get(f"/c/{empty.slug}/desk/events").text
    assert "Nothing has taken place" in client.get(f"/c/{empty.slug}/desk/events?past=").text


def test_the_list_of_seats_shows_addresses_to_organizers_only(
    client: FlaskClient, scene: Scene
) -> None:
    sign_in(client, scene.host)
    assert "Nobody yet" in client.get(scene.desk).text
    seat_of(scene, make_contact(scene.community, name="Guest", email="guest@example.org"))
    pending_seat(scene)
    page = client.get(scene.desk).text
    assert "Not confirmed" in page
    assert "guest@example.org" not in page
    sign_in(client, make_member(scene.community, role="organizer"))
    assert "guest@example.org" in client.get(scene.desk).text


@pytest.mark.parametrize(("role", "columns"), [("host", 5), ("organizer", 6)])
def test_the_csv_is_safe_for_spreadsheets(
    client: FlaskClient, scene: Scene, role: str, columns: int
) -> None:
    for name in ('=HYPERLINK("http://x")', "+1", "-1", "@x", "＝1", "Élodie, 王"):
        seat_of(scene, make_contact(scene.community, name=name))
    pending_seat(scene)
    sign_in(client, make_member(scene.community, role=role))
    answer = client.get(scene.desk + "/attendees.csv")
    assert answer.headers["Content-Disposition"].endswith('.csv"')
    rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert {len(row) for row in rows} == {columns}
    assert not [row for row in rows for cell in row if cell.startswith(tuple("=+-@＝"))]
    assert "Élodie, 王" in {row[0] for row in rows}
    assert rows[1][1] == "no"


@pytest.fixture
def door(client: FlaskClient, scene: Scene, clock: FixedClock) -> Scene:
    """The host at the open door."""
    scene.event.plus_ones = 3
    clock.set(scene.event.starts_at - timedelta(hours=1))
    sign_in(client, scene.host)
    return scene


def test_someone_is_found_checked_in_and_undone(client: FlaskClient, door: Scene) -> None:
    seat = seat_of(door, seats=3)
    seat_of(door, make_member(door.community, name="Zoe Other"))
    page = client.get(door.desk + "/check-in?q=adl").text
    assert "Ben Adler" in page
    assert "Zoe Other" not in page
    path = f"{door.desk}/check-in/{seat.public_id}"
    response = client.post(path, data={"arrived": "2", "q": "adl"})
    assert response.headers["Location"].endswith("/check-in?q=adl")
    assert "2 of 3 here" in client.get(response.headers["Location"]).text
    assert client.post(path + "/undo").headers["Location"].endswith("/check-in")
    assert seat.arrived == 0


def test_at_the_door_who_came_along_and_who_is_no_member_stand_apart(
    client: FlaskClient, door: Scene
) -> None:
    guest = make_contact(door.community, name="Guest One")
    for one, number in ((guest, 2), (make_contact(door.community, name="Guest Two"), 1), (None, 2)):
        seat_of(door, one, seats=number)
    page = client.get(door.desk + "/check-in").text
    notes = re.findall(r'<span class="quiet small">([^<]*)</span>', page)
    assert sorted(notes) == ["Guest", "with one more", "with one more · Guest"]


def test_at_the_door_htmx_gets_the_part_and_others_the_page(
    client: FlaskClient, door: Scene
) -> None:
    seat = seat_of(door)
    path = f"{door.desk}/check-in/{seat.public_id}"
    part = client.post(path, headers=HTMX)
    assert (part.status_code, "<html" in part.text) == (200, False)
    assert "have arrived" in part.text
    assert "<html" not in client.get(door.desk + "/check-in", headers=HTMX).text
    refused = client.post(path, data={"arrived": "5"}, headers=HTMX)
    assert (refused.status_code, "<html" in refused.text) == (422, False)
    refused = client.post(path, data={"arrived": "5"})
    assert (refused.status_code, "<html" in refused.text) == (422, True)


def test_walk_ins_come_in_by_name(client: FlaskClient, door: Scene) -> None:
    path = door.desk + "/walk-ins"
    assert client.post(path, data={"name": "", "number": "1"}).status_code == 422
    assert client.post(path, data={"name": "", "number": "1"}, headers=HTMX).status_code == 422
    assert client.post(path, data={"name": "Passer-by", "number": "2"}).status_code == 303
    part = client.post(path, data={"name": "Other", "number": "1"}, headers=HTMX).text
    assert "Other" in part
    assert counters(door.event) == (0, 3)
    door.event.quota.size = 3
    full = client.post(path, data={"name": "Late", "number": "1"})
    assert full.status_code == 422
    assert "All seats are taken" in full.text


def test_an_empty_door_says_what_to_do(client: FlaskClient, door: Scene) -> None:
    assert "Nobody has a seat yet" in client.get(door.desk + "/check-in").text
    assert "is called like" in client.get(door.desk + "/check-in?q=zz").text


def test_a_seat_of_another_event_is_not_found_at_this_door(
    client: FlaskClient, door: Scene
) -> None:
    other, here = make_event(door.community), door.event
    door.event = other
    seat = seats.take_seat(
        other, contact=door.member, community=door.community, now=other.created_at
    )
    door.event = here
    assert client.post(f"{door.desk}/check-in/{seat.public_id}").status_code == 404
    assert client.post(f"{door.desk}/check-in/{seat.public_id}/undo").status_code == 404


@pytest.mark.parametrize("typed", ["x", "-1", "999"])
def test_a_number_that_is_none_is_refused_at_the_door(
    client: FlaskClient, door: Scene, typed: str
) -> None:
    seat = seat_of(door)
    path = f"{door.desk}/check-in/{seat.public_id}"
    assert client.post(path, data={"arrived": typed}).status_code == 400


# --- calendars ---------------------------------------------------------------------------------


def test_a_feed_is_shown_once_and_ended_by_a_new_one(
    client: FlaskClient, scene: Scene, clock: FixedClock
) -> None:
    sign_in(client, scene.host)
    assert "Make my address" in client.get("/me/calendar").text

    def make() -> str:
        page = client.get(client.post("/me/calendar").headers["Location"]).text
        (found,) = re.findall(r'value="http://[^/]+(/calendar/[^"]+\.ics)"', page)
        return str(found)

    first = make()
    assert "/calendar/" not in re.sub(r"/me/calendar", "", client.get("/me/calendar").text)
    stranger = client.application.test_client()
    found = icalendar.Calendar.from_ical(stranger.get(first).data)
    assert [str(event["summary"]) for event in found.walk("VEVENT")] == ["Sunday run"]
    second = make()
    assert [stranger.get(path).status_code for path in (first, second)] == [404, 200]
    client.post("/me/calendar/removal")
    assert stranger.get(second).status_code == 404


def test_a_feed_needs_a_person(client: FlaskClient) -> None:
    assert "/sign-in" in client.get("/me/calendar").headers["Location"]
    assert client.get("/calendar/forged.ics").status_code == 404


def test_jobs_of_what_is_gone_do_nothing(app: Flask, scene: Scene) -> None:
    defer("events.send_seat", attendance_id=0)
    defer("events.send_confirmation", attendance_id=0, hold_id=0)
    defer("events.tell_going", event_id=0, news="changed", sequence=0)
    defer("events.expire_hold", hold_id=0)
    defer("events.follow_zone_rules")
    defer("events.drop_past_dates")
    db.session.commit()
    defer("events.send_claim", event_id=0, contact_id=0, chosen={}, mark="1")
    defer("events.tell_cancelled_ticket", ticket_id=0)
    sort = sell(scene)
    [ticket] = buy(scene, sort)
    tickets.cancel([ticket], community=scene.community, now=the_clock.now())
    paid = buy(scene, sort, contact=make_contact(scene.community))[0].line.order
    defer("events.send_kept", order_id=paid.id)
    db.session.commit()
    done = run_pending(app)
    assert len([job for job in done if job.startswith("events.")]) == 11
    assert [mail.kind for mail in mails() if mail.kind.startswith("events.")] == ["events.tickets"]


def test_every_mail_can_be_written_in_html_and_text(
    app: Flask, scene: Scene, clock: FixedClock
) -> None:
    scene.event.plus_ones, scene.event.link = 2, "https://meet.example.org/room"
    scene.event.address = "Uferstraße 1"
    seat_of(scene, make_contact(scene.community, email="guest@example.org"), seats=2)
    seat_of(scene)
    pending_seat(scene)
    gatherings.change(
        scene.event,
        replace(plan_of(scene.event), place="Tower"),
        version=scene.event.version,
        hosts=[],
        now=clock.now,
    )
    run_pending(app)
    clock.set(scene.event.starts_at - timedelta(hours=2))
    defer("events.remind", event_id=scene.event.id)
    run_pending(app)
    gatherings.cancel(scene.event, words="Flood <b>.", by=scene.host, now=clock.now)
    run_pending(app)
    kinds = [mail.kind for mail in mails()]
    assert sorted(set(kinds)) == [
        "events.cancelled", "events.changed", "events.confirm", "events.reminder", "events.seat",
    ]  # fmt: skip
    for mail in mails():
        assert "Sunday run" in mail.subject + mail.text_body
        for body in (mail.text_body, mail.html_body):
            assert re.search(r"2026, [\d:]+\s[AP]M \(Europe/Berlin\)", body)
        assert "{{" not in mail.html_body + mail.text_body
        assert "<b>" not in mail.html_body
        is_told_the_link = "meet.example.org" in mail.text_body
        assert is_told_the_link is (mail.kind not in {"events.confirm", "events.cancelled"})
