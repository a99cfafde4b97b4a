"""Not now, not this person, and why this person."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Block
from app.communities.models import Community, Contact, FacetKind
from app.core import clock as core_clock
from app.core.database import add, db
from app.matching import queries, service
from app.matching.models import MatchImpression, MatchKind, MatchRound, MatchSetAside, Suggestion
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


def later(community: Community, pair: Pair, clock: FixedClock, days: int) -> None:
    """Let days pass in which both stay awake, and compute anew."""
    clock.set(clock.now + timedelta(days=days))
    for contact in pair:
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
    later(community, pair, clock, 29)
    assert shown_to(community, me) == []
    later(community, pair, clock, 2)
    assert shown_to(community, me) == [other.public_id]
    later(community, pair, clock, 400)
    assert shown_to(community, other) == []


def test_not_now_does_not_soften_never(pair: Pair, session: Session, clock: FixedClock) -> None:
    me, other = pair
    service.refuse(me, other.id, now=clock.now)
    service.postpone(me, other.id, now=clock.now)
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
