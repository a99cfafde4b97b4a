"""The edge: doors, throttles that lock nobody out, links, the second factor, the demo."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app import create_app
from app.accounts import answers, hooks, queries, service
from app.accounts.hooks import Persona
from app.accounts.models import Person, PersonSession
from app.core import clock as core_clock
from app.core import notices
from app.core.database import db
from app.core.models import AuditEntry
from tests.accounts.conftest import (
    NEW_PASSWORD,
    PASSWORD,
    SECRET,
    code_for,
    link_in,
    mails_to,
    make_member_of_site,
    prove,
)
from tests.conftest import DatabaseServer, FixedClock, settings_for
from tests.factories import (
    make_community,
    make_contact,
    make_installation,
    make_member,
    make_person,
    sign_in,
)
from tests.pages import ProofreadingClient

AMARA = {"email": "amara@example.org", "password": PASSWORD}
WRONG = {"email": "amara@example.org", "password": "not this one"}
RunJobs = Callable[[], list[str]]
THERE = {"REMOTE_ADDR": "203.0.113.7"}


def elsewhere(app: Flask, address: str = "198.51.100.9") -> ProofreadingClient:
    """Return another browser, in another network."""
    client = app.test_client()
    assert isinstance(client, ProofreadingClient)
    client.environ_base["REMOTE_ADDR"] = address
    return client


# ------------------------------------------------------------------ in and out


def test_signing_in_leads_back(client: ProofreadingClient, person: Person) -> None:
    page = client.get("/sign-in?next=/c/runners/events").text
    assert 'name="next" type="hidden" value="/c/runners/events"' in page
    answer = client.post("/sign-in", data={**AMARA, "next": "/c/runners/events"})
    assert answer.headers["Location"] == "/c/runners/events"


def test_who_has_an_address_that_mail_does_not_reach_signs_in(client: ProofreadingClient) -> None:
    make_member_of_site(email="иван@example.ru")
    answer = client.post("/sign-in", data={"email": "Иван@example.ru", "password": PASSWORD})
    assert answer.headers["Location"] == "/me"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\tevil",
        "evil",
        "",
    ],
)
def test_next_leads_nowhere_else(client: ProofreadingClient, person: Person, target: str) -> None:
    answer = client.post("/sign-in", data={**AMARA, "next": target})
    assert answer.headers["Location"] == "/me"
    answer = client.get("/sign-in", query_string={"next": target})
    assert answer.headers["Location"] == "/me", "who is in already goes on, but only here"


def test_a_suspended_person_is_told_after_the_password(
    client: ProofreadingClient, person: Person
) -> None:
    person.suspended_at = core_clock.now()
    answer = client.post("/sign-in", data=AMARA)
    assert answer.status_code == 422
    assert "account is suspended" in answer.text


# ------------------------------------------------------------------ throttles


def test_stuffing_reaches_the_hash_at_most_twenty_times_an_hour(
    app: Flask, client: ProofreadingClient, person: Person, clock: FixedClock
) -> None:
    """From forty networks: after twenty tries nobody unknown gets through, the owner does."""
    owner = elsewhere(app, "192.0.2.1")
    assert owner.post("/sign-in", data=AMARA).status_code == 303
    owner.post("/sign-out")
    verified = 0
    for network in range(40):
        thief = elsewhere(app, f"10.0.{network}.1")
        status = thief.post("/sign-in", data=WRONG).status_code
        verified += status == 422
        assert status in {422, 429}
    assert verified == 20 - 1, "the owner's first sign-in was counted, too"
    assert elsewhere(app, "10.9.9.9").post("/sign-in", data=AMARA).status_code == 429
    assert owner.post("/sign-in", data=AMARA).status_code == 303, "a device it knows is let in"
    clock.advance(hours=1)
    assert elsewhere(app, "10.9.9.9").post("/sign-in", data=AMARA).status_code == 303


def test_the_owner_on_a_new_device_comes_in_by_mail(
    app: Flask, client: ProofreadingClient, person: Person, run_jobs: RunJobs
) -> None:
    for network in range(21):
        elsewhere(app, f"10.0.{network}.1").post("/sign-in", data=WRONG)
    assert client.post("/sign-in", data=AMARA).status_code == 429
    client.post("/sign-in/link", data={"email": AMARA["email"]})
    run_jobs()
    path = link_in(mails_to(AMARA["email"])[-1])
    assert client.post(path).headers["Location"] == "/me"


def test_one_account_being_tried_slows_down_no_other(
    app: Flask, client: ProofreadingClient, person: Person
) -> None:
    make_member_of_site(email="other@example.org")
    for network in range(21):
        elsewhere(app, f"10.0.{network}.1").post("/sign-in", data=WRONG)
    answer = client.post("/sign-in", data={"email": "other@example.org", "password": PASSWORD})
    assert answer.status_code == 303


def test_five_wrong_tries_from_one_network_pause_it(
    client: ProofreadingClient, person: Person, clock: FixedClock
) -> None:
    for _ in range(5):
        assert client.post("/sign-in", data=WRONG).status_code == 422
    answer = client.post("/sign-in", data=AMARA)
    assert answer.status_code == 429
    assert "Wait 15 min" in answer.text
    clock.advance(minutes=15)
    assert client.post("/sign-in", data=AMARA).status_code == 303


def test_a_known_device_is_marked_without_naming_anybody(
    client: ProofreadingClient, person: Person
) -> None:
    client.post("/sign-in", data=AMARA)
    cookie = client.get_cookie("kith-device")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert "amara" not in cookie.decoded_value
    client.post("/sign-out")
    client.set_cookie("kith-device", f"{cookie.value}x")
    for _ in range(5):
        client.post("/sign-in", data=WRONG)
    assert client.post("/sign-in", data=AMARA).status_code == 429, "a forged mark is no mark"


def test_two_people_of_one_browser_are_both_known(
    client: ProofreadingClient, person: Person
) -> None:
    make_member_of_site(email="other@example.org")
    for email in ("amara@example.org", "other@example.org"):
        client.post("/sign-in", data={"email": email, "password": PASSWORD})
    client.post("/sign-in", data=AMARA)
    assert [mail.kind for mail in mails_to("amara@example.org")] == []


# ------------------------------------------------------------------ links in mails


def test_from_an_address_to_an_account(client: ProofreadingClient, run_jobs: RunJobs) -> None:
    data = {"email": "new@example.org", "next": "/c/runners", "zone": "Asia/Jakarta"}
    assert client.post("/sign-up", data=data).headers["Location"] == "/mail-sent/sign-up"
    run_jobs()
    path = link_in(mails_to("new@example.org")[-1])
    page = client.get(path)
    assert "new@example.org is confirmed" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(path).status_code == 200, "looking spends nothing: mail programs look first"
    short = client.post(path, data={"password": "short"})
    assert short.status_code == 422
    assert "between 10 and 200" in short.text
    easy = client.post(path, data={"password": "password123"})
    assert "easy to guess" in easy.text
    answer = client.post(path, data={"password": PASSWORD, "zone": "Mars/Olympus"})
    assert answer.headers["Location"] == "/c/runners"
    person = queries.person_by_address("new@example.org")
    assert person is not None
    assert person.zone == "Asia/Jakarta"
    assert client.get("/settings").status_code == 200
    spent = client.get(path)
    assert spent.status_code == 410
    assert "leads nowhere any more" in spent.text
    assert client.post(path, data={"password": PASSWORD}).status_code == 410


@pytest.mark.parametrize(
    ("path", "again"),
    [
        ("/sign-up/nothing", "/sign-up"),
        ("/password/nothing", "/password"),
        ("/sign-in/link/nothing", "/sign-in/link"),
        ("/address/nothing", "/settings/address"),
    ],
)
def test_a_link_of_nobody_offers_a_new_one(
    client: ProofreadingClient, path: str, again: str
) -> None:
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 410
        assert f'href="{again}"' in answer.text


def test_where_no_mail_is_sent_the_outbox_is_near(client: ProofreadingClient) -> None:
    assert 'href="/dev/outbox"' in client.get("/mail-sent/link").text


def test_elsewhere_nobody_is_led_to_an_outbox(
    app: Flask, client: ProofreadingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = app.config["KITH"].model_copy(update={"base_url": "http://kith.example.org"})
    monkeypatch.setitem(app.config, "KITH", public)
    assert "outbox" not in client.get("/mail-sent/link").text


def test_a_new_password_by_mail_lets_in(
    client: ProofreadingClient, person: Person, run_jobs: RunJobs
) -> None:
    client.post("/password", data={"email": "amara@example.org"})
    run_jobs()
    path = link_in(mails_to("amara@example.org")[-1])
    assert "For amara@example.org" in client.get(path).text
    assert client.post(path, data={"password": "password123"}).status_code == 422
    assert client.post(path, data={"password": "short"}).status_code == 422
    assert client.post(path, data={"password": NEW_PASSWORD}).headers["Location"] == "/me"
    assert "All other devices are signed out" in client.get("/settings").text


def test_a_mailed_link_needs_one_press_and_leads_back(
    client: ProofreadingClient, person: Person, run_jobs: RunJobs
) -> None:
    client.post("/sign-in/link", data={"email": "amara@example.org", "next": "/settings/data"})
    run_jobs()
    path = link_in(mails_to("amara@example.org")[-1])
    assert "You sign in as amara@example.org" in client.get(path).text
    assert client.get("/settings").status_code == 303, "nothing happened yet"
    assert client.post(path).headers["Location"] == "/settings/data"
    assert client.get("/settings").status_code == 200


def test_changing_the_address(
    inside: ProofreadingClient, app: Flask, person: Person, run_jobs: RunJobs
) -> None:
    assert inside.post("/settings/address", data={"email": "no"}).status_code == 422
    same = inside.post("/settings/address", data={"email": "AMARA@example.org"})
    assert "the address you have already" in same.text
    answer = inside.post("/settings/address", data={"email": "new@example.org"})
    assert answer.headers["Location"] == "/settings/security"
    run_jobs()
    path = link_in(mails_to("new@example.org")[-1])
    phone = elsewhere(app)
    assert "new@example.org" in phone.get(path).text
    assert phone.post(path).headers["Location"] == "/sign-in"
    assert "new@example.org" in inside.get("/settings/security").text
    inside.post("/settings/address", data={"email": "third@example.org"})
    run_jobs()
    answer = inside.post(link_in(mails_to("third@example.org")[-1]))
    assert answer.headers["Location"] == "/settings/security"


def test_an_address_taken_meanwhile_is_said(inside: ProofreadingClient, run_jobs: RunJobs) -> None:
    inside.post("/settings/address", data={"email": "new@example.org"})
    run_jobs()
    path = link_in(mails_to("new@example.org")[-1])
    make_person(email="new@example.org")
    answer = inside.post(path)
    assert answer.status_code == 422
    assert "belongs to another account" in answer.text


# ------------------------------------------------------------------ the second factor


def turned_on(client: ProofreadingClient, person: Person, clock: FixedClock) -> list[str]:
    """Turn the second factor on through the pages; return the recovery codes shown."""
    page = client.get("/settings/second-factor")
    assert "Let it read this picture" in page.text
    picture = client.get("/settings/second-factor/code.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"
    answer = client.post("/settings/second-factor", data={"code": code_for(person)})
    assert answer.headers["Cache-Control"] == "no-store"
    codes = [
        line.strip()[4:15] for line in answer.text.splitlines() if "<li>" in line and "-" in line
    ]
    clock.advance(seconds=60)
    prove(person)
    return codes


def test_setting_up_and_turning_off(
    inside: ProofreadingClient, person: Person, clock: FixedClock
) -> None:
    assert inside.get("/settings/second-factor/code.svg").status_code == 404
    assert inside.post("/settings/second-factor/recovery-codes").status_code == 404
    inside.get("/settings/second-factor")
    assert inside.post("/settings/second-factor", data={"code": ""}).status_code == 422
    wrong = inside.post("/settings/second-factor", data={"code": "000000"})
    assert wrong.status_code == 422
    assert "code is not right" in wrong.text
    codes = turned_on(inside, person, clock)
    assert len(codes) == 10
    assert inside.get("/settings/second-factor/code.svg").status_code == 404, "never shown again"
    assert "10 are left" in inside.get("/settings/second-factor").text
    assert "10 recovery codes are left" in inside.get("/settings/security").text
    new = inside.post("/settings/second-factor/recovery-codes")
    assert not any(code in new.text for code in codes)
    again = inside.post("/settings/second-factor", data={"code": code_for(person)})
    assert again.status_code == 422
    assert inside.post("/settings/second-factor/end").headers["Location"] == "/settings/security"
    assert person.totp_salt is None


def test_signing_in_with_a_code(
    app: Flask, inside: ProofreadingClient, person: Person, clock: FixedClock
) -> None:
    codes = turned_on(inside, person, clock)
    client = elsewhere(app)
    assert client.get("/sign-in/code").headers["Location"] == "/sign-in"
    answer = client.post("/sign-in", data={**AMARA, "next": "/settings/data"})
    assert answer.headers["Location"] == "/sign-in/code?next=/settings/data"
    assert client.get("/settings").status_code == 303, "half way in is outside"
    assert 'value="/settings/data"' in client.get("/sign-in/code?next=/settings/data").text
    assert client.post("/sign-in/code", data={"code": ""}).status_code == 422
    assert client.post("/sign-in/code", data={"code": "000000"}).status_code == 422
    good = client.post("/sign-in/code", data={"code": code_for(person), "next": "/settings/data"})
    assert good.headers["Location"] == "/settings/data"
    assert client.get("/settings").status_code == 200
    lost = elsewhere(app)
    lost.post("/sign-in", data=AMARA)
    assert lost.post("/sign-in/code", data={"code": codes[0]}).headers["Location"] == "/me"


def test_half_way_in_lasts_ten_minutes(
    app: Flask, inside: ProofreadingClient, person: Person, clock: FixedClock
) -> None:
    turned_on(inside, person, clock)
    client = elsewhere(app)
    client.post("/sign-in", data=AMARA)
    with client.session_transaction() as cookie:
        cookie["waiting"] = f"{cookie['waiting']}x"
    answer = client.post("/sign-in/code", data={"code": code_for(person)})
    assert answer.headers["Location"] == "/sign-in"
    assert "begin once more" in client.get("/sign-in").text


def test_mailed_links_ask_for_the_code_too(
    app: Flask, inside: ProofreadingClient, person: Person, clock: FixedClock, run_jobs: RunJobs
) -> None:
    turned_on(inside, person, clock)
    client = elsewhere(app)
    client.post("/sign-in/link", data={"email": "amara@example.org"})
    run_jobs()
    answer = client.post(link_in(mails_to("amara@example.org")[-1]))
    assert answer.headers["Location"] == "/sign-in/code"
    client.post("/password", data={"email": "amara@example.org"})
    run_jobs()
    path = link_in(mails_to("amara@example.org")[-1])
    assert client.post(path, data={"password": NEW_PASSWORD}).headers["Location"] == "/sign-in/code"
    assert client.get("/settings").status_code == 303


def test_codes_are_throttled_by_rows(
    app: Flask, inside: ProofreadingClient, person: Person, clock: FixedClock
) -> None:
    turned_on(inside, person, clock)
    client = elsewhere(app)
    client.post("/sign-in", data=AMARA)
    tries = [
        client.post("/sign-in/code", data={"code": f"{number:06}"}).status_code
        for number in range(6)
    ]
    assert tries == [422] * 5 + [429]
    assert client.post("/sign-in/code", data={"code": code_for(person)}).status_code == 429
    other = elsewhere(app, "192.0.2.200")
    other.post("/sign-in", data=AMARA)
    assert other.post("/sign-in/code", data={"code": code_for(person)}).status_code == 303


def test_fresh_proof_by_password_or_code(
    client: ProofreadingClient, person: Person, clock: FixedClock
) -> None:
    sign_in(client, person)
    assert client.post("/settings/confirm", data={"password": "x" * 300}).status_code == 422
    wrong = client.post("/settings/confirm", data={"password": "not this"})
    assert wrong.status_code == 422
    assert "not your password" in wrong.text
    data = {"password": PASSWORD, "next": "/settings/password"}
    assert client.post("/settings/confirm", data=data).headers["Location"] == "/settings/password"
    turned_on(client, person, clock)
    clock.advance(minutes=20)
    assert "stands in for the password" in client.get("/settings/confirm").text
    data = {"code": code_for(person), "next": "/settings/data"}
    assert client.post("/settings/confirm", data=data).headers["Location"] == "/settings/data"


def test_without_a_password_a_mailed_link_is_the_proof(
    client: ProofreadingClient, run_jobs: RunJobs
) -> None:
    person = make_person(email="link@example.org")
    sign_in(client, person)
    page = client.get("/settings/confirm?next=/settings/password").text
    assert "We can send a link to link@example.org" in page
    assert "You have none" in client.get("/settings/security").text
    client.post("/sign-in/link", data={"email": "link@example.org", "next": "/settings/password"})
    run_jobs()
    answer = client.post(link_in(mails_to("link@example.org")[-1]))
    assert answer.headers["Location"] == "/settings/password"
    assert client.get("/settings/password").status_code == 200


def test_a_new_password_that_is_easy_is_refused(inside: ProofreadingClient) -> None:
    assert inside.post("/settings/password", data={"password": "short"}).status_code == 422
    answer = inside.post("/settings/password", data={"password": "amara@example.org"})
    assert answer.status_code == 422
    assert "easy to guess" in answer.text


# ------------------------------------------------------------------ settings


def test_settings_count_from_the_next_page_on(inside: ProofreadingClient, person: Person) -> None:
    data = {"language": "ru", "zone": "Asia/Almaty", "theme": "dark"}
    assert inside.post("/settings", data=data).status_code == 303
    page = inside.get("/settings").text
    assert '<html lang="ru" data-theme="dark">' in page
    assert inside.post("/settings", data={**data, "theme": "system"}).status_code == 303
    assert '<html lang="ru">' in inside.get("/settings").text
    assert inside.post("/settings", data={**data, "zone": "Mars/Olympus"}).status_code == 422


def test_times_are_written_in_ones_own_zone(
    inside: ProofreadingClient, person: Person, clock: FixedClock, run_jobs: RunJobs
) -> None:
    person.zone = "Asia/Jakarta"
    db.session.commit()
    inside.post("/settings/data/export")
    run_jobs()
    assert "7:00" in inside.get("/settings/data").text, "noon in UTC"


def test_choosing_mails(inside: ProofreadingClient, person: Person) -> None:
    community = make_community(name="Runners")
    make_contact(community, person=person)
    kinds = notices.kinds().values()
    kind = next(kind for kind in kinds if not kind.required and kind.permission is None)
    assert "Runners" in inside.get("/settings/mails").text
    answer = inside.post("/settings/mails", data={f"{kind.name}:{community.id}": "1"})
    assert answer.status_code == 303
    chosen = notices.choices(person.id)
    assert chosen[kind.name, community.id] is True
    assert chosen[kind.name, None] is False


def test_mails_to_organizers_are_offered_to_who_organizes(
    inside: ProofreadingClient, person: Person
) -> None:
    def offered() -> list[str]:
        page = inside.get("/settings/mails").text
        return re.findall(r'id="communities\.(?:join_request|report):(\w+)"', page)

    assert [offered(), "Everywhere else" in inside.get("/settings/mails").text] == [[], False]
    plain, led = make_community(), make_community()
    make_member(plain, person=person)
    assert [offered(), "Everywhere else" in inside.get("/settings/mails").text] == [[], True]
    notices.choose("communities.report", wanted=True, person_id=person.id)
    inside.post("/settings/mails")
    assert notices.choices(person.id)["communities.report", None], "what is not offered stays"
    make_member(led, person=person, role="moderator")
    assert offered() == ["all", "all", str(led.id), str(led.id)]


def test_lifting_a_block(inside: ProofreadingClient, person: Person) -> None:
    other = make_member_of_site()
    service.block(person, other, now=core_clock.now())
    assert inside.post("/settings/blocked/end", data={"person": ""}).status_code == 404
    assert inside.post("/settings/blocked/end", data={"person": "nobody"}).status_code == 404
    answer = inside.post("/settings/blocked/end", data={"person": other.public_id})
    assert answer.status_code == 303
    assert queries.blocked_person_ids(person.id) == set()


# ------------------------------------------------------------------ data


def test_taking_everything_along(
    inside: ProofreadingClient, app: Flask, person: Person, run_jobs: RunJobs, clock: FixedClock
) -> None:
    assert inside.post("/settings/data/export").headers["Location"] == "/settings/data"
    assert "is being gathered" in inside.get("/settings/data").text
    run_jobs()
    assert "Gathered on" in inside.get("/settings/data").text
    export = queries.latest_export(person.id)
    assert export is not None
    path = f"/settings/data/export/{export.public_id}"
    answer = inside.get(path)
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"] == "attachment; filename=kith-2026-06-15.zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        assert "person.json" in package.namelist()
    answer.close()
    thief = elsewhere(app)
    other = make_member_of_site()
    sign_in(thief, other)
    prove(other)
    assert thief.get(path).status_code == 404
    clock.advance(days=7)
    run_jobs()
    prove(person)
    assert inside.get(path).status_code == 404


def test_erasing_and_coming_back(
    inside: ProofreadingClient, person: Person, clock: FixedClock
) -> None:
    assert "seven days" in inside.get("/settings/data/erasure").text
    answer = inside.post("/settings/data/erasure")
    assert "will be erased on" in answer.text
    assert person.erasure_due_at == clock.now + timedelta(days=7)
    assert inside.get("/settings").status_code == 303
    assert queries.live_sessions(person.id, clock.now) == []
    clock.advance(days=6)
    assert inside.post("/sign-in", data=AMARA).headers["Location"] == "/me"
    assert "nothing will be erased" in inside.get("/settings").text
    assert person.erasure_due_at is None


def test_the_last_administrator_is_told_at_once(inside: ProofreadingClient, person: Person) -> None:
    person.is_site_admin = True
    answer = inside.post("/settings/data/erasure")
    assert answer.status_code == 422
    assert "only administrator" in answer.text


# ------------------------------------------------------------------ the demo


@pytest.fixture
def demo(app: Flask, person: Person) -> Iterator[None]:
    """An installation made by the demo, with one persona."""
    known = hooks.demo_personas._callbacks
    before = list(known)
    known[:] = [lambda: [Persona("amara@example.org", "Amara Okafor", "Owner")]]
    make_installation(is_demo=True)
    answers.learn_demo(app)
    yield
    known[:] = before
    app.extensions[answers.DEMO] = False


@pytest.mark.usefixtures("demo")
def test_one_click_signs_in_on_a_demo(client: ProofreadingClient) -> None:
    assert "Amara Okafor" in client.get("/sign-in").text
    answer = client.post("/demo/session?next=/settings", data={"address": "amara@example.org"})
    assert answer.headers["Location"] == "/settings"
    assert client.get("/settings").status_code == 200


@pytest.mark.usefixtures("demo")
def test_who_was_given_another_address_is_lent_no_more(
    client: ProofreadingClient, person: Person
) -> None:
    assert "Amara Okafor" in client.get("/sign-in").text
    person.emails[0].address = "moved@example.org"
    person.emails[0].address_key = "moved@example.org"
    assert "Amara Okafor" not in client.get("/sign-in").text


@pytest.mark.usefixtures("demo")
def test_who_cannot_read_the_demos_page_is_offered_their_own_language(
    client: ProofreadingClient, person: Person
) -> None:
    person.language = "ru"
    assert 'lang="ru">Русский</span>' in client.get("/sign-in").text
    client.post("/demo/session", data={"address": "amara@example.org"})
    page = client.get("/settings").text
    assert '<html lang="ru"' in page
    offer = page.partition("demo-banner__language")[2].partition("</form>")[0]
    assert '<button type="submit" name="language" value="en" lang="en">English</button>' in offer
    answer = client.post("/settings/language", data={"language": "en", "next": "/settings?a=b"})
    assert answer.headers["Location"] == "/settings?a=b"
    page = client.get("/settings").text
    assert '<html lang="en"' in page
    assert "demo-banner__language" not in page
    client.post("/sign-out")
    assert 'lang="en">English</span>' in client.get("/sign-in").text


def test_every_language_stands_at_the_foot_for_who_is_signed_in(
    inside: ProofreadingClient, person: Person
) -> None:
    foot = inside.get("/settings").text.partition('class="footer__languages"')[2]
    offered = re.findall(r'name="language" value="(\w+)"', foot)
    assert offered == ["en", "id", "fr", "zh_Hans", "ru"]
    assert 'value="en" lang="en" aria-current="true"' in foot
    answer = inside.post("/settings/language", data={"language": "fr", "next": "//evil.example"})
    assert answer.headers["Location"] == "/me"
    assert person.language == "fr"
    assert inside.post("/settings/language", data={"language": "xx"}).status_code == 422
    assert person.language == "fr"


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_machine_has_two_names(app: Flask, address: str) -> None:
    answer = elsewhere(app, address).post("/demo/session", data={"address": "amara@example.org"})
    assert answer.status_code == 303


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("address", ["203.0.113.7", "::2", "nonsense"])
def test_nobody_from_elsewhere_signs_in_by_one_click(app: Flask, address: str) -> None:
    client = elsewhere(app, address)
    assert "Amara Okafor" not in client.get("/sign-in").text
    assert client.post("/demo/session", data={"address": "amara@example.org"}).status_code == 404


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 404),
        ("localhost.evil.example:8000", 404),
        ("203.0.113.7:8000", 404),
        ("[::2]", 404),
        ("localhost:8000", 303),
        ("kith.localhost", 303),
        ("127.1.2.3:8000", 303),
        ("[::1]:8000", 303),
    ],
)
def test_one_click_is_for_who_asked_for_this_machine_by_its_own_names(
    client: ProofreadingClient, host: str, status: int
) -> None:
    here = f"http://{host}"
    page = client.get("/sign-in", base_url=here).text
    assert ("Amara Okafor" in page) is (status == 303)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    sent = {"address": "amara@example.org", "csrf_token": token}
    answer = client.post("/demo/session", base_url=here, data=sent, csrf=False)
    assert answer.status_code == status
    assert len(db.session.scalars(select(PersonSession)).all()) == (status == 303)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    "header",
    [
        "Forwarded",
        "Via",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Server",
        "X-Real-IP",
    ],
)
def test_a_tunnel_that_gives_this_machines_name_is_seen(
    client: ProofreadingClient, header: str
) -> None:
    here, passed_on = "http://localhost:8000", {header: "203.0.113.7"}
    assert "Amara Okafor" not in client.get("/sign-in", base_url=here, headers=passed_on).text
    page = client.get("/sign-in", base_url=here).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    sent = {"address": "amara@example.org", "csrf_token": token}
    for headers, status in ((passed_on, 404), ({}, 303)):
        answer = client.post("/demo/session", base_url=here, data=sent, csrf=False, headers=headers)
        assert answer.status_code == status


@pytest.mark.usefixtures("demo")
def test_only_the_demos_people_are_lent(client: ProofreadingClient, person: Person) -> None:
    make_member_of_site(email="real@example.org")
    assert client.post("/demo/session", data={"address": "real@example.org"}).status_code == 404
    assert client.post("/demo/session", data={}).status_code == 404
    for email in person.emails:
        db.session.delete(email)
    assert client.post("/demo/session", data={"address": "amara@example.org"}).status_code == 404


@pytest.mark.usefixtures("demo")
def test_the_marker_row_itself_is_asked(client: ProofreadingClient) -> None:
    make_installation(is_demo=False)
    assert client.post("/demo/session", data={"address": "amara@example.org"}).status_code == 404
    assert db.session.scalars(select(PersonSession)).all() == []


def test_an_ordinary_site_lends_nobody(client: ProofreadingClient, person: Person) -> None:
    make_installation()
    assert client.post("/demo/session", data={"address": "amara@example.org"}).status_code == 404


def test_the_demo_is_learned_at_need(app: Flask, client: ProofreadingClient) -> None:
    make_installation(is_demo=True)
    db.session.commit()
    app.extensions[answers.DEMO] = None
    try:
        assert "This is a demonstration" in client.get("/sign-up").text
    finally:
        app.extensions[answers.DEMO] = False


def test_a_database_without_tables_is_no_demo_yet(server: DatabaseServer) -> None:
    name = server.create()
    try:
        empty = create_app(settings_for(server.url(name)))
        assert empty.extensions[answers.DEMO] is None
        with empty.app_context():
            db.engine.dispose()
    finally:
        server.drop(name)


# ------------------------------------------------------------------ the audit


def test_what_matters_is_written_down(
    inside: ProofreadingClient, person: Person, clock: FixedClock
) -> None:
    inside.post("/settings/password", data={"password": NEW_PASSWORD})
    turned_on(inside, person, clock)
    inside.post("/settings/second-factor/end")
    inside.post("/settings/data/erasure")
    rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    acts = [(row.action, row.actor_id, row.subject_id) for row in rows]
    assert acts == [
        (action, person.id, person.id)
        for action in (
            "person.password_changed",
            "person.second_factor_on",
            "person.second_factor_off",
            "person.erasure_asked",
        )
    ]
    assert SECRET not in str(acts)
