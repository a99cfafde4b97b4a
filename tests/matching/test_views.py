"""The matches page: a yes or no to each kind, and cards with reasons."""

import re

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.communities.models import Community, FacetKind
from app.core import clock as core_clock
from app.core import jobs
from app.core.database import db
from app.matching import queries, service
from app.matching.models import MatchImpression, MatchKind
from app.web import parts
from tests.factories import make_member, sign_in
from tests.matching.conftest import MakeMatchable, be_active, put_facet
from tests.pages import ProofreadingClient

ALL = (MatchKind.FRIEND, MatchKind.MENTOR, MatchKind.COLLABORATOR)


def path(community: Community) -> str:
    return f"/c/{community.slug}/matches"


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_four_statements_and_the_first_look_of_a_day_one_more(
    community: Community,
    make_matchable: MakeMatchable,
    client: ProofreadingClient,
    session: Session,
    number: int,
) -> None:
    me = make_matchable("Chess")
    for _ in range(number):
        make_matchable("Chess")
    service.refresh(community, now=core_clock.now())
    sign_in(client, me)
    address = path(community)
    session.commit()
    asked: list[str] = []

    def remember(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", remember)
    page = client.get(address).get_data(as_text=True)
    first = len(asked)
    again = client.get(address).get_data(as_text=True)
    event.remove(db.engine, "before_cursor_execute", remember)
    assert (first, len(asked) - first) == (5, 4)
    assert asked[first - 1].startswith("INSERT INTO match_impression")
    assert page.count("<mark>Chess</mark>") == again.count("<mark>Chess</mark>") == number


def test_every_way_of_sharing_is_said_in_a_sentence(
    community: Community, make_matchable: MakeMatchable, client: ProofreadingClient
) -> None:
    me, other = make_matchable("Chess", kinds=ALL), make_matchable("Chess", kinds=ALL)
    for contact in (me, other):
        put_facet(contact, "Move house", FacetKind.GOAL)
        put_facet(contact, "Company", FacetKind.WANT)
    put_facet(me, "Rust", FacetKind.WANT)
    put_facet(other, "Rust", FacetKind.OFFER)
    put_facet(me, "French", FacetKind.OFFER)
    put_facet(other, "French", FacetKind.WANT)
    service.refresh(community, now=core_clock.now())
    sign_in(client, me)
    page = client.get(path(community)).get_data(as_text=True)
    for sentence in (
        "You both care about <mark>Chess</mark>.",
        "You both work towards this: <mark>Move house</mark>.",
        "You both look for <mark>Company</mark>.",
        "They offer what you look for: <mark>Rust</mark>.",
        "They look for what you offer: <mark>French</mark>.",
    ):
        assert sentence in page


def test_a_shared_word_is_written_escaped(
    community: Community, make_matchable: MakeMatchable, client: ProofreadingClient
) -> None:
    me = make_matchable("<b>Chess</b>")
    make_matchable("<b>Chess</b>")
    service.refresh(community, now=core_clock.now())
    sign_in(client, me)
    page = client.get(path(community)).get_data(as_text=True)
    assert "<mark>&lt;b&gt;Chess&lt;/b&gt;</mark>" in page


def test_the_first_six_of_a_kind_are_shown_and_the_rest_when_asked_for(
    community: Community,
    make_matchable: MakeMatchable,
    client: ProofreadingClient,
    session: Session,
) -> None:
    """What was not shown is not logged as seen: suggestions learn from what people looked at."""
    me = make_matchable("Chess")
    for _ in range(8):
        make_matchable("Chess")
    service.refresh(community, now=core_clock.now())
    sign_in(client, me)
    parts.forget_parts()
    seen = []
    for address in (path(community), f"{path(community)}?kind=friend"):
        page = client.get(address).get_data(as_text=True)
        logged = session.scalar(select(func.count()).where(MatchImpression.contact_id == me.id))
        seen.append((page.count('class="card match"'), "Show 2 more" in page, logged))
    assert seen == [(6, True, 6), (8, False, 8)]
    kept = parts._kept_personal.cache_info()
    assert (kept.currsize, kept.hits) == (1, 0)  # a kind with all its cards is drawn each time


def test_saying_yes_and_no(community: Community, client: ProofreadingClient) -> None:
    me = make_member(community)
    sign_in(client, me)
    assert "Whom would you like to meet?" in client.get(path(community)).get_data(as_text=True)
    wanted = {"friend": "y", "mentor": "y"}
    refused = client.post(f"{path(community)}/choices", data=wanted)
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert "Suggestions are for people of 18 or older." in page
    assert page.count("checked") == len(wanted)  # nothing typed is lost
    assert queries.choices(community.id, me.id) == frozenset()
    saved = client.post(f"{path(community)}/choices", data=wanted | {"adult": "y"})
    assert saved.headers["Location"].endswith("/matches")
    assert queries.choices(community.id, me.id) == {MatchKind.FRIEND, MatchKind.MENTOR}
    assert "Nobody yet" in client.follow(saved).get_data(as_text=True)
    again = client.get(f"{path(community)}/choices").get_data(as_text=True)
    assert again.count("checked") == len(wanted) + 1  # said once
    client.post(f"{path(community)}/choices", data={})
    assert queries.choices(community.id, me.id) == frozenset()


def test_a_changed_card_changes_the_page_by_its_job_and_not_without(
    app: Flask, community: Community, make_matchable: MakeMatchable, client: ProofreadingClient
) -> None:
    make_matchable("Chess", "Rowing")
    me = make_member(community)
    be_active(me, community)
    sign_in(client, me)
    client.post(f"{path(community)}/choices", data={"friend": "y", "adult": "y"})
    card = f"/c/{community.slug}/card/facets"
    shown = []
    for address, word in ((card, "Chess"), (card, "Rowing"), (f"{card}/removal", "Chess")):
        client.post(address, data={"kind": "interest", "value": word, "visibility": "members"})
        shown.append(words_shared(client, community))  # the job waits
        db.session.commit()
        assert jobs.run_pending(app) == ["matching.refresh"]
        shown.append(words_shared(client, community))
    chess, both, rowing = {"Chess"}, {"Chess", "Rowing"}, {"Rowing"}
    # a word taken off is no reason any more before the job comes: it may be meant to be hidden
    assert shown == [set(), chess, chess, both, rowing, rowing]


def words_shared(client: ProofreadingClient, community: Community) -> set[str]:
    """Return the words that the page gives as reasons."""
    page = client.get(path(community)).get_data(as_text=True)
    return set(re.findall("<mark>(.*?)</mark>", page))


def test_the_unlisted_are_told_why_nobody_is_there(
    community: Community, make_matchable: MakeMatchable, client: ProofreadingClient
) -> None:
    sign_in(client, make_matchable("Chess", is_listed=False))
    assert "hidden from the members" in client.get(path(community)).get_data(as_text=True)


def test_strangers_are_asked_to_sign_in(community: Community, client: ProofreadingClient) -> None:
    assert client.get(path(community)).status_code == 303
    chosen = client.post(f"{path(community)}/choices", data={"friend": "y", "adult": "y"})
    assert chosen.status_code == 403
    assert "Sign in first" in chosen.text  # and what was chosen is kept on that page
