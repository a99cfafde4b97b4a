"""Tickets where no cards are taken: what costs something is sold by hand, and nothing is kept."""

from flask.testing import FlaskClient

from app.billing.models import AccountState
from app.billing.service.links import order_url
from app.core import clock
from app.core.database import db
from app.events.service.buying import reserve_tickets
from app.events.service.ticket_types import Terms, add_type
from tests.events.conftest import Scene, counters
from tests.factories import make_account, sign_in

OURS = {"Sec-Fetch-Site": "same-origin"}
BY_HAND = "Cards are not taken here yet. Ask an organizer"


def offered(scene: Scene, *prices: int) -> list[str]:
    """Add a sort of ticket for each price, with no account; return their names in the form."""
    for price in prices:
        add_type(
            scene.event,
            Terms(title=f"For {price}", price_minor=price),
            community=scene.community,
            now=clock.now(),
        )
    db.session.commit()
    db.session.refresh(scene.event, ["ticket_types"])
    return [f"n_{sort.public_id}" for sort in scene.event.ticket_types]


def test_nothing_is_kept_that_nobody_could_pay(client: FlaskClient, scene: Scene) -> None:
    [paid] = offered(scene, 1200)
    page = client.get(scene.path).text
    assert BY_HAND in page
    assert "€12.00" in page
    assert "Go on" not in page
    asked = {"name": "Zoe", "email": "zoe@example.org", paid: "2"}
    for state in (None, AccountState.PENDING):
        if state:
            make_account(scene.community, state=state)
            db.session.commit()
        refused = client.post(f"{scene.path}/orders", data=asked, headers=OURS)
        assert refused.status_code == 422
        assert "cards" in refused.text
        assert counters(scene.event) == (0, 0)


def test_once_cards_are_taken_strangers_see_it_and_can_buy(
    client: FlaskClient, scene: Scene
) -> None:
    [paid] = offered(scene, 1200)
    assert BY_HAND in client.get(scene.path).text
    make_account(scene.community)
    db.session.commit()
    page = client.get(scene.path).text  # kept for strangers, and made anew
    assert BY_HAND not in page
    assert "Go on" in page
    asked = {"name": "Zoe", "email": "zoe@example.org", paid: "2"}
    assert client.post(f"{scene.path}/orders", data=asked, headers=OURS).status_code == 303
    assert counters(scene.event) == (2, 0)


def test_what_is_free_is_had_beside_it(client: FlaskClient, scene: Scene) -> None:
    paid, free = offered(scene, 1200, 0)
    sign_in(client, scene.member)
    page = client.get(scene.path).text
    assert BY_HAND in page
    assert f'name="{free}"' in page
    assert f'name="{paid}"' not in page
    answer = client.post(f"{scene.path}/orders", data={free: "1"}, headers=OURS)
    assert answer.status_code == 303
    assert counters(scene.event) == (0, 1)


def test_by_hand_it_is_sold_and_its_order_asks_for_cash(client: FlaskClient, scene: Scene) -> None:
    offered(scene, 1200)
    order = reserve_tickets(
        scene.event,
        {scene.event.ticket_types[0].public_id: 1},
        contact=scene.member,
        name="Ben",
        is_member=True,
        now=clock.now(),
        sold_by=scene.host,
    )
    db.session.commit()
    slug, secret = scene.slug, client.application.config["SECRET_KEY"]
    with client.application.test_request_context():
        address = order_url(order, slug=slug, secret=secret)
    page = client.get(address).text
    assert "Pay an organizer in cash or by transfer" in page
    assert "Pay €12.00" not in page
    make_account(scene.community)
    db.session.commit()
    assert "Pay €12.00" in client.get(address).text


def test_the_desk_says_it_and_leads_to_the_account(client: FlaskClient, scene: Scene) -> None:
    offered(scene, 1200)
    desk = f"/c/{scene.slug}/desk/events/{scene.event.public_id}/tickets"
    sign_in(client, scene.host)
    said = "what costs something is sold by hand only"
    assert said in client.get(desk).text
    make_account(scene.community)
    db.session.commit()
    assert said not in client.get(desk).text
