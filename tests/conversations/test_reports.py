"""Reporting a message: moderators see that one, and may take its words away."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.service.erasure import erase_person
from app.communities.models import Contact, Outcome, Report
from app.communities.service import reports
from app.communities.service.reports import Decision
from app.core import clock
from tests.communities.people import hand_of
from tests.conversations.conftest import Pair, mails_to
from tests.factories import make_member, person_of, sign_in
from tests.pages import ProofreadingClient


@pytest.fixture
def moderator(pair: Pair) -> Contact:
    """Someone who handles reports, and takes no part in the thread."""
    return make_member(pair.community, role="moderator", name="Mo")


def report(client: ProofreadingClient, pair: Pair, public_id: str) -> None:
    subject = {"subject": "message", "subject_id": public_id}
    sent = {**subject, "rule": "else", "words": "This hurts"}
    answer = client.post(f"/c/{pair.community.slug}/reports", data=sent)
    assert answer.status_code == 303


def test_moderators_see_the_message_and_nothing_around_it(
    session: Session, client: ProofreadingClient, pair: Pair, moderator: Contact
) -> None:
    pair.write(pair.ana, "before it")
    message = pair.write(pair.ben, "an insult")
    pair.write(pair.ana, "after it")
    sign_in(client, pair.ana)
    page = client.get(pair.address).text
    assert page.count("subject=message") == 1  # not of one's own words
    new = f"/c/{pair.community.slug}/reports/new?subject=message&subject_id={message.public_id}"
    asked = client.get(new).text
    assert "Report a message of Ben Stone" in asked
    assert "this one message" in asked
    assert "an insult" in asked
    assert f'href="{pair.address}"' in asked
    assert "before it" not in asked
    report(client, pair, message.public_id)
    made = session.scalars(select(Report)).one()
    assert made.about_contact_id == pair.ben.id
    sign_in(client, moderator)
    shown = client.get(f"/c/{pair.community.slug}/desk/reports/{made.public_id}").text
    assert "an insult" in shown
    assert "the rest of their conversation stays theirs" in shown
    assert "before it" not in shown
    assert "after it" not in shown
    assert client.get(pair.address).status_code == 404


@pytest.mark.parametrize("who", ["author", "stranger", "blocked"])
def test_only_the_reader_of_a_message_may_report_it(
    client: ProofreadingClient, pair: Pair, moderator: Contact, who: str
) -> None:
    message = pair.write(pair.ben, "an insult")
    if who == "blocked":
        accounts.block(person_of(pair.ben), person_of(pair.ana), now=clock.now())
    reader = {"author": pair.ben, "stranger": moderator, "blocked": pair.ana}[who]
    sign_in(client, reader)
    address = f"/c/{pair.community.slug}/reports/new"
    asked = {"subject": "message", "subject_id": message.public_id}
    assert client.get(address, query_string=asked).status_code == 404


@pytest.mark.parametrize("outcome", [Outcome.CONTENT_REMOVED, Outcome.WARNED])
def test_a_removal_takes_the_words_from_page_and_mail(
    session: Session, client: ProofreadingClient, pair: Pair, moderator: Contact, outcome: Outcome
) -> None:
    message = pair.write(pair.ben, "an insult")
    sign_in(client, pair.ana)
    report(client, pair, message.public_id)
    made = session.scalars(select(Report)).one()
    reports.take(made, by=hand_of(moderator), now=clock.now())
    reports.resolve(pair.community, made, Decision(outcome), by=hand_of(moderator), now=clock.now())
    is_removed = outcome is Outcome.CONTENT_REMOVED
    page = client.get(pair.address).text
    assert ("A moderator removed this message." in page) == is_removed
    assert ("an insult" in page) != is_removed
    (mail, *_) = mails_to(pair.ana)
    assert ("an insult" in mail.text_body) != is_removed


def test_erasure_takes_ones_words_everywhere(
    session: Session, client: ProofreadingClient, pair: Pair
) -> None:
    pair.write(pair.ben, "written by ben")
    pair.write(pair.ana, "written by ana")
    erase_person(person_of(pair.ben), now=clock.now())
    assert pair.words() == ["", "written by ana"]
    assert "written by ben" not in mails_to(pair.ana)[0].text_body
    sign_in(client, pair.ana)
    page = client.get(pair.address).text
    assert "These words went with the account" in page
    assert "Someone who left" in page
    assert "Ben Stone" not in page
    assert "This conversation has ended" in page
