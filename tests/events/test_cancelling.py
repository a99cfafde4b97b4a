"""What is left to be seen and done once an event is cancelled, and what is said before."""

from flask import Flask

from app.billing.models import OrderState
from app.billing.queries.orders import lock_order
from app.billing.service.links import order_url
from app.communities.models import Ban
from app.core import clock as the_clock
from app.core.database import add
from app.core.jobs import run_pending
from app.events import processes
from app.events.models import EventState
from app.events.service import gatherings, selling
from app.events.service.tickets import order_token, ticket_token
from tests.conftest import SECRET
from tests.events.conftest import Scene, buy, mails, order_of, seat_of, sell
from tests.factories import make_contact, make_member, sign_in
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


def test_whoever_has_tickets_kept_and_unpaid_is_told_that_it_is_off(
    app: Flask, client: ProofreadingClient, scene: Scene
) -> None:
    sort = sell(scene, size=40)
    holder, silent = scene.member, make_contact(scene.community, name="Silent", email=None)
    shut_out = make_member(scene.community)
    now = the_clock.now()
    add(
        Ban(
            community_id=scene.community.id,
            contact_id=shut_out.id,
            reason="",
            banned_at=now,
            banned_by_id=scene.host.id,
        )
    )
    buy(scene, sort, contact=holder)
    kept = order_of(scene, sort, contact=make_contact(scene.community, email="zoe@example.org"))
    others = [order_of(scene, sort, contact=one) for one in (holder, silent, shut_out)]
    run_pending(app)
    before = len(mails())
    sign_in(client, scene.host)
    page = client.get(scene.path + "/cancellation").text
    assert "One person has a seat" in page
    assert "Tickets are kept for one person who has not paid yet: they get a mail" in page

    client.post(scene.path + "/cancellation", data={"words": "Flood."})
    run_pending(app)
    processes.refund_event(scene.event.id, secret=SECRET, now=the_clock.now())  # looks again
    news = [mail for mail in mails()[before:] if mail.kind == "events.cancelled"]
    assert [mail.subject for mail in news] == ["Cancelled: Sunday run"] * 2
    told = {mail.contact_id: mail for mail in news}
    assert set(told) == {holder.id, kept.contact_id}, "each once"
    text = told[kept.contact_id].text_body
    assert "Flood." in text
    assert "because tickets were kept for you." in text
    assert "because you had a seat." in told[holder.id].text_body
    assert {lock_order(one.id).state for one in (kept, *others)} == {OrderState.CANCELLED}

    page = client.get(order_url(kept, slug=scene.slug, secret=SECRET)).text
    assert "Sunday run is cancelled." in page
    assert f'href="{scene.path}"' in page
    assert "Nothing was charged, and nothing is kept any more." in page


def test_whoever_has_tickets_kept_alone_is_counted_before(
    client: ProofreadingClient, scene: Scene
) -> None:
    sign_in(client, scene.host)
    path = f"{scene.path}/cancellation"
    assert "so nobody gets a mail" in client.get(path).text
    order_of(scene, sell(scene))
    page = client.get(path).text
    assert "Tickets are kept for one person" in page
    assert "nobody gets a mail" not in page


def test_the_buyer_s_pages_say_what_is_so_after_a_cancellation(
    app: Flask, client: ProofreadingClient, scene: Scene
) -> None:
    [ticket] = buy(scene, sell(scene))
    order = ticket.line.order
    slip = order_url(order, slug=scene.slug, secret=SECRET)
    all_of_it = f"/tickets/{order_token(order.public_id, secret=SECRET)}"
    one = f"/ticket/{ticket_token(ticket, secret=SECRET)}"
    for path in (all_of_it, one):
        assert "Show the code at the door" in client.get(path).text
    page = client.get(slip).text
    assert [words in page for words in ("Thank you", "Open the tickets")] == [True, True]

    gatherings.cancel(scene.event, words="Flood.", by=scene.host, now=the_clock.now())
    run_pending(app)
    for path in (all_of_it, one):
        page = client.get(path).text
        assert "It does not take place." in page
        assert "Show the code at the door" not in page
    page = client.get(slip).text
    assert [words in page for words in ("Thank you", "Open the tickets")] == [False, False]
    assert "Your order</h1>" in page
    assert "Sunday run is cancelled." in page
    assert f'href="{scene.path}"' in page


def test_an_order_leads_to_its_tickets_while_one_is_left(
    client: ProofreadingClient, scene: Scene
) -> None:
    one, other = buy(scene, sell(scene), 2)
    slip = order_url(one.line.order, slug=scene.slug, secret=SECRET)
    for ticket, is_left in ((one, True), (other, False)):
        selling.cancel_ticket(ticket, by=scene.host, with_money=True, note="", now=the_clock.now())
        page = client.get(slip).text
        assert ("Open the tickets" in page) is is_left
        assert ("Thank you" in page) is is_left
