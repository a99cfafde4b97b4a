"""Not now, not this person, and why this person."""

from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import Block
from app.communities.models import Community, Contact, FacetKind, Membership
from app.core import clock as core_clock
from app.core.database import add, db
from app.matching import queries, service
from app.matching.models import (
    MatchImpression,
    MatchKind,
    MatchProfile,
    MatchRound,
    MatchSetAside,
    Suggestion,
)
from tests.conftest import FixedClock
from tests.factories import sign_in
from tests.matching.conftest import MakeMatchable, be_active, put_facet
from tests.pages import ProofreadingClient

Pair = tuple[Contact, Contact]


@pytest.fixture
def pair(community: Community, make_matchable: MakeMatchable) -> Pair:
    """Two who suit each other, computed."""
    two = make_matchable("Chess"), make_matchable("Chess")
    service.refresh(community, now=core_clock.now())
    return two


def path(community: Community, contact: Contact, what: str) -> str:
    return f"/c/{community.slug}/matches/{contact.public_id}/{what}"


def shown_to(community: Community, contact: Contact) -> list[str]:
    return [card.public_id for card in queries.cards(community, contact, core_clock.now())]


def later(community: Community, people: Iterable[Contact], clock: FixedClock, days: int) -> None:
    """Let days pass in which people stay awake, and compute anew."""
    clock.set(clock.now + timedelta(days=days))
    for contact in people:
        be_active(contact, community)
    service.refresh(community, now=clock.now)


@pytest.mark.parametrize("what", ["postponement", "refusal"])
def test_whom_i_set_aside_leaves_my_page_and_i_stay_on_theirs(
    community: Community, pair: Pair, client: ProofreadingClient, what: str
) -> None:
    me, other = pair
    sign_in(client, me)
    answer = client.post(path(community, other, what), data={"kind": "friend"})
    assert answer.status_code == 303
    assert client.post(path(community, other, what), data={"kind": "friend"}).status_code == 303
    assert shown_to(community, me) == []
    assert shown_to(community, other) == [me.public_id]
    service.refresh(community, now=core_clock.now())
    assert shown_to(community, me) == []
    assert shown_to(community, other) == [me.public_id]


@pytest.mark.parametrize("set_aside", [service.postpone, service.refuse])
def test_who_stands_on_my_page_by_their_choice_alone_stays_when_they_set_me_aside(
    community: Community, make_matchable: MakeMatchable, set_aside: Callable[..., None]
) -> None:
    """A mentor is in the list of who looks for one only; ten others suit the popular one better."""
    kinds = (MatchKind.FRIEND, MatchKind.MENTOR)
    popular = make_matchable("Chess", "Rowing", "Poetry", kinds=kinds)
    put_facet(popular, "Rust", FacetKind.OFFER)
    for _ in range(12):
        make_matchable("Rowing", "Poetry")
    me = make_matchable("Chess", kinds=kinds)
    put_facet(me, "Rust", FacetKind.WANT)

    def computed() -> tuple[list[str], list[str]]:
        service.refresh(community, now=core_clock.now())
        return shown_to(community, me), shown_to(community, popular)

    mine, theirs = computed()
    assert mine == [popular.public_id] * 2
    assert theirs.count(me.public_id) == 2
    set_aside(me, popular.id, now=core_clock.now())
    assert computed() == ([], theirs)
    service.show_again(me, popular.id)
    assert computed() == (mine, theirs)


def test_whom_i_set_aside_takes_none_of_my_places(
    community: Community, make_matchable: MakeMatchable
) -> None:
    me = make_matchable("Chess", "Rowing")
    better = [make_matchable("Chess", "Rowing") for _ in range(3)]
    for _ in range(12):
        make_matchable("Chess")
    for one in better:
        service.refuse(me, one.id, now=core_clock.now())
    service.refresh(community, now=core_clock.now())
    mine = select(Suggestion.rank).where(Suggestion.contact_id == me.id)
    assert len(db.session.scalars(mine).all()) >= 13
    assert len(shown_to(community, me)) >= 10
    noted = db.session.scalars(select(MatchRound).where(MatchRound.kind == MatchKind.FRIEND)).one()
    stored = len(db.session.scalars(select(Suggestion.id)).all())
    assert noted.suggested == noted.people == 16
    assert stored - len(better) == _on_pages(community)


def _on_pages(community: Community) -> int:
    contacts = db.session.scalars(select(Contact).where(Contact.community_id == community.id))
    return sum(len(shown_to(community, contact)) for contact in contacts)


def test_not_now_ends_after_a_while_and_not_this_person_never(
    community: Community, pair: Pair, clock: FixedClock
) -> None:
    me, other = pair
    service.postpone(me, other.id, now=clock.now)
    service.refuse(other, me.id, now=clock.now)
    service.show_again(other, me.id)
    for days in (8, 21):  # they see me all the while: to leave and come back would tell
        later(community, pair, clock, days)
        assert shown_to(community, me) == []
        assert shown_to(community, other) == [me.public_id]
    later(community, pair, clock, 2)
    assert shown_to(community, me) == [other.public_id]
    service.refuse(me, other.id, now=clock.now)
    later(community, pair, clock, 400)
    assert shown_to(community, me) == []
    assert shown_to(community, other) == []


def test_a_mentor_whom_some_refuse_is_shown_to_others_and_cannot_tell_when(
    community: Community, make_matchable: MakeMatchable, clock: FixedClock
) -> None:
    kinds = (MatchKind.MENTOR,)
    mentor, *learners = everybody = [make_matchable(kinds=kinds) for _ in range(6)]
    put_facet(mentor, "Rust", FacetKind.OFFER)
    for one in learners:
        put_facet(one, "Rust", FacetKind.WANT)
    said = MatchProfile(contact_id=mentor.id, mentees=1, updated_at=clock.now)
    said.community_id = community.id
    add(said)
    service.refresh(community, now=clock.now)
    theirs = shown_to(community, mentor)
    first = [one for one in learners if shown_to(community, one)]
    assert len(first) == len(theirs) == 3
    for one in first:
        service.refuse(one, mentor.id, now=clock.now)
    for days in (0, 6):
        later(community, everybody, clock, days)
        assert shown_to(community, mentor) == theirs
        assert [shown_to(community, one) for one in learners] == [[]] * 5
    later(community, everybody, clock, 8)
    others = [one for one in learners if one not in first]
    assert set(shown_to(community, mentor)) == {one.public_id for one in others}
    assert [shown_to(community, one) for one in others] == [[mentor.public_id]] * 2


def test_whom_i_refuse_at_once_cease_to_see_me_on_different_days(
    community: Community, make_matchable: MakeMatchable, clock: FixedClock
) -> None:
    me, *others = (make_matchable() for _ in range(8))
    for one in others:
        service.refuse(me, one.id, now=clock.now)

    def see_me(days: int) -> int:
        return sum(queries.pairs_set_aside(community.id, clock.now + timedelta(days)).values())

    assert [see_me(days) for days in (0, *range(6, 15))] == [7, 7, 6, 5, 4, 3, 2, 1, 0, 0]


def test_who_cannot_stand_on_my_page_does_not_lengthen_it(
    community: Community, make_matchable: MakeMatchable
) -> None:
    """The others suit each other better than me, so that my page holds my own choice alone."""
    me = make_matchable("Chess")
    others = [make_matchable("Chess", "Rowing", "Poetry") for _ in range(15)]
    mentors = [make_matchable("Chess", kinds=(MatchKind.MENTOR,)) for _ in range(2)]

    def length() -> int:
        service.refresh(community, now=core_clock.now())
        return len(
            db.session.scalars(select(Suggestion).where(Suggestion.contact_id == me.id)).all()
        )

    assert length() == 10
    for one in (*others[:3], *mentors):
        service.refuse(me, one.id, now=core_clock.now())
    assert length() == 13  # whom I may not see, beside my ten
    gone = update(Membership).where(Membership.contact_id.in_([one.id for one in others[:3]]))
    db.session.execute(gone.values(left_at=core_clock.now(), end_reason="left"))
    assert length() == 10


def test_not_now_does_not_soften_never_and_the_words_say_so(
    community: Community,
    pair: Pair,
    client: ProofreadingClient,
    session: Session,
    clock: FixedClock,
) -> None:
    me, other = pair
    sign_in(client, me)
    for what, words in (
        ("postponement", "Set aside for 30 days."),
        ("refusal", "You will not see them here again."),
        ("postponement", "You will not see them here again."),  # from an old tab
    ):
        answer = client.post(path(community, other, what), data={"kind": "friend"})
        assert words in client.follow(answer).text
    assert session.scalars(select(MatchSetAside.until)).all() == [None]
    service.postpone(other, me.id, now=clock.now)
    service.refuse(other, me.id, now=clock.now)
    assert session.scalars(select(MatchSetAside.until)).all() == [None, None]


def test_who_is_set_aside_can_be_shown_again(
    community: Community, pair: Pair, client: ProofreadingClient
) -> None:
    me, other = pair
    service.refuse(me, other.id, now=core_clock.now())
    sign_in(client, me)
    choices = f"/c/{community.slug}/matches/choices"
    assert "Is not shown to you any more." in client.get(choices).get_data(as_text=True)
    assert client.post(path(community, other, "return")).status_code == 303
    service.refresh(community, now=core_clock.now())
    assert shown_to(community, me) == [other.public_id]
    assert "You have set nobody aside." in client.get(choices).get_data(as_text=True)
    assert client.post(path(community, other, "return")).status_code == 404


def test_a_blocked_one_is_not_in_the_list_of_those_set_aside(
    community: Community, pair: Pair, client: ProofreadingClient
) -> None:
    me, other = pair
    service.postpone(me, other.id, now=core_clock.now())
    assert [one.name for one in queries.set_aside_by(me, core_clock.now())] == [other.name]
    add(Block(blocker_id=other.person_id, blocked_id=me.person_id, created_at=core_clock.now()))
    assert queries.set_aside_by(me, core_clock.now()) == []
    sign_in(client, me)
    assert client.post(path(community, other, "return")).status_code == 404


@pytest.mark.parametrize("what", ["postponement", "refusal"])
@pytest.mark.parametrize("kind", ["friend", "mentor", "", "nothing"])
def test_only_who_is_suggested_for_a_kind_can_be_set_aside(
    community: Community,
    pair: Pair,
    make_matchable: MakeMatchable,
    client: ProofreadingClient,
    session: Session,
    what: str,
    kind: str,
) -> None:
    me, other = pair
    stranger = make_matchable("Rowing")
    sign_in(client, me)
    assert client.post(path(community, stranger, what), data={"kind": kind}).status_code == 404
    is_suggested = kind == "friend"
    answer = client.post(path(community, other, what), data={"kind": kind})
    assert answer.status_code == (303 if is_suggested else 404)
    assert len(session.scalars(select(MatchSetAside)).all()) == is_suggested


def test_the_reasons_page_explains_one_suggestion(
    community: Community, pair: Pair, client: ProofreadingClient
) -> None:
    me, other = pair
    sign_in(client, me)
    page = client.get(path(community, other, "reasons?kind=friend")).get_data(as_text=True)
    assert "You both care about <mark>Chess</mark>." in page
    assert "Gender, age, religion, origin and orientation play no part." in page
    for kind in ("mentor", "nothing", ""):
        assert client.get(path(community, other, f"reasons?kind={kind}")).status_code == 404


def test_each_look_is_remembered_once_a_day_as_it_was_ranked(
    community: Community,
    pair: Pair,
    client: ProofreadingClient,
    session: Session,
    clock: FixedClock,
) -> None:
    me, other = pair
    sign_in(client, me)
    address = f"/c/{community.slug}/matches"
    client.get(address)
    client.get(address)
    (seen,) = session.scalars(select(MatchImpression)).all()
    assert (seen.contact_id, seen.other_id, seen.rank, seen.propensity) == (me.id, other.id, 1, 1.0)
    assert seen.model == "tfidf-3"
    assert seen.score == pytest.approx(1.0)
    clock.set(clock.now + timedelta(days=1))
    client.get(address)
    assert len(session.scalars(select(MatchImpression)).all()) == 2
