"""kith receive-mail: a mail server's pipe, answered by the codes it knows."""

import re

import pytest
from click.testing import CliRunner, Result
from pydantic import SecretStr
from sqlalchemy import select

from app.cli import main
from app.cli.console import opened
from app.conversations.models import ThreadMember, ThreadOrigin
from app.conversations.service.threads import open_thread
from app.core import clock
from app.core.database import db
from app.core.replies import reply_address
from tests.cli.conftest import SECRET, ask
from tests.conftest import settings_for
from tests.factories import make_community, make_member, make_person

DOMAIN = "reply.kith.test"


@pytest.fixture
def address(own_database: str) -> str:
    """The reply address of ana@example.org."""
    settings = settings_for(own_database, reply_domain=DOMAIN)
    with (
        opened(settings.model_copy(update={"secret_key": SecretStr(SECRET)})) as app,
        app.app_context(),
    ):
        community = make_community()
        ana = make_member(community, person=make_person(email="ana@example.org"))
        ben = make_member(community)
        open_thread(
            community.id, (ana.id, ben.id), origin=ThreadOrigin.INTRODUCTION, now=clock.now()
        )
        key = db.session.scalar(
            select(ThreadMember.reply_key).where(ThreadMember.contact_id == ana.id)
        )
        found = reply_address(key) or ""
        db.session.commit()
    return found


def pipe(raw: str, database: str, *options: str, **settings: str) -> Result:
    """Run the command as a mail server would."""
    values = {
        "DATABASE_URL": database,
        "KITH_REPLY_DOMAIN": DOMAIN,
        "KITH_SECRET_KEY": SECRET,
        **settings,
    }
    return CliRunner(env=values).invoke(main, ["receive-mail", *options], input=raw)


def mail(sender: str = "ana@example.org", words: str = "Yes") -> str:
    return f"From: {sender}\nTo: x\nMessage-ID: <1@x>\n\n{words}\n"


def test_an_answer_is_taken_once(own_database: str, address: str) -> None:
    for _ in range(2):
        result = pipe(mail(), own_database, "--recipient", address, "--sender", "ana@example.org")
        assert (result.exit_code, result.output) == (0, "")
    assert ask(own_database, "SELECT words, via FROM message") == [("Yes", "mail")]


def test_mail_servers_are_told_in_codes_they_know(own_database: str, address: str) -> None:
    to = ("--recipient", address)
    stranger = pipe(mail("else@example.org"), own_database, *to)
    assert stranger.exit_code == 77
    assert "only from the address its mail was sent to" in stranger.output
    nobody = pipe(mail(), own_database, "--recipient", f"reply+x@{DOMAIN}")
    assert nobody.exit_code == 67
    broken = pipe("x" * (12 * 2**20 + 1), own_database, *to)
    assert broken.exit_code == 65
    assert pipe(mail(), own_database, *to, "--sender", "").exit_code == 0
    assert ask(own_database, "SELECT count(*) FROM message") == [(0,)]


def test_without_a_database_the_mail_comes_again(own_database: str, address: str) -> None:
    gone = re.sub(r"kith_test_\w+", "nowhere", own_database)
    result = pipe(mail(), gone, "--recipient", address)
    assert result.exit_code == 75
    assert "does not answer now" in result.output
