"""Introductions: both are told, both can talk, and each is asked alone what came of it."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.service.erasure import erase_person
from app.accounts.service.exports import zip_about
from app.activity.models import Activity
from app.communities.models import Community
from app.communities.queries.memberships import membership_of
from app.communities.service.memberships import leave
from app.core import clock as core_clock
from app.core import jobs
from app.matching import queries
from app.matching.models import (
    AnswerStep,
    EndedBy,
    Introduction,
    IntroductionAnswer,
    IntroductionState,
)
from app.matching.service import introductions, outcomes
from app.matching.service.introductions import TRANSITIONS, IntroductionEnded
from app.matching.service.outcomes import AnsweredAlready, NotAskedYet, Said, UsefulMissing
from tests.communities.reading import statements_of
from tests.conftest import FixedClock
from tests.factories import person_of, sign_in
from tests.matching.conftest import MakeMatchable
from tests.matching.meeting import Meeting, mails_to, make_meeting
from tests.pages import ProofreadingClient

LIKED = Said(AnswerStep.SOON, met=True, useful=5)


@pytest.fixture
def meeting(community: Community, make_matchable: MakeMatchable) -> Meeting:
    """Ana and Ben."""
    return make_meeting(community, make_matchable)


def facts(session: Session) -> list[tuple[str, int | None, int | None]]:
    rows = session.execute(
        select(Activity.type, Activity.contact_id, Activity.counterpart_id)
        .where(Activity.type.in_(("introduced", "found_useful")))
        .order_by(Activity.id)
    )
    return [(kind, who, other) for kind, who, other in rows]


def test_both_are_told_with_the_others_line(session: Session, meeting: Meeting) -> None:
    meeting.introduce()
    (to_ana,), (to_ben,) = mails_to(meeting.ana), mails_to(meeting.ben)
    assert to_ana.subject == "You and Ben Stone are introduced"
    assert "Tea?" in to_ana.text_body
    assert "I like your garden" not in to_ana.text_body
    assert "I like your garden" in to_ben.text_body
    ids = (meeting.ana.id, meeting.ben.id)
    assert sorted(facts(session)) == sorted([("introduced", *ids), ("introduced", *reversed(ids))])


def test_the_pair_is_not_suggested_any_more(meeting: Meeting) -> None:
    shown = [card.name for card in queries.cards(meeting.community, meeting.ana, core_clock.now())]
    assert "Ben Stone" in shown
    meeting.introduce()
    for contact in (meeting.ana, meeting.ben):
        cards = queries.cards(meeting.community, contact, core_clock.now())
        assert [card.name for card in cards] == ["Cleo Hill"]


@pytest.mark.parametrize("who", ["ana", "ben"])
def test_the_page_of_an_introduction(
    client: ProofreadingClient, meeting: Meeting, who: str
) -> None:
    made = meeting.introduce()
    sign_in(client, getattr(meeting, who))
    address = f"{meeting.path}/introductions/{made.public_id}"
    page = client.get(address).text
    assert "I like your garden" in page
    assert "Tea?" in page
    assert "What came of it?" not in page
    assert statements_of(client, address) == 3
    assert statements_of(client, f"{meeting.path}/introductions") == 4


def test_others_find_no_introduction(
    client: ProofreadingClient, community: Community, make_matchable: MakeMatchable
) -> None:
    meeting = make_meeting(community, make_matchable)
    made = meeting.introduce()
    sign_in(client, make_matchable("Gardens", role="owner"))
    assert client.get(f"{meeting.path}/introductions/{made.public_id}").status_code == 404
    assert "No introductions yet" in client.get(f"{meeting.path}/introductions").text


@pytest.mark.parametrize("state", IntroductionState)
@pytest.mark.parametrize("target", IntroductionState)
def test_an_introduction_moves_as_the_table_says(
    session: Session,
    clock: FixedClock,
    meeting: Meeting,
    state: IntroductionState,
    target: IntroductionState,
) -> None:
    made = meeting.introduce()
    made.state = state
    if state is IntroductionState.ENDED:
        made.ended_at, made.ended_by = clock.now, EndedBy.LEFT
    session.flush()
    if target is IntroductionState.ENDED:
        introductions.end_of(meeting.ana, why=EndedBy.LEFT, now=clock.now)
    elif target in TRANSITIONS[state] or target is state:
        introductions.move(made, target)
    else:
        with pytest.raises(IntroductionEnded):
            introductions.move(made, target)
        target = state
    session.refresh(made)
    assert made.state is target


@pytest.mark.parametrize("how", ["leaves", "erased", "blocks"])
def test_going_ends_an_introduction(
    session: Session, clock: FixedClock, meeting: Meeting, how: str
) -> None:
    made = meeting.introduce()
    ana, ben = person_of(meeting.ana), person_of(meeting.ben)
    if how == "leaves":
        membership = membership_of(meeting.ana)
        assert membership is not None
        leave(membership, now=clock.now)
    elif how == "erased":
        erase_person(ana, now=clock.now)
    else:
        accounts.block(ana, ben, now=clock.now)
    session.refresh(made)
    assert made.state is IntroductionState.ENDED
    row = meeting.row(meeting.ben)
    assert (row is None) == (how == "blocks")
    if row is not None:
        assert row.is_over
    if how == "erased":
        assert row is not None
        assert (row.other.name, row.their_line) == ("", "")


def test_a_block_takes_it_out_of_both_exports(clock: FixedClock, meeting: Meeting) -> None:
    meeting.introduce()
    people = (person_of(meeting.ana), person_of(meeting.ben))
    names = (b"introduction_side.json", b"hello.json")
    for person in people:  # a control
        assert all(name in zip_about(person, "") for name in names)
    accounts.block(*people, now=clock.now)
    for person in people:
        assert not any(name in zip_about(person, "") for name in names)


def test_both_are_asked_after_two_weeks_and_once(
    app: object, session: Session, clock: FixedClock, meeting: Meeting
) -> None:
    made = meeting.introduce()
    clock.advance(days=14)
    for _ in range(2):
        outcomes.ask(made, AnswerStep.SOON, now=clock.now)
    for contact, other in ((meeting.ana, "Ben Stone"), (meeting.ben, "Ana Lake")):
        asked = [mail for mail in mails_to(contact) if mail.kind == "matching.useful"]
        assert [mail.subject for mail in asked] == [f"Did you meet {other}?"]


def test_the_jobs_that_ask_are_put_off_with_the_introduction(
    app: object, session: Session, clock: FixedClock, meeting: Meeting
) -> None:
    meeting.introduce()
    session.commit()
    clock.advance(days=15)
    assert "matching.ask" in jobs.run_pending(app)  # type: ignore[arg-type]  # the app fixture
    assert len(session.scalars(select(IntroductionAnswer)).all()) == 2


def test_after_two_months_only_who_met_is_asked(clock: FixedClock, meeting: Meeting) -> None:
    made = meeting.introduce()
    clock.advance(days=14)
    outcomes.answer(made, meeting.ana, LIKED, now=clock.now)
    outcomes.answer(made, meeting.ben, Said(AnswerStep.SOON, met=False), now=clock.now)
    clock.advance(days=46)
    outcomes.ask(made, AnswerStep.LATER, now=clock.now)
    subjects = [mail.subject for mail in mails_to(meeting.ana)]
    assert "Are you still in touch with Ben Stone?" in subjects
    assert len(mails_to(meeting.ben)) == 1


@pytest.mark.parametrize("blocker", ["ana", "ben"])
def test_a_blocked_pair_is_not_asked(clock: FixedClock, meeting: Meeting, blocker: str) -> None:
    made = meeting.introduce()
    people = [person_of(meeting.ana), person_of(meeting.ben)]
    one, two = people if blocker == "ana" else reversed(people)
    accounts.block(one, two, now=clock.now)
    clock.advance(days=14)
    outcomes.ask(made, AnswerStep.SOON, now=clock.now)
    for contact in (meeting.ana, meeting.ben):
        assert [mail.kind for mail in mails_to(contact)] == ["matching.introduced"]


def test_people_are_helped_when_both_call_it_useful(
    session: Session, clock: FixedClock, meeting: Meeting
) -> None:
    made = meeting.introduce()
    clock.advance(days=14)
    outcomes.answer(made, meeting.ana, LIKED, now=clock.now)
    assert made.state.value == "met"
    assert [kind for kind, *_ in facts(session)] == ["introduced"] * 2  # one alone says nothing
    outcomes.answer(made, meeting.ben, Said(AnswerStep.SOON, met=True, useful=4), now=clock.now)
    assert made.state.value == "useful"
    ids = (meeting.ana.id, meeting.ben.id)
    assert sorted(facts(session)[2:]) == sorted(
        [("found_useful", *ids), ("found_useful", *reversed(ids))]
    )


@pytest.mark.parametrize("useful", [1, 3])
def test_a_little_useful_is_not_helped(
    session: Session, clock: FixedClock, meeting: Meeting, useful: int
) -> None:
    made = meeting.introduce()
    clock.advance(days=14)
    outcomes.answer(made, meeting.ana, LIKED, now=clock.now)
    lukewarm = Said(AnswerStep.SOON, met=True, useful=useful)
    outcomes.answer(made, meeting.ben, lukewarm, now=clock.now)
    assert made.state is IntroductionState.MET
    assert [kind for kind, *_ in facts(session)] == ["introduced"] * 2


def test_answers_come_in_time_and_once(clock: FixedClock, meeting: Meeting) -> None:
    made = meeting.introduce()
    with pytest.raises(NotAskedYet):
        outcomes.answer(made, meeting.ana, LIKED, now=clock.now)
    clock.advance(days=14)
    with pytest.raises(UsefulMissing):
        outcomes.answer(made, meeting.ana, Said(AnswerStep.SOON, met=True), now=clock.now)
    outcomes.answer(made, meeting.ana, LIKED, now=clock.now)
    with pytest.raises(AnsweredAlready):
        outcomes.answer(made, meeting.ana, LIKED, now=clock.now)
    introductions.end_of(meeting.ana, why=EndedBy.LEFT, now=clock.now)
    with pytest.raises(IntroductionEnded):
        outcomes.answer(made, meeting.ben, LIKED, now=clock.now)


def test_answering_on_the_page(
    session: Session, client: ProofreadingClient, clock: FixedClock, meeting: Meeting
) -> None:
    made = meeting.introduce()
    sign_in(client, meeting.ana)
    address = f"{meeting.path}/introductions/{made.public_id}"
    assert client.post(f"{address}/answers", data={"met": "yes"}).status_code == 404
    clock.advance(days=14)
    assert "A question for you" in client.get(f"{meeting.path}/introductions").text
    for wrong in ({}, {"met": "yes"}, {"met": "perhaps"}, {"met": "yes", "useful": "6"}):
        assert client.post(f"{address}/answers", data=wrong).status_code == 422
    answer = client.post(f"{address}/answers", data={"met": "yes", "useful": "4"})
    page = client.follow(answer).text
    assert "Thank you. What you said is kept." in page
    assert "What came of it?" not in page
    twice = client.post(f"{address}/answers", data={"met": "yes", "useful": "4"})
    assert twice.headers["Location"].endswith(made.public_id)
    clock.advance(days=46)
    assert "Are you still in touch?" in client.get(address).text
    assert client.post(f"{address}/answers", data={"in_touch": "yes"}).status_code == 303
    said = session.scalars(select(IntroductionAnswer).order_by(IntroductionAnswer.id)).all()
    assert [(one.met, one.useful, one.in_touch) for one in said] == [
        (True, 4, None),
        (None, None, True),
    ]
    assert session.scalars(select(Introduction)).one().state is IntroductionState.MET


def test_one_does_not_see_what_the_other_answered(
    app: object, client: ProofreadingClient, clock: FixedClock, meeting: Meeting
) -> None:
    made = meeting.introduce()
    sign_in(client, meeting.ben)
    clock.advance(days=14)
    address = f"{meeting.path}/introductions/{made.public_id}"
    before = without_tokens(client.get(address).text)
    outcomes.answer(made, meeting.ana, LIKED, now=clock.now)
    assert without_tokens(client.get(address).text) == before


def without_tokens(page: str) -> str:
    """Return a page without the token that differs by look."""
    return re.sub(r'value="[\w.-]{60,}"', "", page)
