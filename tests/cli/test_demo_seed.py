"""The demo's story: enough of everything, and every invariant holds by a recount."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from app import create_app
from app.accounts.hooks import Persona
from app.accounts.models import Installation, Person, PersonEmail
from app.accounts.personas import MEMBER, MODERATOR, NEWCOMER, OUTSIDER, OWNER, personas
from app.analytics.months import last_months
from app.analytics.numbers import BOUGHT, PAID, UNITS
from app.analytics.queries import closed
from app.analytics.queries.behind import Asked, everyone
from app.analytics.service import restate
from app.cli.demodata import seed
from app.cli.demodata.lantern import SLUG
from app.cli.demodata.money import CARD_PAYERS, REFUNDS
from app.cli.demodata.sign_ins import SIGN_INS
from app.cli.demodata.words import OWN_INTERESTS
from app.cli.local_stripe import LocalStripe
from app.communities.models import Community
from app.core import clock
from app.core.database import db
from app.matching.models import HelloState, IntroductionState
from tests.cli.conftest import free_port
from tests.conftest import DatabaseServer, settings_for
from tests.factories import sign_in

SEATS_WITHOUT_TICKETS = (  # who bought a ticket is told of as a buyer
    "SELECT count(*) FROM attendance WHERE confirmed_at IS NOT NULL"
    " AND NOT EXISTS (SELECT FROM ticket WHERE ticket.attendance_id = attendance.id)"
)
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
SHADES = 3

pytestmark = pytest.mark.xdist_group("demo")  # told once for all of them


@pytest.fixture(scope="session")  # kept while the worker runs tests of other modules between
def seeded(
    server: DatabaseServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """An application on a database of its own that holds the demo, its cards paid at Stripe."""
    name = server.create(template=template)
    files = tmp_path_factory.mktemp("demo")
    stripe = LocalStripe(free_port(), files / "stripe", "http://127.0.0.1:9/stripe/notices")
    app = create_app(settings_for(server.url(name), data=files, **stripe.settings()))
    with app.app_context():
        db.session.add(Installation(is_demo=True, created_at=NOW))
        db.session.commit()
    with stripe.running():
        seed.seed(app, now=NOW, stripe=stripe)
    yield app
    with app.app_context():
        db.engine.dispose()
    server.drop(name)


@pytest.fixture
def rows(seeded: Flask) -> Iterator[Any]:
    """Ask the seeded database in SQL."""

    def ask(statement: str, **values: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in db.session.execute(text(statement), values)]

    with seeded.app_context():
        yield ask


def test_the_large_community_has_240_members_over_24_months(rows: Any) -> None:
    ((members, first, last),) = rows(
        "SELECT count(*), min(joined_at), max(joined_at) FROM membership m"
        " JOIN community c ON c.id = m.community_id"
        " WHERE c.slug = 'lantern-street' AND m.left_at IS NULL"
    )
    assert members == 240
    assert timedelta(days=700) < last - first < timedelta(days=735)
    assert last <= NOW


def test_people_come_from_several_scripts_and_all_five_languages(rows: Any) -> None:
    spoken = rows("SELECT language, count(*) FROM contact GROUP BY 1 HAVING count(*) > 15")
    assert {language for language, _ in spoken} == {"en", "id", "fr", "zh_Hans", "ru"}
    for script in ("[а-яё]", "[一-龥]", "[ا-ي]", "[가-힣]", "[α-ω]"):
        assert rows("SELECT 1 FROM contact WHERE name ~ :script LIMIT 1", script=script)


def test_everybody_one_may_be_has_an_account_that_opens_with_the_password(rows: Any) -> None:
    from app.accounts.passwords import is_password  # noqa: PLC0415

    kept = dict(
        rows(
            "SELECT address, password_hash FROM person JOIN person_email e"
            " ON e.person_id = person.id WHERE password_hash IS NOT NULL"
        )
    )
    assert kept.keys() == {persona.address for persona in personas()}
    assert [who for who, _, _, _ in SIGN_INS] == [persona.name for persona in personas()]
    assert [reads for _, reads, _, _ in SIGN_INS] == [
        "English", "Français", "Русский", "简体中文", "Bahasa Indonesia",
    ]  # fmt: skip
    assert is_password(SIGN_INS[0][3], kept[SIGN_INS[0][2]])


def test_who_one_may_be_has_agreed_to_the_newest_rules(rows: Any) -> None:
    owing = rows(
        "SELECT e.address FROM contact JOIN person_email e ON e.person_id = contact.person_id"
        " JOIN community c ON c.id = contact.community_id AND c.slug = 'lantern-street'"
        " WHERE e.address = ANY(:known) AND NOT EXISTS (SELECT 1 FROM rules_consent r"
        " JOIN rules_version v ON v.id = r.rules_version_id AND v.number = 2"
        " WHERE r.contact_id = contact.id)",
        known=[persona.address for persona in personas()],
    )
    assert owing == []
    ((agreed, all_members),) = rows(
        "SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM rules_consent r JOIN rules_version v"
        " ON v.id = r.rules_version_id AND v.number = 2 WHERE r.contact_id = m.contact_id)),"
        " count(*) FROM membership m JOIN community c ON c.id = m.community_id"
        " WHERE c.slug = 'lantern-street' AND left_at IS NULL"
    )
    assert 0.8 < agreed / all_members < 1


def test_there_is_something_of_everything(rows: Any) -> None:
    counts = {
        table: rows(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608 - our own names
        for table in (
            "rules_version", "rule", "join_question", "invitation", "join_request", "report",
            "report_note", "announcement", "ban", "tag", "contact_note", "event", "match_choice",
            "thanks", "health_cohort", "activity_last",
        )
    }  # fmt: skip
    assert min(counts.values()) > 0
    assert dict(rows("SELECT state, count(*) FROM report GROUP BY 1")) == {
        "open": 2, "in_review": 1, "resolved": 2,
    }  # fmt: skip
    assert dict(rows("SELECT visibility, count(*) FROM community GROUP BY 1")) == {
        "public": 2,
        "private": 1,
    }
    coming = dict(
        rows(
            "SELECT state, count(*) FROM event WHERE starts_at > :now GROUP BY 1",
            now=NOW,
        )
    )
    assert coming == {"published": 15, "proposed": 6}
    seats = {
        (taken, size)
        for taken, size in rows(
            "SELECT sold + held, size FROM event JOIN quota ON quota.id = event.quota_id"
            " WHERE starts_at > :now AND state = 'published'",
            now=NOW,
        )
    }
    assert {(19, 50), (37, 40), (12, 12)} <= seats


def test_nothing_of_the_past_lies_in_the_future(rows: Any) -> None:
    for column in (
        "activity.happened_at", "membership.joined_at", "membership.left_at",
        "attendance.checked_in_at", "attendance.confirmed_at", "attendance.reserved_at",
        "rules_consent.consented_at", "report.created_at", "join_request.created_at",
        "person.created_at",
    ):  # fmt: skip
        table = column.partition(".")[0]
        late = rows(f"SELECT 1 FROM {table} WHERE {column} > :now LIMIT 1", now=NOW)  # noqa: S608
        assert (column, late) == (column, [])


def test_no_one_acts_before_joining_or_after_leaving(rows: Any) -> None:
    assert (
        rows(
            "SELECT a.type FROM activity a JOIN contact c ON c.id = a.contact_id"
            " JOIN membership m ON m.contact_id = c.id"
            " WHERE c.source <> 'guest' AND (a.happened_at < m.joined_at OR a.happened_at >"
            " m.left_at + interval '1 day')"
        )
        == []
    )


def test_each_quota_has_sold_what_its_seats_say(rows: Any) -> None:
    assert (
        rows(
            "SELECT q.id, q.sold, coalesce(s.taken, 0) FROM quota q"
            " JOIN event e ON e.quota_id = q.id"
            " LEFT JOIN (SELECT event_id, sum(seats) AS taken"
            " FROM attendance WHERE state = 'going' GROUP BY 1) s ON s.event_id = e.id"
            " WHERE q.sold <> coalesce(s.taken, 0)"
        )
        == []
    )


def test_each_sort_of_ticket_has_sold_its_tickets(rows: Any) -> None:
    sorts = rows(
        "SELECT q.sold, (SELECT count(*) FROM ticket"
        " WHERE ticket_type_id = t.id AND state <> 'cancelled')"
        " FROM ticket_type t JOIN quota q ON q.id = t.quota_id"
    )
    assert len(sorts) == 13
    assert [pair for pair in sorts if pair[0] != pair[1]] == []
    assert sum(sold for sold, _ in sorts) > 50


def test_the_books_balance_and_tell_of_dues_and_tickets(rows: Any) -> None:
    assert rows("SELECT txn_id FROM ledger_entry GROUP BY txn_id, currency"
                " HAVING sum(amount_minor) <> 0") == []  # fmt: skip
    kinds = {kind for (kind,) in rows("SELECT DISTINCT item_kind FROM ledger_entry")} - {None}
    assert kinds == {"plan", "ticket"}


def test_people_stand_at_every_stage_of_an_introduction(rows: Any) -> None:
    states = {state for (state,) in rows("SELECT DISTINCT state FROM introduction")}
    assert states == {"introduced", "met", "useful", "ended"} == set(IntroductionState)
    hellos = dict(rows("SELECT state, count(*) FROM hello GROUP BY 1"))
    assert hellos.keys() == {"waiting", "met", "taken_back", "expired", "ended"} == set(HelloState)
    assert hellos["waiting"] == 2, "one of each side; the nightly tidying found both in order"
    waiting = "SELECT count(*) FROM hello WHERE state = 'waiting' AND expires_at > :now"
    assert rows(waiting, now=NOW) == [(2,)]
    assert rows("SELECT count(*) FROM message") == [(20,)]
    asked = rows("SELECT step, met, in_touch FROM introduction_answer WHERE answered_at <= :now",
                 now=NOW)  # fmt: skip
    assert {("soon", True, None), ("soon", False, None)} <= set(asked)
    assert {("later", None, True), ("later", None, False)} <= set(asked)


def test_some_are_set_aside_for_a_while_or_for_good_by_whom_one_may_be(rows: Any) -> None:
    kept = (
        "SELECT email, until IS NULL FROM match_set_aside s JOIN contact c ON c.id = s.contact_id"
        " WHERE until IS NULL OR until > :now ORDER BY 1, 2"
    )
    assert rows(kept, now=NOW) == [
        (MEMBER.address, False), (MEMBER.address, True), (OWNER.address, True)
    ]  # fmt: skip


def test_whom_one_may_be_was_introduced_for_reasons(rows: Any) -> None:
    known = [OWNER.address, MODERATOR.address, MEMBER.address]
    told = (
        "SELECT DISTINCT email FROM introduction_side s JOIN contact c ON c.id = s.contact_id"
        " WHERE email = ANY(:known) AND jsonb_array_length(reasons::jsonb) > 0"
    )
    assert {email for (email,) in rows(told, known=known)} == set(known)


@pytest.mark.parametrize(
    ("what", "statement"),
    [
        ("events", "SELECT title || ' ' || words FROM event"),
        ("messages", "SELECT words FROM message"),
        ("thanks", "SELECT reason FROM thanks"),
        ("lines", "SELECT line FROM introduction_side"),
    ],
)
def test_people_write_in_all_five_languages(rows: Any, what: str, statement: str) -> None:
    written = " ".join(words for (words,) in rows(statement))
    for language, word in {
        "en": r"\bthe\b", "id": r"\b(kita|saya|Saya)\b", "fr": r"\b(avec|vous|Tu)\b",
        "zh_Hans": "[一-龥]", "ru": "[а-яё]{3}",
    }.items():  # fmt: skip
        assert re.search(word, written), (what, language)


def test_cards_and_tickets_speak_more_than_one_language(rows: Any) -> None:
    for words in (*OWN_INTERESTS.values(),):
        assert rows("SELECT 1 FROM facet WHERE value = ANY(:words) LIMIT 1", words=list(words))
    names = {name for (name,) in rows("SELECT title FROM ticket_type")}
    assert {"Regular", "Plein tarif", "Pelajar"} <= names
    assert {"Neighbour", "Voisine, voisin"} <= {name for (name,) in rows("SELECT name FROM plan")}


def test_money_came_by_hand_and_by_card(rows: Any) -> None:
    """The cards are paid at the local Stripe, as beside `kith demo`."""
    assert rows("SELECT count(*) FROM plan") == [(4,)]
    assert rows("SELECT count(*) FROM payment_account WHERE card_payments = 'active'") == [(1,)]
    paid = dict(rows("SELECT method, count(*) FROM payment WHERE state = 'paid' GROUP BY 1"))
    assert paid.keys() == {"stripe", "cash", "transfer"}
    assert paid["stripe"] > CARD_PAYERS + 5  # those of the first month renewed
    assert dict(rows("SELECT state, count(*) FROM subscription GROUP BY 1")) == {
        "active": CARD_PAYERS
    }
    ((by_card, in_all),) = rows(
        "SELECT count(subscription_id), count(*) FROM access_grant WHERE revoked_at IS NULL"
    )
    assert by_card == CARD_PAYERS
    assert in_all > by_card + 50
    assert rows("SELECT count(*) FROM refund") == [(REFUNDS,)]
    ((orders, open_orders),) = rows(
        "SELECT count(*), count(*) FILTER (WHERE state = 'awaiting_payment') FROM billing_order"
    )
    assert orders > CARD_PAYERS + 100
    assert open_orders == 0


def test_a_closed_month_says_what_the_lists_behind_it_say(rows: Any) -> None:
    """What renewed by card is in before months are closed: nothing of it is told late."""
    assert rows("SELECT count(*) FROM subscription WHERE period_ends_at <= :now", now=NOW) == [(0,)]
    renewed = (
        "SELECT count(*) > 0 FROM ledger_txn WHERE order_id IN (SELECT order_id FROM payment"
        " WHERE method = 'stripe') AND happened_at < '2026-11-01' AND order_id NOT IN"
        " (SELECT order_id FROM subscription)"
    )
    assert rows(renewed) == [(True,)]
    community = db.session.scalars(select(Community).where(Community.slug == SLUG)).one()
    month = last_months(NOW, community.zone)[-2]
    counting, kept = closed.kept(community, month.first_day)
    said = kept[month.first_day].figures.sold
    numbers = {*BOUGHT, *PAID} - {"receipt", "per_order", "per_buyer"}  # quotients
    lists = everyone(community, Asked("", month, counting), NOW, numbers)
    behind = {
        number: sum(shares.values()) if number in UNITS else len(shares)
        for number, shares in lists.items()
    }
    assert {number: getattr(said, number) for number in numbers} == behind
    assert restate(community, now=NOW) == []


def test_most_say_when_they_have_time_and_what_they_have_done_for_years(rows: Any) -> None:
    ((said, hours, years, most),) = rows(
        "SELECT count(*), count(*) FILTER (WHERE hours > 0 AND hours_visibility = 'members'),"
        " count(experience) FILTER (WHERE experience_visibility = 'members'), max(experience)"
        " FROM match_profile"
    )
    assert 150 < said < 240
    assert hours > 120
    assert years > 60
    assert most <= 30


def test_cards_tell_of_lives_and_values_and_some_hide_a_part(rows: Any) -> None:
    told = rows("SELECT kind, visibility, count(*) FROM facet WHERE kind IN ('life', 'value')"
                " GROUP BY 1, 2 HAVING count(*) > 5 ORDER BY 1, 2")  # fmt: skip
    assert [(kind, seen_by) for kind, seen_by, _ in told] == [
        ("life", "matching"), ("life", "members"), ("value", "matching"), ("value", "members"),
    ]  # fmt: skip
    ((places, texts),) = rows(
        "SELECT count(*) FILTER (WHERE place <> '' AND place_visibility = 'matching'),"
        " count(*) FILTER (WHERE about <> '' AND about_visibility = 'off') FROM contact"
    )
    assert min(places, texts) > 4


@pytest.fixture
def visit(seeded: Flask) -> Iterator[Any]:
    """Open a page of the large community as one of the demo's people, at the demo's moment."""
    clock.use(lambda: NOW)

    def open_as(persona: Persona, path: str, at: str = "/c/lantern-street/") -> str:
        person = db.session.scalars(
            select(Person).join(PersonEmail).where(PersonEmail.address == persona.address)
        ).one()
        client = seeded.test_client()
        sign_in(client, person)
        db.session.commit()
        answer = client.get(f"{at}{path}")
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    with seeded.test_request_context():
        yield open_as
    clock.use(None)


def test_every_picture_of_health_means_something(visit: Any) -> None:
    page = visit(OWNER, "health")
    pictures = re.findall(r"<svg class=\"chart__plot\".*?</svg>", page, re.DOTALL)
    assert len(pictures) >= 6
    for picture in pictures:
        drawn = re.findall(r'<rect class="([^"]+)" [^>]*?height="([^"]+)"', picture)
        assert len(set(drawn)) > SHADES, picture[:200]  # of bars the heights, of hours the shades
    assert "Nothing was sold yet" not in page


def test_whom_one_may_be_is_suggested_people_at_once(visit: Any, rows: Any) -> None:
    """The suggestions were computed by the seeding: no job is needed first."""
    assert rows("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'matching.refresh'") == [
        (0,)
    ]
    all_kinds = ("friend", "mentor", "collaborator")
    for persona, kinds in ((MEMBER, all_kinds), (OWNER, all_kinds), (MODERATOR, ("friend",))):
        page = visit(persona, "matches")
        for kind in kinds:
            section = page.partition(f'aria-labelledby="kind-{kind}"')[2].partition("</section>")[0]
            assert 'class="card match"' in section, (persona.address, kind)


@pytest.mark.parametrize(
    ("persona", "language"),
    [(OWNER, "en"), (MODERATOR, "fr"), (MEMBER, "ru"), (NEWCOMER, "zh-Hans"), (OUTSIDER, "id")],
)
def test_each_reads_a_language_of_their_own(visit: Any, persona: Persona, language: str) -> None:
    page = visit(persona, "me", at="/")
    assert f'<html lang="{language}"' in page


def test_nobody_is_mailed_about_the_past(rows: Any) -> None:
    assert rows("SELECT count(*) FROM outgoing_mail") == [(0,)]


def test_the_ledger_knows_every_seat_arrival_and_joining_once(rows: Any) -> None:
    for kind, counted in (
        ("event.seat_taken", SEATS_WITHOUT_TICKETS),
        ("event.checked_in", "SELECT count(*) FROM attendance WHERE checked_in_at IS NOT NULL"),
        ("member.joined", "SELECT count(*) FROM membership"),
        ("event.created", "SELECT count(*) FROM event WHERE state = 'published'"),
        ("thanked", "SELECT count(*) FROM thanks"),
        ("event.worthwhile", "SELECT count(*) FROM attendance WHERE came_for = 'yes'"),
    ):
        ((told,),) = rows("SELECT count(*) FROM activity WHERE type = :kind", kind=kind)
        assert (kind, told) == (kind, rows(counted)[0][0])
    assert rows(
        "SELECT count(*) FROM attendance a WHERE (state = 'cancelled') <>"
        " (SELECT void_at IS NOT NULL FROM activity WHERE source_uid ="
        " 'event.seat_taken:' || a.public_id)"
    ) == [(0,)]


def test_the_roll_up_is_the_recount_of_the_ledger(rows: Any) -> None:
    recount = (
        "SELECT a.community_id, contact_id, (happened_at AT TIME ZONE c.zone)::date AS day,"
        " channel_id, type, count(*) AS count, sum(weight) AS weight"
        " FROM activity a JOIN community c ON c.id = a.community_id"
        " WHERE void_at IS NULL GROUP BY 1, 2, 3, 4, 5"
    )
    kept = "SELECT community_id, contact_id, day, channel_id, type, count, weight FROM activity_day"
    positive = f"{kept} WHERE count > 0"
    assert rows(f"({recount}) EXCEPT ({positive})") == []
    assert rows(f"({positive}) EXCEPT ({recount})") == []
    assert rows(f"SELECT count(*) > 1000 FROM ({positive}) AS found") == [(True,)]  # noqa: S608


def test_the_same_is_told_each_time(
    seeded: Flask,
    rows: Any,
    server: DatabaseServer,
    template: str,
    tmp_path: Any,
) -> None:
    told = (
        "SELECT name, email, place, joined_at FROM contact c JOIN membership ON contact_id = c.id ORDER BY 2, 4",  # noqa: E501
        "SELECT title, words, starts_at FROM event ORDER BY starts_at, title",
        "SELECT words, written_at FROM message ORDER BY written_at",
    )
    name = server.create(template=template)
    again = create_app(settings_for(server.url(name), data=tmp_path))
    with again.app_context():
        db.session.add(Installation(is_demo=True, created_at=NOW))
        db.session.commit()
        seed.tell(NOW)
        second = [[tuple(row) for row in db.session.execute(text(one))] for one in told]
        db.session.close()
        db.engine.dispose()
    server.drop(name)
    assert [rows(one) for one in told] == second
    assert all(second)
