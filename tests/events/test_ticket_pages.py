"""Tickets at the edge: bought in one form, shown to their holders, scanned and sold at the desk."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event as sql_events
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Block
from app.billing.models import Order, OrderState
from app.billing.queries.orders import lock_order
from app.billing.service.links import order_url
from app.communities.models import Ban
from app.core.database import add, db
from app.core.jobs import run_pending
from app.events import queries
from app.events.models import Event, Ticket, TicketState, TicketType
from app.events.service.claims import claim_token
from app.events.service.guests import seat_token
from app.events.service.tickets import order_token, ticket_token
from app.web.responses import forget_kept_pages
from tests.conftest import SECRET, FixedClock
from tests.events.conftest import Scene, buy, mails, order_of, seat_of, sell
from tests.factories import make_contact, make_event, make_member, make_person, person_of, sign_in
from tests.pages import ProofreadingClient

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def no_kept_pages() -> Iterator[None]:
    """Begin and end without kept pages."""
    forget_kept_pages()
    yield
    forget_kept_pages()


def order_newest() -> Order:
    """Return the order placed last."""
    return db.session.scalars(select(Order).order_by(Order.id.desc()).limit(1)).one()


def tickets_path(ticket: Ticket) -> str:
    """Return the path of the page with all tickets of an order."""
    return f"/tickets/{order_token(ticket.line.order.public_id, secret=SECRET)}"


def chosen(sort: TicketType, number: int = 1, **values: str) -> dict[str, str]:
    """Return the form of a buyer."""
    return {f"n_{sort.public_id}": str(number), **values}


# --- the panel ---------------------------------------------------------------------------------


def test_the_panel_shows_prices_and_what_is_left(client: ProofreadingClient, scene: Scene) -> None:
    sort = sell(scene, size=40, member_price_minor=800)
    buy(scene, sort, 2)
    db.session.commit()
    page = client.get(scene.path).text
    assert "Ticket for €12.00" in page
    assert "2 of 40" in page
    assert "Members: €8.00" in page
    sign_in(client, make_member(scene.community))
    page = client.get(scene.path).text
    assert "Your price as a member" in page
    assert "€8.00" in page


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"is_hidden": True}, "Tickets are not sold yet."),
        ({"sells_from": timedelta(days=1)}, "Tickets are sold from"),
        ({"sells_until": timedelta(0)}, "The sale of tickets is over."),
        ({"size": 1}, "Sold out."),
    ],
)
def test_the_panel_says_why_nothing_is_sold(
    client: ProofreadingClient,
    scene: Scene,
    clock: FixedClock,
    terms: dict[str, object],
    words: str,
) -> None:
    at = {
        key: clock.now + value if isinstance(value, timedelta) else value
        for key, value in terms.items()
    }
    sort = sell(scene, **at)  # type: ignore[arg-type]  # as the case gives them
    if "size" in terms:
        buy(scene, sort)
    db.session.commit()
    assert words in client.get(scene.path).text


@pytest.mark.parametrize("change", ["price", "sold", "time"])
def test_a_kept_page_follows_its_tickets(
    client: ProofreadingClient, scene: Scene, clock: FixedClock, change: str
) -> None:
    sort = sell(scene, size=40, sells_until=clock.now + timedelta(hours=1))
    db.session.commit()
    before = client.get(scene.path).text
    assert client.get(scene.path).text == before
    if change == "price":
        sort.price_minor = 1500
    elif change == "sold":
        buy(scene, sort)
    else:
        clock.advance(hours=2)
    db.session.commit()
    assert client.get(scene.path).text != before


# --- buying ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
def test_holding_tickets_costs_eleven_statements(
    app: Flask, client: ProofreadingClient, scene: Scene, number: int
) -> None:
    sort = sell(scene, size=40)
    sign_in(client, scene.member)
    db.session.commit()
    path, form = f"{scene.path}/orders", chosen(sort, number)
    found: list[str] = []

    def note(_c: object, _cu: object, sql: str, *_rest: object) -> None:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            found.append(sql)

    with app.app_context():
        engine = db.engine
    sql_events.listen(engine, "before_cursor_execute", note)
    db.session.expire_all()
    answer = client.post(path, data=form, headers=OURS)
    sql_events.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 303
    assert len(found) == 11, found


def test_a_member_buys_and_comes_to_the_order_s_page(
    client: ProofreadingClient, scene: Scene
) -> None:
    sort = sell(scene, member_price_minor=800)
    sign_in(client, scene.member)
    answer = client.post(f"{scene.path}/orders", data=chosen(sort, 2), headers=OURS)
    order = order_newest()
    assert (answer.status_code, order.total_minor) == (303, 1600)
    assert f"/c/{scene.slug}/orders/" in answer.location
    again = client.post(f"{scene.path}/orders", data=chosen(sort, 2), headers=OURS)
    assert again.location == answer.location
    assert db.session.scalar(select(func.count(Order.id))) == 1


@pytest.mark.parametrize(
    ("passed", "seconds", "said"),
    [
        ({"minutes": 5}, "1500", "It is kept for you until 2:30"),
        ({"minutes": 30}, None, "The time it was kept for is over"),
        ({"days": -2}, None, "It is kept for you until Mon, Jun 15, 2026"),
    ],
    ids=["counting", "over", "days ahead"],
)
def test_the_order_s_page_counts_down_what_is_kept(
    client: ProofreadingClient,
    scene: Scene,
    clock: FixedClock,
    passed: dict[str, int],
    seconds: str | None,
    said: str,
) -> None:
    sort = sell(scene)
    sign_in(client, scene.member)
    answer = client.post(f"{scene.path}/orders", data=chosen(sort), headers=OURS)
    clock.advance(**passed)
    page = client.get(answer.location).text
    assert said in page
    timers = re.findall(
        r'class="[^"]*with-scripts[^"]*" role="timer"[^>]*data-countdown="(\d+)"', page
    )
    assert timers == ([seconds] if seconds else [])
    assert ("countdown.js" in page) is bool(seconds)
    if seconds:
        assert f'data-page="{answer.location}"' in page


def test_free_tickets_are_a_member_s_at_once(
    app: Flask, client: ProofreadingClient, scene: Scene
) -> None:
    sort = sell(scene, price=0)
    sign_in(client, scene.member)
    answer = client.post(f"{scene.path}/orders", data=chosen(sort), headers=OURS)
    page = client.get(answer.location)
    [ticket] = queries.tickets_of_order(order_newest().public_id)
    assert "<svg" in page.text
    assert ticket.secret[:4] in page.text
    run_pending(app)
    [mail] = [one for one in mails() if one.kind == "events.tickets"]
    assert ticket.secret[:4] in mail.text_body
    assert client.get(scene.path).text.count("Open my ticket") == 1


def test_a_stranger_buys_with_a_name_and_an_address(
    client: ProofreadingClient, scene: Scene
) -> None:
    sort = sell(scene, member_price_minor=0)
    form = chosen(sort, 2, name="Zoe", email="zoe@example.org")
    answer = client.post(f"{scene.path}/orders", data=form, headers=OURS)
    order = order_newest()
    assert (answer.status_code, order.total_minor, order.contact.name) == (303, 2400, "Zoe")


def test_a_stranger_s_free_ticket_waits_for_the_mail(
    app: Flask, client: ProofreadingClient, scene: Scene
) -> None:
    sort = sell(scene, price=0)
    form = chosen(sort, 1, name="Zoe", email="zoe@example.org")
    answer = client.post(f"{scene.path}/orders", data=form, headers=OURS)
    assert "Look into your mailbox" in client.get(answer.location).text
    assert db.session.scalar(select(func.count(Ticket.id))) == 0
    run_pending(app)
    [mail] = mails()
    link = re.search(r"https?://[^/]+(/tickets/claim/\S+)", mail.text_body)
    assert link is not None
    assert "Yes, this ticket is mine" in client.get(link[1]).text
    for _ in range(2):  # the link works once; the second time it leads to what it brought
        taken = client.post(link[1], headers=OURS)
        assert "<svg" in client.get(taken.location).text
    assert db.session.scalar(select(func.count(Ticket.id))) == 1


def test_a_ban_shuts_the_link_to_free_tickets(client: ProofreadingClient, scene: Scene) -> None:
    sort, banned = sell(scene, price=0), make_contact(scene.community)
    token = claim_token(scene.event, banned, {sort.public_id: 1}, secret=SECRET)
    since = {"contact_id": banned.id, "reason": "x", "banned_at": scene.event.created_at}
    ban = add(Ban(community_id=scene.community.id, **since))
    refused = client.post(f"/tickets/claim/{token}", headers=OURS)
    assert refused.status_code == 422
    assert "Tickets cannot be bought with this address" in refused.text
    ban.lifted_at = ban.banned_at
    client.post(f"/tickets/claim/{token}", headers=OURS)
    assert db.session.scalar(select(func.count(Ticket.id))) == 1


def test_a_stranger_s_free_tickets_are_chosen_and_on_sale(
    app: Flask, client: ProofreadingClient, scene: Scene, clock: FixedClock
) -> None:
    sort = sell(scene, price=0, sells_from=clock.now + timedelta(days=1))
    who = {"name": "Omar", "email": "omar@example.org"}
    for number, said in ((0, "Choose at least one ticket"), (1, "is not on sale now")):
        answer = client.post(f"{scene.path}/orders", data=chosen(sort, number, **who), headers=OURS)
        assert (answer.status_code, said in answer.text) == (422, True)
    clock.advance(days=1)
    known = make_contact(scene.community, email=who["email"], language="fr")
    client.post(f"{scene.path}/orders", data=chosen(sort, 1, **who), headers=OURS)
    run_pending(app)
    assert [mail.kind for mail in mails()] == ["events.claim"]
    assert known.language == "fr"


def test_a_person_who_is_no_member_gives_a_name(client: ProofreadingClient, scene: Scene) -> None:
    sort = sell(scene, price=0)
    sign_in(client, make_person())
    refused = client.post(f"{scene.path}/orders", data=chosen(sort), headers=OURS)
    assert refused.status_code == 422
    answer = client.post(f"{scene.path}/orders", data=chosen(sort, name="Zoe"), headers=OURS)
    assert "Zoe" in client.get(answer.location).text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": "", "email": "zoe@example.org"}, "Please give a name"),
        ({"name": "Zoe", "email": "zoe"}, "This address is not complete"),
    ],
)
def test_what_was_chosen_is_kept_beside_a_complaint(
    client: ProofreadingClient, scene: Scene, form: dict[str, str], words: str
) -> None:
    sort = sell(scene)
    answer = client.post(f"{scene.path}/orders", data=chosen(sort, 3, **form), headers=OURS)
    assert answer.status_code == 422
    assert words in answer.text
    assert re.search(r'<option value="3"[^>]*selected', answer.text)


def test_sold_out_is_said_on_the_page(client: ProofreadingClient, scene: Scene) -> None:
    sort = sell(scene, size=1)
    order_of(scene, sort, contact=make_member(scene.community))
    sign_in(client, scene.member)
    db.session.commit()
    answer = client.post(f"{scene.path}/orders", data=chosen(sort), headers=OURS)
    assert (answer.status_code, "Sold out" in answer.text) == (422, True)


def test_another_site_buys_nothing(client: ProofreadingClient, scene: Scene) -> None:
    sort = sell(scene, price=0)
    sign_in(client, scene.member)
    answer = client.post(
        f"{scene.path}/orders", data=chosen(sort), headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 400
    assert db.session.scalar(select(func.count(Order.id))) == 0


@pytest.mark.parametrize("typed", ["-1", "1e3", "٣", "100"])
def test_a_number_is_two_figures(client: ProofreadingClient, scene: Scene, typed: str) -> None:
    sort = sell(scene)
    sign_in(client, scene.member)
    form = {f"n_{sort.public_id}": typed}
    assert client.post(f"{scene.path}/orders", data=form, headers=OURS).status_code == 400


# --- at their holder's -------------------------------------------------------------------------


def test_a_holder_names_hands_on_and_gives_back(client: ProofreadingClient, scene: Scene) -> None:
    one, other = buy(scene, sell(scene, price=0), 2)
    path = tickets_path(one)
    client.post(f"{path}/{one.public_id}/name", data={"name": "Nadia"}, headers=OURS)
    assert "Nadia" in client.get(path).text
    handed = f"/ticket/{ticket_token(one, secret=SECRET)}"
    page = client.get(handed).text
    assert "Nadia" in page
    assert "Give it back" not in page
    answer = client.post(f"{path}/{one.public_id}/return", headers=OURS)
    assert "The ticket is given back." in client.follow(answer).text
    db.session.refresh(one)
    assert (one.state, other.state) == (TicketState.CANCELLED, TicketState.VALID)
    again = client.post(f"{path}/{one.public_id}/return", headers=OURS)
    assert (again.status_code, "cancelled before" in again.text) == (422, True)
    assert client.get(handed).text.count("<svg") < page.count("<svg")


def test_the_seat_s_page_shows_all_tickets(client: ProofreadingClient, scene: Scene) -> None:
    sort = sell(scene)
    [first] = buy(scene, sort)
    buy(scene, sort, 2)
    page = client.get(f"/seat/{seat_token(first.attendance, secret=SECRET)}").text
    assert page.count("QR code of the ticket") == 3
    assert page.count("paid in cash or by transfer. Ask the hosts") == 3


@pytest.mark.parametrize("verb", ["name", "return"])
def test_a_ticket_s_forms_are_guarded(client: ProofreadingClient, scene: Scene, verb: str) -> None:
    [ticket] = buy(scene, sell(scene, price=0))
    path = f"{tickets_path(ticket)}/{ticket.public_id}/{verb}"
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(path, csrf=False, headers=foreign).status_code == 400
    elsewhere = Scene(scene.community, scene.host, scene.member, make_event(scene.community))
    [other] = buy(elsewhere, sell(elsewhere, price=0))
    swapped = f"{tickets_path(ticket)}/{other.public_id}/{verb}"
    assert client.post(swapped, headers=OURS).status_code == 404
    assert other.state is TicketState.VALID


def test_an_unpaid_order_has_no_tickets_page(client: ProofreadingClient, scene: Scene) -> None:
    order = order_of(scene, sell(scene))
    token = order_token(order.public_id, secret=SECRET)
    assert client.get(f"/tickets/{token}").status_code == 404
    assert lock_order(order.id).state is OrderState.RESERVED


# --- the door ----------------------------------------------------------------------------------


@pytest.fixture
def door(scene: Scene, clock: FixedClock, client: ProofreadingClient) -> Scene:
    """The evening itself, the host signed in."""
    clock.set(scene.event.starts_at - timedelta(hours=1))
    sign_in(client, scene.host)
    return scene


def test_only_the_door_of_a_ticketed_event_uses_the_camera(
    client: ProofreadingClient, door: Scene
) -> None:
    plain = client.get(f"{door.desk}/check-in")
    assert "camera=()" in plain.headers["Permissions-Policy"]
    sell(door)
    db.session.commit()
    page = client.get(f"{door.desk}/check-in")
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert "worker-src 'self'" in page.headers["Content-Security-Policy"]
    assert "camera=()" in client.get(door.desk).headers["Permissions-Policy"]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_code_is_answered_in_words(
    client: ProofreadingClient, door: Scene, headers: dict[str, str]
) -> None:
    [ticket] = buy(door, sell(door))
    path = f"{door.desk}/scans"
    first = client.post(path, data={"code": ticket.secret}, headers=headers).text
    assert "Come in" in first
    assert "Ben Adler" in first
    assert "Scanned before" in client.post(path, data={"code": ticket.secret}).text
    assert "Not a ticket of ours" in client.post(path, data={"code": "?"}).text
    assert "Not a ticket of ours" in client.post(path, data={"code": ""}).text


def test_the_door_is_closed_long_before(client: ProofreadingClient, scene: Scene) -> None:
    [ticket] = buy(scene, sell(scene))
    sign_in(client, scene.host)
    answer = client.post(f"{scene.desk}/scans", data={"code": ticket.secret})
    assert (answer.status_code, "Check-in opens" in answer.text) == (422, True)


def test_a_blocked_pair_stays_unnamed_at_the_door(client: ProofreadingClient, door: Scene) -> None:
    [ticket] = buy(door, sell(door))
    add(
        Block(
            blocker_id=door.member.person_id,
            blocked_id=door.host.person_id,
            created_at=ticket.made_at,
        )
    )
    db.session.commit()
    page = client.post(f"{door.desk}/scans", data={"code": ticket.secret}).text
    assert "Come in" in page
    assert "Ben Adler" not in page


# --- the desk ----------------------------------------------------------------------------------


def test_hosts_add_change_and_take_back_ticket_types(
    client: ProofreadingClient, scene: Scene
) -> None:
    sign_in(client, scene.host)
    path = f"{scene.desk}/tickets"
    assert "Seats are free here" in client.get(path).text
    form = {"title": "Early bird", "price": "9,50", "member_price": "7", "size": "20"}
    form |= {"most_each": "2", "sells_until": "2026-06-20T18:00"}
    assert client.post(path, data=form).status_code == 303
    [sort] = db.session.scalars(select(TicketType)).all()
    assert (sort.price_minor, sort.member_price_minor, sort.quota.size) == (950, 700, 20)
    assert sort.sells_until is not None
    assert sort.sells_until.hour == 16, "the clock on the wall is Berlin's"
    page = client.get(f"{path}/{sort.public_id}").text
    assert 'value="9.50"' in page
    assert 'value="2026-06-20T18:00"' in page
    changed = {**form, "title": "Early", "version": "1"}
    assert client.post(f"{path}/{sort.public_id}", data=changed).status_code == 303
    stale = client.post(f"{path}/{sort.public_id}", data={**form, "version": "1"})
    assert (stale.status_code, "Early bird" in stale.text) == (409, True)
    assert client.post(f"{path}/{sort.public_id}/removal").status_code == 303
    assert db.session.scalars(select(TicketType)).all() == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": ""}, "Give it a name."),
        ({"price": ""}, "Say what it costs"),
        ({"price": "much"}, "Write an amount in figures"),
        ({"price": "-1"}, "Write an amount in figures"),
        ({"price": "1.005"}, "Cards cannot be charged exactly this much"),
        ({"member_price": "99"}, "Members cannot pay more"),
        ({"sells_from": "2026-10-25T12:00", "sells_until": "2026-10-25T11:00"}, "before it begins"),
        ({"sells_from": "2027-03-28T02:30"}, "go forward and skip"),
    ],
)
def test_a_type_that_makes_no_sense_is_shown_again(
    client: ProofreadingClient, scene: Scene, values: dict[str, str], words: str
) -> None:
    sign_in(client, scene.host)
    form = {"title": "Ticket", "price": "12", "most_each": "4", **values}
    answer = client.post(f"{scene.desk}/tickets", data=form)
    assert (answer.status_code, words in answer.text) == (422, True)


@pytest.mark.parametrize(("choice", "hours"), [("48", 48), ("never", None), ("0", 0)])
def test_hosts_say_until_when_tickets_go_back(
    client: ProofreadingClient, scene: Scene, choice: str, hours: int | None
) -> None:
    sell(scene)
    sign_in(client, scene.host)
    path = f"{scene.desk}/tickets/deadline"
    assert client.post(path, data={"deadline": "soon"}).status_code == 422
    assert client.post(path, data={"deadline": choice}).status_code == 303
    assert db.session.get_one(Event, scene.event.id).refund_hours == hours


def test_sales_are_the_ledger_s_and_the_csv_has_every_ticket(
    app: Flask, client: ProofreadingClient, scene: Scene
) -> None:
    sort = sell(scene)
    one, _ = buy(scene, sort, 2)
    sign_in(client, make_member(scene.community, role="organizer"))
    path = f"{scene.desk}/issued/{one.public_id}"
    assert "Take back the ticket of Ben Adler" in client.get(path).text
    assert client.post(f"{path}/cancellation", data={"money": "back"}).status_code == 303
    page = client.get(f"{scene.desk}/sales").text
    assert [words in page for words in ("€24.00", "€12.00")] == [True, True]
    rows = client.get(f"{scene.desk}/tickets.csv").text.splitlines()
    assert [row.split(",")[3] for row in rows[1:]] == ["cancelled", "good"]
    run_pending(app)
    assert any(mail.kind == "events.ticket_cancelled" for mail in mails())


def test_before_they_cancel_hosts_read_what_they_will_have_to_give_back(
    app: Flask, client: ProofreadingClient, scene: Scene
) -> None:
    path = f"{scene.path}/cancellation"
    sign_in(client, scene.host)
    assert "paid for" not in client.get(path).text
    had = buy(scene, sell(scene), 2)
    page = client.get(path).text
    assert "2 tickets are paid for." in page
    assert "€24.00 was paid by hand: the organizers give it back, their money page" in page
    assert "by itself" not in page
    money = f"/c/{scene.slug}/desk/money"
    assert client.get(money).status_code == 404
    sign_in(client, make_member(scene.community, role="owner"))
    page = client.get(path).text
    assert "€24.00 was paid by hand and is yours to give back: the money page" in page
    client.post(path, data={"words": "Flood"})
    run_pending(app)
    page = client.get(money).text
    assert "Money to give back by hand: €24.00 for one order" in page
    title = had[0].line.title
    assert [one in page for one in ("It was paid in cash", "Ben Adler", title)] == [True] * 3
    assert "does not agree" not in page
    [settled] = re.findall(rf'action="({money}/findings/[^"]*)"', page)
    client.post(settled)
    assert "Money to give back" not in client.get(money).text
    page = client.get(order_url(had[0].line.order, slug=scene.slug, secret=SECRET)).text
    assert "gives you €24.00 back by hand" in page
    assert "went back to you" not in page


@pytest.mark.parametrize("others", [1, 3])
def test_a_sales_page_costs_the_same_for_one_and_for_three(
    app: Flask, client: ProofreadingClient, scene: Scene, session: Session, others: int
) -> None:
    sort = sell(scene)
    for _ in range(others):
        buy(scene, sort, contact=make_member(scene.community))
    sign_in(client, make_member(scene.community, role="organizer"))
    session.commit()
    found: list[str] = []

    def note(_c: object, _cu: object, sql: str, *_rest: object) -> None:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            found.append(sql)

    path = f"{scene.desk}/sales"
    client.get(path)
    with app.app_context():
        engine = db.engine
    sql_events.listen(engine, "before_cursor_execute", note)
    client.get(path)
    sql_events.remove(engine, "before_cursor_execute", note)
    assert len(found) == 7, found


def test_the_free_event_of_before_is_as_it_was(client: ProofreadingClient, scene: Scene) -> None:
    seat_of(scene)
    sign_in(client, scene.member)
    db.session.commit()
    page = client.get(scene.path).text
    assert "Give my seat back" in page
    assert "Tickets" not in page
    assert person_of(scene.member).id == scene.member.person_id
