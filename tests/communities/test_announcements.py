"""Announcements: to members or a filter of them, one mail each, never across a block."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.service import block
from app.communities.models import (
    Announcement,
    AnnouncementState,
    Community,
    Contact,
    ContactSource,
)
from app.communities.service import announcements, tags
from app.communities.service.announcements import (
    BATCH,
    Draft,
    NobodyReached,
    SubjectMissing,
    WordsMissing,
    announce,
    send_batch,
)
from app.core import jobs, notices
from app.core.models import OutgoingMail
from tests.communities.people import hand_of
from tests.conftest import FixedClock
from tests.factories import make_community, make_contact, make_member, person_of, sign_in
from tests.pages import ProofreadingClient


def sent_by(
    author: Contact, community: Community, clock: FixedClock, **draft: object
) -> Announcement:
    """Let an organizer announce something."""
    values = {"subject": "News", "words": "Read **this**", "audience": {}, **draft}
    return announce(
        community,
        Draft(**values),  # type: ignore[arg-type]
        author=author,
        by=hand_of(author),
        now=clock.now,
    )


def readers(session: Session) -> list[str]:
    """Return to whom mails went, by name."""
    asked = select(OutgoingMail.to_name).where(OutgoingMail.kind == announcements.KIND)
    return sorted(session.scalars(asked))


def test_every_member_gets_one_mail_however_often_a_job_runs(
    session: Session, clock: FixedClock, app: Flask
) -> None:
    community = make_community(name="Чтения")
    owner = make_member(community, role="owner", name="Owner")
    for number in range(BATCH + 20):
        make_member(community, name=f"Member {number}")
    make_contact(community, name="Guest", source=ContactSource.GUEST)
    made = sent_by(owner, community, clock, subject=" Big\nnews ")
    assert made.recipients == BATCH + 21
    session.commit()
    assert jobs.run_pending(app, limit=1) == [announcements.JOB]
    assert made.state is AnnouncementState.SENDING
    send_batch(made.id, after=0, now=clock.now)
    jobs.run_pending(app)
    assert (made.state, made.sent_at) == (AnnouncementState.SENT, clock.now)
    assert len(readers(session)) == len(set(readers(session))) == BATCH + 21
    assert send_batch(made.id, after=0, now=clock.now) == 0
    mail = session.scalars(select(OutgoingMail).limit(1)).one()
    assert mail.subject == "Big news"
    assert "<strong>this</strong>" in mail.html_body
    assert mail.unsubscribe_url is not None
    assert (mail.from_name, mail.reply_to) == ("Чтения", None)


def test_who_does_not_want_it_or_is_blocked_gets_none(session: Session, clock: FixedClock) -> None:
    community = make_community()
    owner = make_member(community, role="owner", name="Owner")
    quiet, blocked = (make_member(community, name=name) for name in ("Quiet", "Blocked"))
    notices.choose(announcements.KIND, wanted=False, person_id=quiet.person_id)
    block(person_of(blocked), person_of(owner), now=clock.now)
    make_member(community, name="Reader")
    made = sent_by(owner, community, clock)
    assert made.recipients == 3
    assert send_batch(made.id, after=0, now=clock.now) == 2
    assert readers(session) == ["Owner", "Reader"]
    assert (made.written, made.recipients) == (2, 3)


def test_a_filter_or_ticks_choose_the_readers(session: Session, clock: FixedClock) -> None:
    community = make_community()
    owner = make_member(community, role="owner", name="Owner")
    ada, bo = (make_member(community, name=name) for name in ("Ada", "Bo"))
    guest = make_contact(community, name="Guest", source=ContactSource.GUEST)
    silent = make_contact(community, name="Silent", email=None)
    tag = tags.put_tag(community, [ada, guest], name="VIP")
    for audience in (
        {"filter": {"tag": tag.public_id}},
        {"filter": {"state": "guest"}},
        {"contacts": [bo.public_id, silent.public_id, "unknown"]},
    ):
        made = sent_by(owner, community, clock, audience=audience)
        assert made.recipients == 1
        send_batch(made.id, after=0, now=clock.now)
    assert readers(session) == ["Ada", "Bo", "Guest"]


def test_answers_reach_the_author_only_if_asked(session: Session, clock: FixedClock) -> None:
    community = make_community()
    owner = make_member(community, role="owner", name="Owner")
    made = sent_by(owner, community, clock, answers_to_author=True)
    send_batch(made.id, after=0, now=clock.now)
    mail = session.scalars(select(OutgoingMail)).one()
    assert mail.reply_to == mail.to_address


def test_an_author_who_left_stops_nothing(session: Session, clock: FixedClock) -> None:
    community = make_community()
    owner = make_member(community, role="owner", name="Owner")
    made = sent_by(owner, community, clock, answers_to_author=True)
    made.author_id = None
    assert send_batch(made.id, after=0, now=clock.now) == 1
    assert session.scalars(select(OutgoingMail.reply_to)).one() is None
    assert send_batch(0, after=0, now=clock.now) == 0


@pytest.mark.parametrize(
    ("draft", "refusal"),
    [
        ({"subject": " \u200b"}, SubjectMissing),
        ({"words": " "}, WordsMissing),
        ({"audience": {"filter": {"words": "zzz"}}}, NobodyReached),
    ],
)
def test_an_announcement_needs_subject_words_and_readers(
    session: Session, clock: FixedClock, draft: dict[str, object], refusal: type[Exception]
) -> None:
    community = make_community()
    owner = make_member(community, role="owner")
    with pytest.raises(refusal):
        sent_by(owner, community, clock, **draft)


def test_an_organizer_writes_looks_and_sends(
    session: Session, client: ProofreadingClient, app: Flask
) -> None:
    community = make_community(name="Чтения")
    owner = make_member(community, role="owner", name="Owner")
    ada = make_member(community, name="Ada")
    sign_in(client, owner)
    index = f"/c/{community.slug}/desk/announcements"
    to_all = client.get(f"{index}/new?role=member").text
    assert "State: Member · Role: Member" in " ".join(to_all.split())
    assert "It goes to 2 people." in client.get(f"{index}/new").text
    ticked = client.get(f"{index}/new?to={ada.public_id}").text
    assert "It goes to one person." in ticked
    assert "Ada" in ticked
    sent = {"subject": "News", "words": "Hello **all**", "to": ada.public_id}
    assert client.post(f"{index}/preview", data={**sent, "subject": ""}).status_code == 422
    looked = client.post(f"{index}/preview", data=sent)
    assert "<strong>all</strong>" in looked.text
    assert session.scalars(select(Announcement)).all() == []
    changed = client.post(f"{index}/preview", data={**sent, "act": "change"})
    assert 'value="News"' in changed.text
    trial = client.post(f"{index}/preview", data={**sent, "act": "trial"})
    assert "A trial mail is on its way to you." in trial.text
    assert readers(session) == ["Owner"]
    assert client.post(index, data={**sent, "words": ""}).status_code == 422
    page = client.post(index, data={**sent, "answers_to_author": "y"}).headers["Location"]
    assert "On its way" in client.get(page).text
    jobs.run_pending(app)
    shown = client.get(page).text
    assert "One mail made" in shown
    assert "does not want" not in shown
    assert readers(session) == ["Ada", "Owner"]
    listed = client.get(index).text
    assert page in listed
    assert client.get(f"{index}/unknown").status_code == 404


def test_words_to_nobody_are_not_sent(session: Session, client: ProofreadingClient) -> None:
    community = make_community()
    sign_in(client, make_member(community, role="owner"))
    index = f"/c/{community.slug}/desk/announcements"
    sent = {"subject": "News", "words": "Hello", "q": "zzz"}
    for path in (f"{index}/preview", index):
        answer = client.post(path, data=sent)
        assert answer.status_code == 422
        assert "This reaches nobody" in answer.text
    invisible = {"subject": "\u200b", "words": "Hello"}
    assert "Write a subject." in client.post(f"{index}/preview", data=invisible).text


def test_those_who_did_not_want_it_are_counted_on_its_page(
    session: Session, client: ProofreadingClient, clock: FixedClock
) -> None:
    community = make_community()
    owner = make_member(community, role="owner")
    quiet = make_member(community)
    notices.choose(announcements.KIND, wanted=False, person_id=quiet.person_id)
    made = sent_by(owner, community, clock)
    send_batch(made.id, after=0, now=clock.now)
    sign_in(client, owner)
    page = client.get(f"/c/{community.slug}/desk/announcements/{made.public_id}").text
    assert "One person does not want this kind of mail" in page
