"""Answers by mail: taken from the address's owner only, and neither side sees an address."""

import pytest
from flask import current_app
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.models import Person, PersonEmail
from app.communities.models import RolePermission
from app.communities.queries.memberships import membership_of
from app.communities.service.memberships import leave as leave_community
from app.conversations import processes
from app.conversations.models import Message, MessageVia, ThreadMember
from app.conversations.processes import Fate, receive
from app.conversations.service import threads
from app.core import clock
from app.core.database import add, db
from app.core.models import MailState, OutgoingMail
from app.core.replies import key_of, reply_address
from app.core.text import email_key
from tests.conversations.conftest import DOMAIN, Pair, mails_to, raw_mail
from tests.factories import make_member, make_rules, person_of

pytestmark = pytest.mark.usefixtures("reply_domain")
ANA = "ana@example.org"


def mails_of(pair: Pair) -> list[OutgoingMail]:
    """Return the mails written for Ana, as a person or by her card."""
    asked = select(OutgoingMail).where(OutgoingMail.person_id == pair.ana.person_id)
    return list(db.session.scalars(asked.order_by(OutgoingMail.id)))


def answer(pair: Pair, words: str = "Yes, gladly.", sender: str = ANA, **headers: str) -> Fate:
    """Let Ana answer the mail she got."""
    raw = raw_mail(sender, pair.reply_address(pair.ana), words, **headers)
    return receive(raw, now=clock.now())


def test_a_conversation_goes_to_and_fro_without_an_address(pair: Pair) -> None:
    pair.write(pair.ben, "Tea on Sunday?")
    (first,) = mails_to(pair.ana)
    assert first.reply_to == pair.reply_address(pair.ana)
    assert "Tea on Sunday?" in first.text_body
    quoted = "".join(f"> {line}\n" for line in first.text_body.splitlines())
    words = f"Yes.\n\nOn Mon, 15 June 2026, Lantern Street <kith@localhost> wrote:\n{quoted}"
    raw = raw_mail(f"Ana Lake <{ANA}>", first.reply_to or "", words)
    assert receive(raw, now=clock.now()) is Fate.TAKEN
    assert pair.words() == ["Tea on Sunday?", "Yes."]
    (second,) = mails_to(pair.ben)
    seen = f"{second.subject} {second.text_body} {second.html_body} {second.from_name}"
    assert "Ana Lake wrote to you" in seen
    assert second.reply_to == pair.reply_address(pair.ben)
    for secret in (ANA, "ana@", first.reply_to or ""):
        assert secret not in seen
    assert second.reply_to not in seen


def test_what_came_by_mail_says_so_and_has_read_the_rest(pair: Pair, session: Session) -> None:
    pair.write(pair.ben, "Tea?")
    assert answer(pair) is Fate.TAKEN
    newest = session.query(Message).order_by(Message.id.desc()).first()
    assert newest is not None
    assert newest.via is MessageVia.MAIL
    side = session.query(ThreadMember).filter_by(contact_id=pair.ana.id).one()
    assert side.read_to == newest.id


def test_the_same_mail_twice_is_one_message(pair: Pair) -> None:
    raw = raw_mail(ANA, pair.reply_address(pair.ana), "Yes.")
    assert [receive(raw, now=clock.now()) for _ in range(2)] == [Fate.TAKEN] * 2
    assert pair.words() == ["Yes."]
    assert len(mails_to(pair.ben)) == 1


@pytest.mark.parametrize("sender", ["ben@example.org", "Ana <someone@example.net>", ""])
def test_only_the_owner_of_an_address_may_use_it(pair: Pair, sender: str) -> None:
    assert answer(pair, sender=sender or "nobody@example.org") is Fate.NOT_THE_OWNER
    assert pair.words() == []
    assert mails_to(pair.ben) == mails_to(pair.ana) == []


def test_any_proved_address_of_the_owner_will_do(pair: Pair) -> None:
    other = "lake@work.example"
    assert answer(pair, sender=other) is Fate.NOT_THE_OWNER
    add(
        PersonEmail(
            person_id=pair.ana.person_id,
            address=other,
            address_key=email_key(other),
            verified_at=clock.now(),
        )
    )
    assert answer(pair, sender=other.upper()) is Fate.TAKEN


def test_a_key_without_its_proof_is_no_address(pair: Pair, session: Session) -> None:
    side = session.query(ThreadMember).filter_by(contact_id=pair.ana.id).one()
    right = reply_address(side.reply_key) or ""
    assert key_of(right.upper()) == side.reply_key
    wrong = [
        f"reply+{side.reply_key}@{DOMAIN}",
        f"reply+{side.reply_key}{'0' * 24}@{DOMAIN}",
        right.replace(DOMAIN, "elsewhere.example"),
        right.replace("reply+", "other+"),
        f"reply+@{DOMAIN}",
        "",
        "@",
    ]
    for address in wrong:
        assert key_of(address) is None
        raw = raw_mail(ANA, address or "x@example.org", "Yes")
        assert receive(raw, now=clock.now()) is Fate.NO_SUCH_ADDRESS


def test_an_address_ends_with_its_owners_part_in_the_conversation(pair: Pair) -> None:
    address = pair.reply_address(pair.ana)
    found = pair.as_seen_by(pair.ana)
    assert found is not None
    threads.leave(found, now=clock.now())
    assert receive(raw_mail(ANA, address, "Yes"), now=clock.now()) is Fate.NO_SUCH_ADDRESS


def test_who_left_the_community_has_no_address(pair: Pair) -> None:
    address = pair.reply_address(pair.ana)
    membership = membership_of(pair.ana)
    assert membership is not None
    leave_community(membership, now=clock.now())
    assert receive(raw_mail(ANA, address, "Yes"), now=clock.now()) is Fate.NO_SUCH_ADDRESS


def test_a_role_without_the_permission_has_none_by_mail_either(
    pair: Pair, session: Session
) -> None:
    session.execute(
        delete(RolePermission).where(
            RolePermission.role_key == "member",
            RolePermission.permission == "conversations.take_part",
        )
    )
    assert answer(pair) is Fate.NO_SUCH_ADDRESS


@pytest.mark.parametrize("blocker", ["ana", "ben"])
def test_across_a_block_the_address_is_gone_and_nobody_hears(pair: Pair, blocker: str) -> None:
    pair.write(pair.ben, "Tea?")
    (waiting,) = mails_to(pair.ana)
    assert waiting.state == MailState.QUEUED
    ana, ben = person_of(pair.ana), person_of(pair.ben)
    one, two = (ana, ben) if blocker == "ana" else (ben, ana)
    accounts.block(one, two, now=clock.now())
    assert answer(pair) is Fate.NO_SUCH_ADDRESS
    assert pair.words() == ["Tea?"]
    assert mails_to(pair.ben) == []
    assert (waiting.state, waiting.text_body, waiting.subject) == (MailState.FAILED, "", "")


@pytest.mark.parametrize("column", ["suspended_at", "erased_at"])
def test_an_account_that_cannot_act_cannot_answer(
    pair: Pair, session: Session, column: str
) -> None:
    session.execute(
        update(Person).where(Person.id == pair.ana.person_id).values({column: clock.now()})
    )
    assert answer(pair) is Fate.NO_SUCH_ADDRESS


REFUSED = {
    "only a quote": ("> Tea?", "found no new words"),
    "a book": ("x" * 8001, "longer than a message can be"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_sender_is_told_by_mail_why_nothing_was_delivered(pair: Pair, name: str) -> None:
    words, said = REFUSED[name]
    raw = raw_mail(ANA, pair.reply_address(pair.ana), words)
    assert [receive(raw, now=clock.now()) for _ in range(2)] == [Fate.REFUSED] * 2
    told = [mail for mail in mails_of(pair) if mail.kind == "conversations.not_taken"]
    assert len(told) == 1
    assert said in told[0].text_body
    assert pair.words() == []


def test_an_ended_conversation_takes_nothing(pair: Pair) -> None:
    found = pair.as_seen_by(pair.ben)
    assert found is not None
    threads.close(found, now=clock.now())
    assert answer(pair) is Fate.REFUSED
    assert "The conversation has ended" in mails_of(pair)[-1].text_body


def test_changed_rules_come_first(pair: Pair) -> None:
    make_rules(pair.community, "Be kind")
    assert answer(pair) is Fate.REFUSED
    assert "rules of the community changed" in mails_of(pair)[-1].text_body


@pytest.mark.parametrize("header", ["Auto_Submitted", "Precedence"])
def test_automatic_mail_is_ignored_so_that_nothing_goes_round(pair: Pair, header: str) -> None:
    value = {"Auto_Submitted": "auto-replied", "Precedence": "bulk"}[header]
    assert answer(pair, "I am away", **{header: value}) is Fate.IGNORED
    assert pair.words() == []
    assert mails_of(pair) == []


def test_our_own_mails_coming_back_are_ignored(pair: Pair) -> None:
    """Every mail of ours says that a machine sent it (core.mail)."""
    assert answer(pair, "x", Auto_Submitted="auto-generated") is Fate.IGNORED


def test_addresses_that_mail_programs_add_are_hidden(pair: Pair) -> None:
    ben = person_of(pair.ben).emails[0].address
    theirs = "club@example.com"
    words = f"Write to {theirs}.\nAna, {ANA.upper()}\n{ben} {pair.reply_address(pair.ana)}"
    assert answer(pair, words) is Fate.TAKEN
    assert pair.words() == [f"Write to {theirs}.\nAna, …\n… …"]


def test_a_flood_by_mail_is_stopped_and_told(pair: Pair) -> None:
    for _ in range(processes.AN_HOUR):
        processes.count(pair.ana.id)
    assert answer(pair) is Fate.REFUSED
    assert "very many messages" in mails_of(pair)[-1].text_body
    for _ in range(processes.MAILS_AN_HOUR):
        last = answer(pair)
    assert last is Fate.IGNORED
    assert pair.words() == []


def test_a_stranger_with_ones_address_is_not_the_owner_of_anothers(pair: Pair) -> None:
    other = make_member(pair.community, name="Cleo")
    raw = raw_mail(person_of(other).emails[0].address, pair.reply_address(pair.ana), "Hi")
    assert receive(raw, now=clock.now()) is Fate.NOT_THE_OWNER


def test_without_a_domain_mails_say_to_answer_on_the_page(pair: Pair, reply_domain: str) -> None:
    settings = current_app.config["KITH"]
    current_app.config["KITH"] = settings.model_copy(update={"reply_domain": ""})
    pair.write(pair.ben, "Tea?")
    (mail,) = mails_to(pair.ana)
    current_app.config["KITH"] = settings
    assert mail.reply_to is None
    assert "Answer on the page" in mail.text_body
    assert "~~~" not in mail.text_body
    assert pair.thread.public_id in mail.text_body


def test_words_in_a_mail_are_words_not_marks(pair: Pair) -> None:
    pair.write(pair.ben, "one <script>x</script>\ntwo & three")
    (mail,) = mails_to(pair.ana)
    assert "one &lt;script&gt;x&lt;/script&gt;<br>two &amp; three" in mail.html_body
    assert "one <script>x</script>\ntwo & three" in mail.text_body
