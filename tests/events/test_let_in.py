"""Who is let in: after a yes to the rules, not past a ban, and whatever others do meanwhile."""

from flask.testing import FlaskClient

from tests.events.conftest import Scene, seat_of
from tests.factories import make_rules, sign_in

HTMX = {"HX-Request": "true"}


def test_whoever_owes_a_yes_to_the_rules_is_led_to_them_and_back_to_a_page(
    client: FlaskClient, scene: Scene
) -> None:
    seat = seat_of(scene)
    rules = make_rules(scene.community)
    sign_in(client, scene.host)
    page = f"/c/{scene.slug}/rules"

    answer = client.post(scene.path + "/attendance", data={"seats": "1"})
    assert answer.headers["Location"] == f"{page}?next={scene.path}"
    for door in (f"/check-in/{seat.public_id}", f"/check-in/{seat.public_id}/undo"):
        answer = client.post(scene.desk + door, data={"q": ""}, headers=HTMX)
        back = f"{page}?next={scene.desk}/check-in"
        assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, back)
    answer = client.get(scene.desk + "/check-in?q=Zoe", headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"{page}?next={scene.desk}/check-in?q%3DZoe"

    yes = {"rules": str(rules.number), "agrees": "y", "next": scene.path}
    answer = client.post(f"{page}/consent", data=yes)
    assert client.get(answer.headers["Location"]).status_code == 200
