"""Language, zone, theme, and which mails someone wants."""

import pytest

from app.accounts import queries, service
from app.accounts.models import Person
from app.accounts.service.settings import ZoneUnknown
from app.core import notices
from app.core.database import db
from app.core.models import NoticeChoice
from tests.factories import make_community, make_contact


def test_settings_are_kept(person: Person) -> None:
    service.change_settings(person, language="ru", zone="Asia/Almaty", theme="dark")
    assert (person.language, person.zone, person.theme) == ("ru", "Asia/Almaty", "dark")


def test_a_made_up_zone_is_refused(person: Person) -> None:
    with pytest.raises(ZoneUnknown) as refused:
        service.change_settings(person, language="ru", zone="Mars/Olympus", theme="dark")
    assert refused.value.field == "zone"
    assert person.zone == "UTC"


def test_only_what_differs_is_written(person: Person) -> None:
    notices.register_kind("test.choices", title="News")
    community = make_community()
    service.choose_notices(
        person, {("test.choices", None): True, ("test.choices", community.id): False}
    )
    first = {row.id: row.chosen_at for row in db.session.query(NoticeChoice)}
    assert notices.choices(person.id) == {
        ("test.choices", None): True,
        ("test.choices", community.id): False,
    }
    service.choose_notices(
        person, {("test.choices", None): True, ("test.choices", community.id): True}
    )
    assert notices.choices(person.id)["test.choices", community.id] is True
    assert {row.id for row in db.session.query(NoticeChoice)} == set(first)


def test_the_places_of_a_person_are_those_that_know_them(person: Person) -> None:
    known, suspended, foreign = (
        make_community(name="Known"),
        make_community(name="Suspended"),
        make_community(name="Foreign"),
    )
    make_contact(known, person=person)
    make_contact(suspended, person=person)
    make_contact(foreign)
    suspended.suspended_at = suspended.created_at
    db.session.flush()
    assert [place.name for place in queries.places_of(person.id)] == ["Known"]
