"""What the forms of gatherings refuse before any rule is asked."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.database import db
from app.core.jobs import run_pending
from app.events.models import Event, TicketType
from tests.conftest import FixedClock
from tests.events.conftest import Scene, mails
from tests.factories import sign_in

TYPED = {
    "title": "Picnic",
    "day": "2026-06-20",
    "starts": "19:00",
    "ends": "21:00",
    "zone": "Europe/Berlin",
    "visibility": "public",
    "plus_ones": "0",
}
FAR = "Choose a day within the next ten years."


def titles() -> list[str]:
    """Return the title of each event, in order."""
    return list(db.session.scalars(select(Event.title).order_by(Event.id)))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": "\u200b\u200b"}, "Please fill this in."),
        ({"day": "9999-12-31", "zone": "America/Los_Angeles"}, FAR),
        ({"day": "9999-12-31", "starts": "23:00", "ends": "02:00", "zone": "Asia/Jakarta"}, FAR),
        ({"day": "0001-01-01", "zone": "Asia/Tokyo"}, FAR),
        ({"day": "1999-12-31"}, FAR),
        ({"day": "2036-06-30"}, FAR),
        ({"ends_on": "9999-12-31"}, FAR),
        ({"ends": "19:00"}, "The end must come after the start."),
    ],
)
def test_what_no_gathering_is_comes_back_as_typed(
    client: FlaskClient, scene: Scene, changed: dict[str, Any], words: str
) -> None:
    sign_in(client, scene.host)
    answer = client.post(f"/c/{scene.slug}/events", data={**TYPED, "place": "kept", **changed})
    assert answer.status_code == 422
    assert [one in answer.text for one in (words, 'value="kept"')] == [True, True]
    assert titles() == ["Sunday run"]


@pytest.mark.parametrize(
    "changed",
    [
        {"day": "2036-05-31", "zone": "Asia/Tokyo"},
        {"ends": "19:00", "ends_on": "2026-06-21"},
    ],
)
def test_far_and_long_ones_in_reason_are_announced(
    client: FlaskClient, scene: Scene, changed: dict[str, Any]
) -> None:
    sign_in(client, scene.host)
    assert client.post(f"/c/{scene.slug}/events", data={**TYPED, **changed}).status_code == 303
    assert titles() == ["Sunday run", "Picnic"]


def test_what_lasts_a_day_or_was_long_ago_can_be_edited(
    client: FlaskClient, scene: Scene, clock: FixedClock
) -> None:
    scene.event.minutes = 24 * 60
    scene.event.ends_at = scene.event.starts_at + timedelta(days=1)
    clock.advance(days=4000)
    sign_in(client, scene.host)
    page = client.get(scene.path + "/edit").text
    found = dict(re.findall(r'name="(version|day|starts|ends|ends_on)"[^>]*value="([^"]+)"', page))
    assert found.keys() == {"version", "day", "starts", "ends", "ends_on"}
    assert client.post(scene.path, data={**TYPED, **found, "title": "Long ago"}).status_code == 303
    assert titles() == ["Long ago"]
    assert scene.event.minutes == 24 * 60


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sells_from": "0001-01-01T00:00"}, FAR),
        ({"sells_until": "0001-01-01T00:00"}, FAR),
        ({"sells_until": "9999-12-31T23:59"}, FAR),
        ({"title": "\u200b\u200b"}, "Please fill this in."),
    ],
)
def test_what_no_ticket_is_comes_back_as_typed(
    client: FlaskClient, scene: Scene, changed: dict[str, str], words: str
) -> None:
    sign_in(client, scene.host)
    form = {"title": "Early bird", "price": "9.50", "most_each": "2", **changed}
    answer = client.post(f"{scene.desk}/tickets", data=form)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert db.session.scalars(select(TicketType)).all() == []


def test_mail_has_to_reach_a_guest(app: Flask, client: FlaskClient, scene: Scene) -> None:
    path = scene.path + "/guests"
    refused = client.post(path, data={"name": "Иван", "email": "иван@example.ru"})
    assert refused.status_code == 422
    assert "such letters before the @" in refused.text
    assert 'value="иван@example.ru"' in refused.text
    assert client.post(path, data={"name": "Иван", "email": "ivan@пример.рф"}).status_code == 303
    run_pending(app)
    [mail] = mails()
    assert mail.to_address == "ivan@пример.рф"
    for body in (mail.text_body, mail.html_body):
        assert re.search(r"confirm it until [^,]+ \(Europe/Berlin\), and you are going", body)
