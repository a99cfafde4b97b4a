"""The picture of a gathering: given, replaced, taken away, by two at the same time."""

from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.database import db
from app.core.models import StoredFile
from tests.events.conftest import Scene, edit_form, png
from tests.factories import sign_in


def test_a_late_form_does_nothing_to_the_picture_another_has_given(
    client: FlaskClient, scene: Scene
) -> None:
    sign_in(client, scene.host)
    form = edit_form(client, scene)
    assert client.post(scene.path, data={**form, "picture": png()}).status_code == 303
    given = scene.event.picture_key
    for late in ({"remove_picture": "y"}, {"picture": png("plum")}):
        answer = client.post(scene.path, data={**form, **late})
        assert answer.status_code == 409
        assert "The form as it is now" in answer.text
        assert scene.event.picture_key == given
    assert "picnic.png" in answer.text
    # pressed twice, it is no other picture; and who left the picture alone is not in the way
    for again in ({"picture": png()}, {}):
        assert client.post(scene.path, data={**form, **again}).status_code == 303
        assert scene.event.picture_key == given


def test_a_picture_taken_away_twice_is_taken_away(client: FlaskClient, scene: Scene) -> None:
    sign_in(client, scene.host)
    client.post(scene.path, data={**edit_form(client, scene), "picture": png()})
    form = {**edit_form(client, scene), "remove_picture": "y"}
    assert [client.post(scene.path, data=form).status_code for _ in range(2)] == [303, 303]
    assert client.post(scene.path, data={**form, "picture": png()}).status_code == 409
    assert scene.event.picture_key is None


def test_a_picture_is_replaced_and_taken_away(client: FlaskClient, scene: Scene) -> None:
    sign_in(client, scene.host)
    client.post(scene.path, data={**edit_form(client, scene), "picture": png()})
    first = scene.event.picture_key
    named = (png()[0], f"{'a holiday ' * 30}.png")  # which no reader of forms should mind
    client.post(scene.path, data={**edit_form(client, scene), "picture": named})
    second = scene.event.picture_key
    assert len({first, second, None}) == 3
    assert "The picture as it is now" in client.get(scene.path + "/edit").text
    client.post(scene.path, data={**edit_form(client, scene), "remove_picture": "y"})
    assert scene.event.picture_key is None
    assert db.session.scalars(select(StoredFile)).all() == []
