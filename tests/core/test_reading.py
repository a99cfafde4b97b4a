"""Readings: the driver's way tells what SQLAlchemy's tells, in the session's own transaction."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import BigInteger, String, bindparam, event, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import OperationalError

from app import create_app
from app.communities.models import Community, Visibility
from app.core.database import db
from app.core.reading import Reading
from tests import factories
from tests.conftest import settings_for

COMMUNITIES = (
    select(
        Community.slug,
        Community.visibility,
        func.array(
            select(literal("a", String)).scalar_subquery(), type_=ARRAY(String, as_tuple=True)
        ).label("letters"),
        func.round(literal(2.5)).label("half"),
        (literal("7%") + Community.slug + literal(" %(least)s $1")).label("signs"),
    )
    .where(
        Community.visibility.in_((Visibility.PUBLIC, Visibility.SECRET)),
        Community.id >= bindparam("least", type_=BigInteger),
    )
    .order_by(Community.slug)
)


@pytest.fixture
def alone(own_database: str) -> Iterator[Flask]:
    """An application on a database of its own, whose connections are real."""
    app = create_app(settings_for(own_database))
    with app.app_context():
        yield app
        db.session.close()
        db.engine.dispose()


def test_the_drivers_way_tells_what_sqlalchemys_tells(alone: Flask) -> None:
    for visibility in Visibility:
        factories.make_community(slug=visibility.value, visibility=visibility)
    db.session.commit()
    told = Reading(COMMUNITIES).rows(least=1)
    assert told == [tuple(row) for row in db.session.execute(COMMUNITIES, {"least": 1})]
    assert [row.slug for row in told] == ["public", "secret"]
    assert told[0].visibility is Visibility.PUBLIC
    assert told[0].letters == ("a",)
    assert told[0].signs == "7%public %(least)s $1"


def test_a_reading_sees_what_its_session_wrote_until_its_connection_is_lost(alone: Flask) -> None:
    written: list[str] = []
    event.listen(
        db.engine, "before_cursor_execute", lambda *said: written.append(said[2].split()[0])
    )
    row = factories.make_community(slug="here")
    row.visibility = Visibility.SECRET
    assert [one.visibility for one in Reading(COMMUNITIES).rows(least=row.id)] == ["secret"]
    assert written == ["INSERT", "UPDATE"]  # the reading itself went past SQLAlchemy
    db.session.rollback()
    assert Reading(COMMUNITIES).rows(least=1) == []
    asked = Reading(select(bindparam("number", type_=BigInteger).label("number")))
    assert [asked.rows(number=number)[0].number for number in (1, 2, None)] == [1, 2, None]
    percent = Reading(select(literal_column("'7%'").label("sign")))
    assert percent.rows()[0].sign == "7%"
    ends_itself = Reading(select(func.pg_terminate_backend(func.pg_backend_pid())))
    with pytest.raises(OperationalError):
        ends_itself.rows()
    db.session.rollback()
    assert Reading(select(literal(5).label("five"))).rows()[0].five == 5
