"""What is left to be seen and done once an event is cancelled, and what is said before."""

from flask import Flask

from app.core.jobs import run_pending
from app.events.models import EventState
from tests.events.conftest import Scene, mails, seat_of
from tests.factories import sign_in
from tests.pages import ProofreadingClient


def test_a_cancelled_event_is_neither_edited_nor_cancelled_again(
    app: Flask, client: ProofreadingClient, scene: Scene
) -> None:
    seat_of(scene)
    sign_in(client, scene.host)
    assert "One person has a seat" in client.get(scene.path + "/cancellation").text
    answer = client.post(scene.path + "/cancellation", data={"words": "Flood."})
    assert "Everyone with a seat gets a mail." in client.follow(answer).text
    run_pending(app)
    sent = len(mails())

    for name, method, words in (
        ("edit", "GET", ""),
        ("cancellation", "GET", ""),
        ("cancellation", "POST", "Once more."),
        ("cancellation", "POST", "x" * 501),
    ):
        answer = client.open(f"{scene.path}/{name}", method=method, data={"words": words})
        assert (answer.status_code, answer.headers["Location"]) == (303, scene.path)
        page = client.get(scene.path).text
        assert "This gathering is cancelled." in page
        assert "gets a mail" not in page
    run_pending(app)
    assert (scene.event.state, scene.event.cancel_words) == (EventState.CANCELLED, "Flood.")
    assert len(mails()) == sent
