"""The questions of matching: one a page, each skippable, each with who sees the answer."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.communities.models import Community, Contact, Facet, FacetKind
from app.communities.models import FacetVisibility as Shown
from app.matching import queries, service
from app.matching.models import MatchKind, MatchProfile
from app.matching.steps import ASKS_WORDS, Step
from tests.factories import make_member, sign_in
from tests.matching.conftest import put_facet
from tests.matching.test_service import waiting_jobs
from tests.pages import ProofreadingClient

HIDDEN = Shown.MATCHING


def path(community: Community, step: str) -> str:
    return f"/c/{community.slug}/matches/questions/{step}"


@pytest.fixture
def me(community: Community, client: ProofreadingClient) -> Contact:
    """A member, signed in."""
    contact = make_member(community, place="Lyon")
    sign_in(client, contact)
    return contact


def words_of(contact: Contact, session: Session) -> dict[str, Shown]:
    rows = session.execute(
        select(Facet.value, Facet.visibility).where(Facet.contact_id == contact.id)
    )
    return {row.value: row.visibility for row in rows}


@pytest.mark.parametrize("step", Step)
def test_each_question_leads_to_the_next_answered_or_skipped(
    community: Community, me: Contact, client: ProofreadingClient, step: Step
) -> None:
    after = path(community, step.after) if step.after else f"/c/{community.slug}/matches"
    page = client.get(path(community, step)).get_data(as_text=True)
    assert f"Question {step.number} of 10" in page
    assert f'href="{after}"' in page
    sent = {"visibility": "matching", "zone": "Europe/Paris", "mentees": "2"}
    answer = client.post(path(community, step), data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, after)


def test_ten_words_are_offered_those_of_many_first_never_those_of_one(
    community: Community, me: Contact, client: ProofreadingClient
) -> None:
    for word, count in (("Falconry", 1), ("Weaving", 2), ("Rowing", 3)):
        for _ in range(count):
            put_facet(make_member(community), word)
    for _ in range(4):
        put_facet(make_member(community), "Hidden thing", visibility=HIDDEN)
    page = client.get(path(community, "interests")).get_data(as_text=True)
    assert page.count('name="word"') == 10
    assert page.index('value="Rowing"') < page.index('value="Weaving"')
    assert "Falconry" not in page
    assert "Hidden thing" not in page


def test_ticked_and_written_words_come_on_the_card_and_unticked_ones_off(
    community: Community, me: Contact, client: ProofreadingClient, session: Session
) -> None:
    put_facet(me, "Tea", visibility=Shown.PUBLIC)
    put_facet(me, "Chess", visibility=Shown.PUBLIC)
    page = client.get(path(community, "interests")).get_data(as_text=True)
    assert 'value="Tea" checked' in page
    client.post(
        path(community, "interests"),
        data={
            "had": ["Tea", "Chess"],
            "word": ["Tea", "Hiking"],
            "more": "  Old maps , ,new maps",
            "visibility": "matching",
        },
    )
    assert words_of(me, session) == {
        "Tea": Shown.PUBLIC,
        "Hiking": HIDDEN,
        "Old maps": HIDDEN,
        "new maps": HIDDEN,
    }


@pytest.mark.parametrize("step", ["interests", "experience", "hours", "place"])
def test_no_question_offers_to_show_an_answer_to_strangers(
    community: Community, me: Contact, client: ProofreadingClient, session: Session, step: str
) -> None:
    me.place_visibility = Shown.PUBLIC
    said = {"visibility": "public", "zone": "Europe/Paris", "mentees": "2", "word": "Tea"}
    assert client.post(path(community, step), data=said).status_code == 303
    session.expire_all()
    profile = queries.profile_of(me)
    seen = {"interests": words_of(me, session).get("Tea"), "place": me.place_visibility}
    if profile is not None:
        seen |= {"experience": profile.experience_visibility, "hours": profile.hours_visibility}
    assert seen[step] is Shown.MEMBERS
    page = client.get(path(community, step)).get_data(as_text=True)
    assert 'value="public"' not in page
    assert '<option selected value="members">' in page


def test_a_word_added_meanwhile_elsewhere_stays(
    community: Community, me: Contact, client: ProofreadingClient, session: Session
) -> None:
    put_facet(me, "Tea")
    client.post(path(community, "interests"), data={"visibility": "members"})
    assert set(words_of(me, session)) == {"Tea"}


def test_too_many_words_are_refused_and_nothing_is_lost(
    community: Community, me: Contact, client: ProofreadingClient, session: Session
) -> None:
    many = ", ".join(f"word {number}" for number in range(13))
    answer = client.post(
        path(community, "interests"),
        data={"word": ["Hiking"], "more": many, "visibility": "members"},
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert many in page
    assert 'value="Hiking" checked' in page
    assert words_of(me, session) == {}


@pytest.mark.parametrize(
    ("step", "sent"),
    [
        ("experience", {"years": "71", "mentees": "3"}),
        ("experience", {"years": "3", "mentees": "21"}),
        ("hours", {"zone": "Europe/Nowhere"}),
        ("hours", {"zone": "Europe/Paris", "slot": "21"}),
        ("place", {"place": "12 rue de la Paix"}),
        ("interests", {"visibility": "nobody"}),
    ],
)
def test_what_cannot_be_is_refused(
    community: Community,
    me: Contact,
    client: ProofreadingClient,
    session: Session,
    step: str,
    sent: dict[str, str],
) -> None:
    answer = client.post(path(community, step), data={"visibility": "members"} | sent)
    assert answer.status_code == 422
    assert session.scalars(select(MatchProfile)).all() == []


def test_years_hours_and_room_for_mentees_are_kept_and_shown_again(
    community: Community, me: Contact, client: ProofreadingClient
) -> None:
    client.post(
        path(community, "experience"), data={"years": "7", "mentees": "0", "visibility": "members"}
    )
    client.post(
        path(community, "hours"),
        data={"zone": "Asia/Jakarta", "slot": ["2", "20"], "visibility": "off"},
    )
    profile = queries.profile_of(me)
    assert profile is not None
    assert (profile.experience, profile.mentees) == (7, 0)
    assert (profile.hours, profile.zone) == (1 << 2 | 1 << 20, "Asia/Jakarta")
    assert profile.experience_visibility is Shown.MEMBERS
    assert profile.hours_visibility is Shown.OFF
    page = client.get(path(community, "hours")).get_data(as_text=True)
    assert page.count(" checked") == 2
    assert 'value="7"' in client.get(path(community, "experience")).get_data(as_text=True)
    # nothing said of who sees it
    client.post(path(community, "experience"), data={"years": "8", "mentees": "0"})
    client.post(path(community, "hours"), data={"zone": "Asia/Jakarta", "slot": ["2"]})
    profile = queries.profile_of(me)
    assert profile is not None
    assert (profile.experience, profile.experience_visibility) == (8, Shown.MEMBERS)
    assert (profile.hours, profile.hours_visibility) == (1 << 2, Shown.OFF)


def test_years_and_hours_are_for_suggestions_only_unless_their_owner_says_otherwise(
    community: Community, me: Contact, client: ProofreadingClient
) -> None:
    for step, sent in (
        ("experience", {"years": "7", "mentees": "3"}),
        ("hours", {"zone": "Asia/Jakarta", "slot": ["2"]}),
    ):
        page = client.get(path(community, step)).get_data(as_text=True)
        assert '<option selected value="matching">' in page
        client.post(path(community, step), data=sent)
    profile = queries.profile_of(me)
    assert profile is not None
    assert (profile.experience, profile.hours) == (7, 1 << 2)
    assert (profile.experience_visibility, profile.hours_visibility) == (HIDDEN, HIDDEN)


def test_a_place_stands_on_the_card_and_is_shown_to_whom_its_owner_says(
    community: Community, me: Contact, client: ProofreadingClient, session: Session
) -> None:
    assert 'value="Lyon"' in client.get(path(community, "place")).get_data(as_text=True)
    for visibility, shown in (("matching", ""), ("members", "Paris"), ("off", "")):
        sent = {"place": "Paris", "visibility": visibility}
        client.post(path(community, "place"), data=sent)
        session.expire_all()
        assert (me.place, me.shown_place) == ("Paris", shown)
        assert ("paris" in me.search_members_text) is bool(shown)
        page = client.get(path(community, "place")).get_data(as_text=True)
        assert 'value="Paris"' in page
        assert f'<option selected value="{visibility}">' in page
    client.post(path(community, "place"), data={"place": "Oslo"})  # nothing said of who sees it
    session.expire_all()
    assert (me.place, me.shown_place) == ("Oslo", "")


def test_going_on_past_a_place_that_is_known_changes_nothing(
    community: Community, me: Contact, client: ProofreadingClient, session: Session
) -> None:
    service.choose(me, [MatchKind.FRIEND], is_adult=True, now=me.created_at)
    session.execute(text("DELETE FROM procrastinate_jobs"))
    version, sent = me.version, {"place": " Paris", "visibility": "matching"}
    for jobs in (1, 0):
        assert client.post(path(community, "place"), data=sent).status_code == 303
        session.refresh(me)
        assert (me.place, me.version) == ("Paris", version + 1)
        assert waiting_jobs(session, "matching.refresh") == jobs
        session.execute(text("DELETE FROM procrastinate_jobs"))


@pytest.mark.parametrize(("step", "seen_by"), [("life", HIDDEN), ("values", Shown.MEMBERS)])
def test_a_life_is_for_suggestions_only_unless_its_owner_says_otherwise(
    community: Community, me: Contact, client: ProofreadingClient, session: Session,
    step: str, seen_by: Shown,
) -> None:  # fmt: skip
    page = client.get(path(community, step)).get_data(as_text=True)
    assert page.count('name="word"') == 10
    assert f'<option selected value="{seen_by.value}">' in page
    client.post(path(community, step), data={"word": ["New in town"], "more": "Curious"})
    assert words_of(me, session) == {"New in town": seen_by, "Curious": seen_by}


@pytest.mark.parametrize("jobs", [1, 0])
def test_an_answer_computes_anew_for_those_who_take_part(
    community: Community, me: Contact, client: ProofreadingClient, session: Session, jobs: int
) -> None:
    if jobs:
        service.choose(me, [MatchKind.FRIEND], is_adult=True, now=me.created_at)
        assert waiting_jobs(session, "matching.refresh") == 1
    client.post(
        path(community, "experience"), data={"years": "7", "mentees": "3", "visibility": "members"}
    )
    assert waiting_jobs(session, "matching.refresh") == jobs


def test_there_are_no_other_questions(
    community: Community, me: Contact, client: ProofreadingClient
) -> None:
    assert client.get(path(community, "religion")).status_code == 404
    assert client.post(path(community, "religion")).status_code == 404
    assert set(ASKS_WORDS.values()) == set(FacetKind)
