"""The one door for outgoing words: once, wanted, in the reader's language, harmless."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import ChoiceLoader
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.core import clock as core_clock
from app.core import mail, notices, tasks
from app.core.database import db
from app.core.models import EMPTIED, MailState, NoticeChoice, OutgoingMail
from app.core.notify import Attachment, notify, register_kind, register_mute_check, withdraw
from tests.conftest import FixedClock
from tests.core.mail_server import Server, make_mail, send
from tests.core.readers import TEMPLATES, Reader
from tests.factories import make_community, make_contact, make_person

pytestmark = pytest.mark.postgres15

APP = Path(__file__).resolve().parents[2] / "app"

register_kind("test.rare", title="Rare things", default=False)
register_kind("test.needed", title="Needed things", required=True)


@pytest.fixture(autouse=True)
def templates(app: Flask, session: Session) -> Iterator[None]:
    """Letters for tests beside the product's own."""
    usual = app.jinja_env.loader
    app.jinja_env.loader = ChoiceLoader([TEMPLATES, usual])  # type: ignore[list-item]
    yield
    app.jinja_env.loader = usual


def write(to: Reader | None = None, kind: str = "test.news", **values: Any) -> OutgoingMail | None:
    """Write a letter; dull unless told otherwise."""
    values = {
        "key": "letter:1",
        "subject": "About %(title)s",
        "template": "test/letter",
        "title": "Sunday run",
        "words": "<b>words</b>",
        "moment": core_clock.now(),
        **values,
    }
    return notify(to or Reader(), kind, **values)


def waiting_jobs() -> list[tuple[str, Any]]:
    """Return the jobs put off so far."""
    rows = db.session.execute(text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id"))
    return [(row.task_name, row.args) for row in rows]


def test_a_mail_is_written_and_its_sending_put_off() -> None:
    mail = write()
    assert mail is not None
    assert (mail.state, mail.to_address, mail.subject) == (
        "queued",
        "ada@example.org",
        "About Sunday run",
    )
    assert mail.from_name == "Kith"
    assert mail.message_id.endswith("@localhost>")
    assert waiting_jobs() == [("core.send_mail", {"mail_id": mail.id})]


def test_a_second_mail_for_one_effect_is_the_first() -> None:
    first, second = write(), write(title="Another title")
    assert first is second
    assert len(waiting_jobs()) == 1


def test_two_transactions_write_one_mail_for_one_effect(session: Session) -> None:
    written = write()
    assert written is not None
    from app.core import notify as door  # noqa: PLC0415 - the storing half alone

    words = door.Words("s", "t", "h")
    facts = door._facts(None, None, None, (), None)
    assert door._store("letter:1", notices.kind_named("test.news"), Reader(), words, facts) is None


def test_a_mail_speaks_the_readers_language_and_zone(app: Flask) -> None:
    mail = write(replace(Reader(), language="fr"))
    assert mail is not None
    lines = mail.text_body.strip().split("|")
    assert lines[0] == "Ada Lovelace"
    assert "19:00" in lines[3]
    assert "juin" in lines[3]
    assert lines[4] == "http://localhost:8000/"
    assert (mail.language, mail.due_at) == ("fr", None)


def test_html_is_escaped_and_its_styles_stand_in_the_elements() -> None:
    mail = write()
    assert mail is not None
    assert "&lt;b&gt;words&lt;/b&gt;" in mail.html_body
    assert '<p style="color: red;">' in mail.html_body
    assert "<b>words</b>" in mail.text_body


@pytest.mark.parametrize("name", ["name", "title", "event_title", "member_name"])
def test_names_are_defanged_and_headers_stay_one_line(name: str) -> None:
    hostile = "Win\r\nBcc: all@evil.example\nhttp://evil.example"
    values = {"title": "x", name: hostile}
    mail = write(
        Reader(name="Ada\nBcc: x@y.zz", address="ada@example.org\r\nBcc: x"),
        subject=f"About %({name})s",
        reply_to="me@example.org\nBcc: y",
        **values,
    )
    assert mail is not None
    assert mail.subject == "About Win Bcc: all at evil. example evil. example"
    for header in (mail.subject, mail.to_name, mail.to_address, mail.reply_to or ""):
        assert "\n" not in header
        assert "\r" not in header


def test_a_community_speaks_under_its_name(session: Session) -> None:
    community = make_community(name="Run.Club\u202e")
    contact = make_contact(community)
    mail = write(Reader(contact_id=contact.id), community=community, at=core_clock.now())
    assert mail is not None
    assert (mail.community_id, mail.contact_id) == (community.id, contact.id)
    assert mail.from_name == "Run. Club"
    assert mail.due_at == core_clock.now()
    assert mail.unsubscribe_url is not None
    assert mail.unsubscribe_url in mail.html_body


def test_attachments_are_kept_with_the_mail() -> None:
    mail = write(attachments=[Attachment("run.ics", "text/calendar", b"BEGIN")])
    assert mail is not None
    assert mail.attachments == {
        "files": [{"name": "run.ics", "content_type": "text/calendar", "base64": "QkVHSU4="}]
    }


def test_nobody_is_written_to_without_an_address() -> None:
    assert write(Reader(address="")) is None
    assert waiting_jobs() == []


def test_a_kind_nobody_registered_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"test\.unknown"):
        write(kind="test.unknown")


def test_a_kind_has_one_meaning() -> None:
    assert register_kind("test.news", title="News of tests") == notices.kinds()["test.news"]
    with pytest.raises(ValueError, match=r"two kinds of mail are named test\.news"):
        register_kind("test.news", title="Something else")


def test_a_kind_that_is_off_by_default_is_sent_to_who_asked_for_it(session: Session) -> None:
    person = make_person()
    assert write(Reader(person_id=person.id), "test.rare") is None
    notices.choose("test.rare", wanted=True, person_id=person.id)
    assert write(Reader(person_id=person.id), "test.rare") is not None


def test_a_choice_in_one_community_stands_above_the_choice_for_all(session: Session) -> None:
    person, here, there = make_person(), make_community(), make_community()
    reader = Reader(person_id=person.id)
    notices.choose("test.news", wanted=False, person_id=person.id)
    notices.choose("test.news", wanted=True, person_id=person.id, community_id=here.id)
    kind = notices.kind_named("test.news")
    wanted = [notices.wants(reader, kind, place) for place in (None, here.id, there.id)]
    assert wanted == [False, True, False]
    assert notices.choices(person.id) == {
        ("test.news", None): False,
        ("test.news", here.id): True,
    }
    notices.choose("test.news", wanted=True, person_id=person.id)
    assert notices.wants(reader, kind, there.id)
    assert db.session.scalar(select(func.count(NoticeChoice.id))) == 2


def test_of_two_choices_for_one_place_the_refusal_counts(session: Session) -> None:
    community, person = make_community(), make_person()
    contact = make_contact(community, person=person)
    reader = Reader(person_id=person.id, contact_id=contact.id)
    kind = notices.kind_named("test.news")
    values: dict[str, Any] = {"community_id": community.id}
    notices.choose("test.news", wanted=True, person_id=person.id, **values)
    assert notices.wants(reader, kind, community.id)
    notices.choose("test.news", wanted=False, contact_id=contact.id, **values)
    assert not notices.wants(reader, kind, community.id)


def test_a_choice_of_one_is_not_the_choice_of_another(session: Session) -> None:
    notices.choose("test.news", wanted=False, person_id=make_person().id)
    assert notices.wants(Reader(), notices.kind_named("test.news"), None)
    assert notices.wants(Reader(person_id=make_person().id), notices.kind_named("test.news"), None)


def test_a_mail_nobody_can_refuse_carries_no_such_link(session: Session) -> None:
    person = make_person()
    notices.choose("test.needed", wanted=False, person_id=person.id)
    mail = write(Reader(person_id=person.id), "test.needed")
    assert mail is not None
    assert mail.unsubscribe_url is None


def test_a_block_keeps_mails_about_the_blocked_away() -> None:
    blocked, other = Reader(name="Blocked"), Reader(name="Other")

    def check(_to: notices.Addressee, cause: notices.Addressee) -> bool:
        return cause.name == "Blocked"

    register_mute_check(check)
    register_mute_check(check)
    try:
        assert notices._mute_checks.count(check) == 1
        assert write(cause=blocked) is None
        assert write(cause=other) is not None
    finally:
        notices._mute_checks.remove(check)


def test_the_link_ends_mails_of_its_kind_and_takes_it_back(client: Any, session: Session) -> None:
    community = make_community()
    contact = make_contact(community)
    reader = Reader(contact_id=contact.id)
    mail = write(reader, community=community)
    assert mail is not None
    path = (mail.unsubscribe_url or "").removeprefix("http://localhost:8000")
    kind = notices.kind_named("test.news")
    asked = client.get(path)
    assert "Shall we stop sending you these?" in asked.text
    assert notices.wants(reader, kind, community.id)
    done = client.post(path, csrf=False)
    assert "You will get no more mails of this kind." in done.text
    assert not notices.wants(reader, kind, community.id)
    undone = client.post(path, data={"undo": "1"}, csrf=False)
    assert "You will get mails of this kind again." in undone.text
    assert notices.wants(reader, kind, community.id)


def test_a_mail_program_ends_mails_with_one_click_and_no_session(
    client: Any, session: Session
) -> None:
    person = make_person()
    mail = write(Reader(person_id=person.id))
    assert mail is not None
    path = (mail.unsubscribe_url or "").removeprefix("http://localhost:8000")
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"}, csrf=False)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "OK\n", "text/plain")
    assert "Set-Cookie" not in answer.headers
    assert write(Reader(person_id=person.id), key="letter:2") is None


@pytest.mark.parametrize("token", ["x", "WyJ0ZXN0Lm5ld3MiLDEsbnVsbCxudWxsXQ.forged"])
def test_a_link_we_did_not_sign_leads_nowhere(client: Any, token: str) -> None:
    assert client.get(f"/unsubscribe/{token}").status_code == 404
    assert client.post(f"/unsubscribe/{token}", csrf=False).status_code == 404


def test_a_link_of_a_kind_that_is_gone_leads_nowhere() -> None:
    gone = notices.NoticeKind("test.gone", "Gone")
    link = notices.unsubscribe_url(Reader(person_id=1), gone, None)
    assert link is not None
    assert notices.read_unsubscribe(link.rpartition("/")[2]) is None


def full_mail(key: str, **values: Any) -> OutgoingMail:
    """Return a mail that holds something everywhere."""
    return make_mail(
        effect_key=key,
        message_id=f"<{key}@localhost>",
        reply_to="host@example.org",
        unsubscribe_url="http://localhost:8000/unsubscribe/x",
        attachments={"files": [{"name": "x", "content_type": "text/plain", "base64": "eA=="}]},
        **values,
    )


def held(one: OutgoingMail) -> dict[str, object]:
    """Return what a mail says of anybody."""
    return {name: getattr(one, name) for name in EMPTIED}


def test_a_mail_that_is_withdrawn_holds_nothing_and_is_not_sent(
    session: Session, smtp: Server, clock: FixedClock
) -> None:
    waits, old = full_mail("waits"), full_mail("old", state=MailState.SENT)
    left = full_mail("left", state=MailState.SENDING, claimed_at=clock.now, attempts=1)
    kept = full_mail("kept")
    before = held(kept)
    assert all(before.values())
    withdraw(["waits", "old", "left", "nobody's"])
    clock.advance(minutes=4)  # a claim is worth nothing by now
    for one in (waits, left, kept):
        send(one)
    assert [one.state for one in (waits, old, left, kept)] == ["failed", "sent", "failed", "sent"]
    for one in (waits, old, left):
        assert (held(one), one.last_error) == (EMPTIED, "withdrawn")
        assert one.blanked_at is not None
    assert (held(kept), kept.blanked_at) == (before, None)
    assert [one["Message-ID"] for one in smtp.read()] == ["<kept@localhost>"]


@pytest.mark.parametrize("is_withdrawn", [True, False])
def test_a_mail_withdrawn_from_a_worker_s_hands_is_not_handed_over(
    session: Session, smtp: Server, *, is_withdrawn: bool
) -> None:
    one = full_mail("taken")
    assert tasks._claim(one.id) == 1
    if is_withdrawn:
        withdraw(["taken"])
    assert tasks._transmit(one.id) == (None if is_withdrawn else mail.SENT)
    assert len(smtp.taken) == (0 if is_withdrawn else 1)


def test_a_mail_withdrawn_while_it_is_handed_over_is_not_tried_again(session: Session) -> None:
    for key in ("gone", "kept"):
        assert tasks._claim(full_mail(key).id) == 1
    gone, kept = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))
    withdraw(["gone"])
    for one in (gone, kept):
        tasks._settle(one.id, 1, mail.Verdict(None, "recipient 451"))
    session.expire_all()
    assert [one.state for one in (gone, kept)] == ["failed", "queued"]
    assert [one.last_error for one in (gone, kept)] == ["withdrawn", "recipient 451"]
    assert waiting_jobs() == [("core.send_mail", {"mail_id": kept.id})]


def sources() -> Iterator[tuple[str, ast.AST]]:
    """Yield every module of the product with its syntax tree."""
    for path in sorted(APP.rglob("*.py")):
        yield path.relative_to(APP).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def ways_round(trees: Iterable[tuple[str, ast.AST]]) -> set[tuple[str, str]]:
    """Return which modules send mail, write it, or call what sends it, beside the one door."""
    guarded = {"smtplib", "email.message", "app.core.mail", "OutgoingMail()"}
    return {
        (name, what)
        for name, tree in trees
        for node in ast.walk(tree)
        for what in uses(node) & guarded
    } - ALLOWED


ALLOWED = {
    ("core/mail.py", "smtplib"),
    ("core/mail.py", "email.message"),
    ("core/tasks.py", "email.message"),
    ("core/tasks.py", "app.core.mail"),
    ("cli/doctor.py", "app.core.mail"),  # opens a talk, hands over nothing
    ("cli/doctor.py", "smtplib"),
    ("conversations/letters.py", "email.message"),  # reads what came
    ("home/views/outbox.py", "email.message"),  # plays a mail program that answers, here only
}


def uses(node: ast.AST) -> set[str]:
    """Return what a node imports, or the model it makes."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    if isinstance(node, ast.Call):
        return {f"{getattr(node.func, 'attr', getattr(node.func, 'id', ''))}()"}
    return set()


def test_mail_is_sent_in_no_other_way() -> None:
    assert ways_round(sources()) == set()


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("import smtplib", "smtplib"),
        ("from smtplib import SMTP", "smtplib"),
        ("from app.core import mail", "app.core.mail"),
        ("from app.core.mail import transmit", "app.core.mail"),
        ("from email.message import EmailMessage", "email.message"),
        ("add(models.OutgoingMail(subject='x'))", "OutgoingMail()"),
    ],
)
def test_another_way_would_be_noticed(source: str, what: str) -> None:
    assert ways_round([("events/service.py", ast.parse(source))]) == {("events/service.py", what)}


def test_every_mail_of_the_product_is_of_a_registered_kind() -> None:
    used = {
        node.args[1].value
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and "notify" in {getattr(node.func, "id", ""), getattr(node.func, "attr", "")}
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
    }
    assert used <= set(notices.kinds()), used - set(notices.kinds())
