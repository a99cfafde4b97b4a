"""Hellos: kept by their sayer alone, until the other says hello too."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.service.erasure import erase_person
from app.communities.models import Community
from app.communities.queries.memberships import membership_of
from app.communities.service.memberships import leave
from app.conversations.models import Thread
from app.core import clock as core_clock
from app.matching import service
from app.matching.models import Hello, HelloState, Introduction, MatchKind
from app.matching.service import hellos
from app.matching.service.hellos import GOOD_FOR, TRANSITIONS, WAITING, Greeting, TooManyHellos
from tests.conftest import FixedClock
from tests.factories import make_member, person_of, sign_in
from tests.matching.conftest import MakeMatchable
from tests.matching.meeting import Meeting, mails_to, make_meeting
from tests.pages import ProofreadingClient


@pytest.fixture
def meeting(community: Community, make_matchable: MakeMatchable) -> Meeting:
    """Ana and Ben."""
    return make_meeting(community, make_matchable)


def test_one_yes_is_kept_and_two_introduce(session: Session, meeting: Meeting) -> None:
    assert meeting.hello(meeting.ana) is None
    assert meeting.hellos() == [(meeting.ana.id, "waiting")]
    assert session.scalars(select(Introduction)).all() == []
    assert mails_to(meeting.ben) == mails_to(meeting.ana) == []
    made = meeting.hello(meeting.ben)
    assert made is not None
    assert {made.lower_id, made.higher_id} == {meeting.ana.id, meeting.ben.id}
    assert meeting.hellos() == [(meeting.ana.id, "met"), (meeting.ben.id, "met")]
    assert session.get_one(Thread, made.thread_id).closed_at is None


def test_a_yes_to_another_kind_is_another_yes(meeting: Meeting) -> None:
    meeting.hello(meeting.ana)
    mentor = Greeting(other_id=meeting.ana.id, kind=MatchKind.MENTOR)
    assert hellos.say(meeting.ben, mentor, now=core_clock.now()) is None


def test_saying_it_twice_is_once_and_taking_it_back_is_never(meeting: Meeting) -> None:
    meeting.hello(meeting.ana, "one")
    meeting.hello(meeting.ana, "two")
    assert meeting.hellos() == [(meeting.ana.id, "waiting")]
    taken = hellos.take_back(meeting.ana, meeting.ben.id, MatchKind.FRIEND, now=core_clock.now())
    assert taken
    assert not hellos.take_back(meeting.ana, meeting.ben.id, MatchKind.FRIEND, now=core_clock.now())
    assert meeting.hello(meeting.ben) is None
    assert meeting.hello(meeting.ana) is not None  # said again: now it counts


def test_a_hello_runs_out(clock: FixedClock, meeting: Meeting) -> None:
    meeting.hello(meeting.ana)
    clock.set(clock.now + GOOD_FOR)
    assert meeting.hello(meeting.ben) is None
    hellos.tidy(clock.now)
    assert meeting.hellos() == [(meeting.ana.id, "expired"), (meeting.ben.id, "waiting")]


def test_who_falls_asleep_takes_their_hellos_along(clock: FixedClock, meeting: Meeting) -> None:
    meeting.hello(meeting.ana)
    hellos.tidy(clock.now)
    assert meeting.hellos() == [(meeting.ana.id, "waiting")]  # a control: awake, it waits
    clock.advance(days=20)
    meeting.ana.is_listed = False
    hellos.tidy(clock.now)
    assert meeting.hellos() == [(meeting.ana.id, "ended")]


@pytest.mark.parametrize("goes", ["ana", "ben"])
@pytest.mark.parametrize("how", ["leaves", "erased", "blocks", "wants none"])
def test_going_ends_a_hello(clock: FixedClock, meeting: Meeting, goes: str, how: str) -> None:
    meeting.hello(meeting.ana)
    who = getattr(meeting, goes)
    other = meeting.ben if who is meeting.ana else meeting.ana
    if how == "leaves":
        membership = membership_of(who)
        assert membership is not None
        leave(membership, now=clock.now)
    elif how == "erased":
        erase_person(person_of(who), now=clock.now)
    elif how == "blocks":
        accounts.block(person_of(who), person_of(other), now=clock.now)
    else:
        service.choose(who, (), is_adult=True, now=clock.now)
    assert meeting.hellos() in ([], [(meeting.ana.id, "ended")])
    if how == "blocks":
        accounts.unblock(person_of(who), person_of(other))
        assert meeting.hello(meeting.ben) is None


def test_who_set_the_other_aside_after_saying_hello_is_not_introduced(
    clock: FixedClock, meeting: Meeting
) -> None:
    meeting.hello(meeting.ana)
    service.refuse(meeting.ana, meeting.ben.id, now=clock.now)
    assert meeting.hello(meeting.ben) is None


def test_only_so_many_may_wait(community: Community, meeting: Meeting) -> None:
    others = [make_member(community) for _ in range(WAITING)]
    for other in others:
        greeting = Greeting(other_id=other.id, kind=MatchKind.FRIEND)
        hellos.say(meeting.ana, greeting, now=core_clock.now())
    with pytest.raises(TooManyHellos):
        meeting.hello(meeting.ana)
    hellos.take_back(meeting.ana, others[0].id, MatchKind.FRIEND, now=core_clock.now())
    meeting.hello(meeting.ana)
    # how many wait for somebody is nobody's business: Ben can be greeted by any number
    assert len(meeting.hellos()) == WAITING + 1


@pytest.mark.parametrize("state", HelloState)
@pytest.mark.parametrize("act", ["say", "take_back", "expire", "end"])
def test_a_hello_moves_as_the_table_says(
    session: Session, clock: FixedClock, meeting: Meeting, state: HelloState, act: str
) -> None:
    meeting.hello(meeting.ana)
    hello = session.scalars(select(Hello)).one()
    hello.state = state
    hello.ended_at = None if state is HelloState.WAITING else clock.now
    if act == "expire":
        hello.said_at -= timedelta(days=60)
        hello.expires_at = clock.now
    session.flush()
    if act == "say" and state is HelloState.MET:
        return  # an introduction is there, and is returned instead (test below)
    acts: dict[str, Callable[[], object]] = {
        "say": lambda: meeting.hello(meeting.ana),
        "take_back": lambda: hellos.take_back(
            meeting.ana, meeting.ben.id, MatchKind.FRIEND, now=clock.now
        ),
        "expire": lambda: hellos.tidy(clock.now),
        "end": lambda: hellos.end_of(meeting.ana, now=clock.now),
    }
    wanted = {
        "say": HelloState.WAITING,
        "take_back": HelloState.TAKEN_BACK,
        "expire": HelloState.EXPIRED,
        "end": HelloState.ENDED,
    }[act]
    acts[act]()
    session.refresh(hello)
    may = wanted in TRANSITIONS[state] or wanted is state
    assert hello.state is (wanted if may else state)


def test_who_is_introduced_is_not_introduced_again(session: Session, meeting: Meeting) -> None:
    made = meeting.introduce()
    assert meeting.hello(meeting.ana) is made
    assert len(session.scalars(select(Introduction)).all()) == 1


def test_saying_hello_on_the_page(client: ProofreadingClient, meeting: Meeting) -> None:
    sign_in(client, meeting.ana)
    address = f"{meeting.path}/matches/{meeting.ben.public_id}/hello"
    answer = client.post(address, data={"kind": "friend", "line": "Tea?"})
    assert "nobody is told" in client.follow(answer).text
    page = client.get(f"{meeting.path}/introductions").text
    assert "Ben Stone" in page
    assert "Tea?" in page
    answer = client.post(f"{address}/withdrawal", data={"kind": "friend"})
    assert "taken back" in client.follow(answer).text
    assert meeting.hellos() == [(meeting.ana.id, "taken_back")]
    assert client.post(f"{address}/withdrawal", data={"kind": "friend"}).status_code == 404


def test_hello_only_goes_to_who_is_suggested_right_now(
    client: ProofreadingClient, community: Community, meeting: Meeting
) -> None:
    sign_in(client, meeting.ana)
    stranger = make_member(community)
    for contact_id, kind in (
        (stranger.public_id, "friend"),
        (meeting.ben.public_id, "mentor"),
        (meeting.ben.public_id, "nonsense"),
        ("nobody", "friend"),
    ):
        address = f"{meeting.path}/matches/{contact_id}/hello"
        assert client.post(address, data={"kind": kind}).status_code == 404
    long = {"kind": "friend", "line": "x" * 281}
    answer = client.post(f"{meeting.path}/matches/{meeting.ben.public_id}/hello", data=long)
    assert "280 characters" in client.follow(answer).text
    assert meeting.hellos() == []


def test_the_second_hello_leads_to_the_introduction(
    client: ProofreadingClient, meeting: Meeting
) -> None:
    meeting.hello(meeting.ben, "I saw your roses")
    sign_in(client, meeting.ana)
    address = f"{meeting.path}/matches/{meeting.ben.public_id}/hello"
    answer = client.post(address, data={"kind": "friend"})
    page = client.follow(answer).text
    assert "They said hello too" in page
    assert "I saw your roses" in page
    for once_more in (address, f"{address}/withdrawal"):
        assert client.post(once_more, data={"kind": "friend"}).location == answer.location
    accounts.block(person_of(meeting.ben), person_of(meeting.ana), now=core_clock.now())
    for once_more in (address, f"{address}/withdrawal"):
        assert client.post(once_more, data={"kind": "friend"}).status_code == 404
