"""Thanks: said from a card in one sentence, read by the thanked alone, counted as a help."""

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.queries.everything import everything_about
from app.accounts.service.erasure import erase_person
from app.accounts.service.exports import zip_about
from app.activity.models import Activity
from app.communities.models import Community, Contact, Outcome, Report, Thanks
from app.communities.queries.exports import export_tables
from app.communities.queries.people import Viewer
from app.communities.queries.thanks import thanks_to
from app.communities.service import reports
from app.communities.service.reports import Decision
from app.communities.service.thanks import ReasonMissing, ThanksToNobody, thank
from app.core.models import OutgoingMail
from tests.communities.people import hand_of
from tests.conftest import TODAY, FixedClock
from tests.factories import make_community, make_contact, make_member, person_of, sign_in
from tests.pages import ProofreadingClient

SENTENCE = "You lent me the big ladder for a week."


@pytest.fixture
def community(session: Session) -> Community:
    return make_community(slug="lantern")


@pytest.fixture
def ada(community: Community) -> Contact:
    return make_member(community, name="Ada")


@pytest.fixture
def ben(community: Community) -> Contact:
    return make_member(community, name="Ben")


def page_of(contact: Contact) -> str:
    return f"/c/lantern/members/{contact.public_id}"


def said(session: Session) -> list[tuple[int, int, str]]:
    rows = session.execute(select(Thanks.from_id, Thanks.to_id, Thanks.reason).order_by(Thanks.id))
    return [(row[0], row[1], row[2]) for row in rows]


def test_thanks_are_said_on_a_card_and_mailed(
    session: Session, client: ProofreadingClient, ada: Contact, ben: Contact
) -> None:
    sign_in(client, ada)
    assert "Thank Ben" in client.get(page_of(ben)).text
    assert "Thank Ada" not in client.get(page_of(ada)).text
    answer = client.post(f"{page_of(ben)}/thanks", data={"reason": f"  {SENTENCE} "})
    assert (answer.status_code, answer.location) == (303, page_of(ben))
    assert said(session) == [(ada.id, ben.id, SENTENCE)]
    fact = session.scalars(select(Activity).where(Activity.type == "thanked")).one()
    assert (fact.contact_id, fact.counterpart_id, fact.weight) == (ada.id, ben.id, 6)
    assert fact.words is None
    mail = session.scalars(select(OutgoingMail)).one()
    assert (mail.contact_id, mail.subject) == (ben.id, "Ada thanks you")
    assert SENTENCE in mail.text_body
    assert SENTENCE not in client.get(page_of(ben)).text
    sign_in(client, ben)
    assert SENTENCE in client.get(page_of(ben)).text


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_a_reason_is_needed_and_stays_short(
    session: Session, client: ProofreadingClient, ada: Contact, ben: Contact, reason: str
) -> None:
    sign_in(client, ada)
    answer = client.post(f"{page_of(ben)}/thanks", data={"reason": reason})
    assert (answer.status_code, said(session)) == (422, [])
    assert '<details class="section" id="thanks" open>' in answer.text


def test_an_invisible_reason_is_none(community: Community, ada: Contact, ben: Contact) -> None:
    with pytest.raises(ReasonMissing):
        thank(ben, by=ada, community=community, reason="\u200b", now=TODAY)


def test_nobody_thanks_themself_or_who_left(
    session: Session, client: ProofreadingClient, community: Community, ada: Contact
) -> None:
    for other in (ada, make_contact(community)):
        with pytest.raises(ThanksToNobody):
            thank(other, by=ada, community=community, reason=SENTENCE, now=TODAY)
    sign_in(client, ada)
    refused = client.post(f"{page_of(ada)}/thanks", data={"reason": SENTENCE})
    assert (refused.status_code, said(session)) == (422, [])


def test_five_a_day_are_enough(
    session: Session, client: ProofreadingClient, clock: FixedClock, ada: Contact, ben: Contact
) -> None:
    sign_in(client, ada)
    codes = [
        client.post(f"{page_of(ben)}/thanks", data={"reason": f"{SENTENCE} {number}"}).status_code
        for number in range(6)
    ]
    assert (codes, len(said(session))) == ([303] * 5 + [429], 5)
    clock.now += timedelta(days=1)
    assert client.post(f"{page_of(ben)}/thanks", data={"reason": SENTENCE}).status_code == 303


def test_a_blocked_pair_sees_nothing_of_each_other_s_thanks(
    session: Session, client: ProofreadingClient, community: Community, ada: Contact, ben: Contact
) -> None:
    thank(ben, by=ada, community=community, reason=SENTENCE, now=TODAY)
    viewer = Viewer(person_of(ben).id, ben.id)
    assert [one.reason for one in thanks_to(ben, viewer)] == [SENTENCE]
    accounts.block(person_of(ben), person_of(ada), now=TODAY)
    assert thanks_to(ben, viewer) == []
    sign_in(client, ada)
    assert client.post(f"{page_of(ben)}/thanks", data={"reason": "More"}).status_code == 404
    thank(ben, by=ada, community=community, reason="As if the page let one", now=TODAY)
    assert session.scalar(select(func.count()).select_from(OutgoingMail)) == 1


@pytest.mark.parametrize("outcome", [Outcome.CONTENT_REMOVED, Outcome.WARNED])
def test_thanks_are_reported_like_a_message_and_may_be_emptied(
    session: Session, client: ProofreadingClient, community: Community, ada: Contact, ben: Contact,
    outcome: Outcome,
) -> None:  # fmt: skip
    made = thank(ben, by=ada, community=community, reason="An insult", now=TODAY)
    asked = {"subject": "message", "subject_id": made.public_id}
    moderator = make_member(community, role="moderator", name="Mo")
    new = "/c/lantern/reports/new"
    for other in (ada, moderator):
        sign_in(client, other)
        assert client.get(new, query_string=asked).status_code == 404
    sign_in(client, ben)
    assert f"{new}?subject=message&amp;subject_id={made.public_id}" in client.get(page_of(ben)).text
    asks = client.get(new, query_string=asked).text
    assert "Report a message of Ada" in asks
    assert "An insult" in asks
    assert f'href="{page_of(ben)}#thanks"' in asks
    sent = {**asked, "rule": "else", "words": "This hurts"}
    assert client.post("/c/lantern/reports", data=sent).status_code == 303
    report = session.scalars(select(Report)).one()
    assert (report.about_contact_id, report.subject_public_id) == (ada.id, made.public_id)
    sign_in(client, moderator)
    shown = f"/c/lantern/desk/reports/{report.public_id}"
    seen = client.get(shown).text
    assert "An insult" in seen
    assert "Thanks of " in seen
    assert "conversation" not in seen  # thanks have none
    hand = hand_of(moderator)
    reports.take(report, by=hand, now=TODAY)
    reports.resolve(community, report, Decision(outcome), by=hand, now=TODAY)
    session.expire_all()
    words = "" if outcome is Outcome.CONTENT_REMOVED else "An insult"
    mails = select(OutgoingMail).where(OutgoingMail.contact_id == ben.id).order_by(OutgoingMail.id)
    mail = session.scalars(mails).first()  # the one that brought the thanks
    assert said(session) == [(ada.id, ben.id, words)]
    assert mail is not None
    assert ("An insult" in mail.text_body, "An insult" in client.get(shown).text) == (
        (bool(words),) * 2
    )


def test_a_block_hides_thanks_in_exports_and_empties_their_mails(
    session: Session, community: Community, ada: Contact, ben: Contact
) -> None:
    cleo = make_member(community, name="Cleo")
    thank(ben, by=ada, community=community, reason=SENTENCE, now=TODAY)
    thank(ben, by=cleo, community=community, reason="You listened", now=TODAY)
    for contact in (ada, ben):
        assert {"thanks.json", SENTENCE} <= told_to(contact)
    accounts.block(person_of(ada), person_of(ben), now=TODAY)
    session.expire_all()
    assert told_to(ada).isdisjoint({"thanks.json", SENTENCE})
    assert told_to(ben) == {"thanks.json", "You listened"}
    rows = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
    assert [(one.subject, one.state) for one in rows] == [
        ("", "failed"),
        ("Cleo thanks you", "queued"),
    ]
    erase_person(person_of(cleo), now=TODAY)
    session.expire_all()
    assert "Cleo" not in "".join(one.subject + one.text_body for one in rows)


def told_to(contact: Contact) -> set[str]:
    """Return what of thanks stands in a person's own export."""
    with ZipFile(BytesIO(zip_about(person_of(contact), ""))) as package:
        texts = {name: package.read(name).decode() for name in package.namelist()}
    words = {one for one in (SENTENCE, "You listened") if one in "".join(texts.values())}
    return words | (texts.keys() & {"thanks.json"})


def test_the_owner_of_a_community_takes_no_thanks_along() -> None:
    names = {table.name for table in export_tables()}
    assert ("membership" in names, "thanks" in names) == (True, False)


@pytest.mark.parametrize("gone", ["ada", "ben"])
def test_the_sentence_goes_with_either_of_the_two(
    session: Session, community: Community, ada: Contact, ben: Contact, gone: str
) -> None:
    thank(ben, by=ada, community=community, reason=SENTENCE, now=TODAY)
    person = person_of(ada if gone == "ada" else ben)
    assert SENTENCE in str(list(everything_about(person.id)))
    erase_person(person, now=TODAY)
    session.expire_all()
    assert said(session) == [(ada.id, ben.id, "")]
    assert session.scalar(select(func.count()).where(Activity.type == "thanked")) == 1
