"""The card: words, picture, facets, and who sees each."""

import io

import pytest
from PIL import Image
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.activity.models import Activity
from app.communities import hooks
from app.communities.models import Contact, Facet, FacetKind
from app.communities.models import FacetVisibility as Shown
from app.communities.service import cards
from app.communities.service.cards import (
    Draft,
    FacetMissing,
    PlaceTooFine,
    TooManyFacets,
    add_facet,
    edit_card,
)
from app.communities.service.contacts import NameMissing
from app.core.errors import StaleForm
from tests.communities.people import say
from tests.conftest import FixedClock
from tests.factories import make_community, make_member, make_rules, sign_in
from tests.pages import ProofreadingClient


def picture(kind: str = "PNG") -> io.BytesIO:
    """Return a picture as someone sends it."""
    file = io.BytesIO()
    Image.new("RGB", (300, 200), (200, 40, 40)).save(file, kind)
    file.seek(0)
    return file


def test_a_card_is_tidied_found_and_told_of(session: Session, clock: FixedClock) -> None:
    community = make_community()
    contact = make_member(community, name="Ada")
    heard: list[Contact] = []
    hooks.card_changed.register(heard.append)
    draft = Draft(" Ada \u200b Лавлейс ", " she/her ", " Санкт-Петербург ", "One\r\ntwo ", False)
    edit_card(community, contact, draft, version=1, now=clock.now)
    assert (contact.name, contact.pronouns, contact.place) == (
        "Ada Лавлейс",
        "she/her",
        "Санкт-Петербург",
    )
    assert (contact.about, contact.is_listed, contact.version) == ("One\ntwo", False, 2)
    assert contact.search_members_text == "ada лавлеис санкт петербург"
    assert heard[-1] is contact


def test_two_editors_of_one_card_both_keep_their_words(session: Session, clock: FixedClock) -> None:
    community = make_community()
    contact = make_member(community, name="Ada")
    edit_card(community, contact, Draft("First"), version=1, now=clock.now)
    with pytest.raises(StaleForm) as stale:
        edit_card(community, contact, Draft("Second", about="Mine"), version=1, now=clock.now)
    assert (stale.value.theirs["name"], stale.value.yours["name"]) == ("First", "Second")
    assert stale.value.yours["about"] == "Mine"


@pytest.mark.parametrize(
    ("draft", "refusal", "field"),
    [
        (Draft(" \u200b "), NameMissing, "name"),
        (Draft("Ada", place="Hauptstr. 5"), PlaceTooFine, "place"),
    ],
)
def test_a_card_refuses_what_it_must(
    session: Session, clock: FixedClock, draft: Draft, refusal: type[Exception], field: str
) -> None:
    community = make_community()
    contact = make_member(community, name="Before")
    with pytest.raises(refusal) as refused:
        edit_card(community, contact, draft, version=1, now=clock.now)
    assert refused.value.field == field  # type: ignore[attr-defined]
    assert (contact.name, contact.version) == ("Before", 1)


def test_a_facet_said_twice_only_changes_who_sees_it(session: Session, clock: FixedClock) -> None:
    community = make_community()
    contact = make_member(community)
    for value, shown in [(" Rust ", Shown.MEMBERS), ("RUST", Shown.OFF)]:
        add_facet(
            community, contact, kind=FacetKind.OFFER, value=value, visibility=shown, now=clock.now
        )
    facet = session.scalars(select(Facet).execution_options(populate_existing=True)).one()
    assert (facet.value, facet.value_key, facet.visibility) == ("RUST", "rust", Shown.OFF)
    assert "rust" not in contact.search_members_text


@pytest.mark.parametrize("value", ["", "  ", "\u200b", "!!!"])
def test_an_empty_facet_is_refused(session: Session, clock: FixedClock, value: str) -> None:
    community = make_community()
    with pytest.raises(FacetMissing):
        add_facet(
            community,
            make_member(community),
            kind=FacetKind.WANT,
            value=value,
            visibility=Shown.MEMBERS,
            now=clock.now,
        )


def test_twelve_facets_of_a_kind_are_plenty(session: Session, clock: FixedClock) -> None:
    community = make_community()
    contact = make_member(community)

    def offer(value: str, kind: FacetKind = FacetKind.OFFER) -> None:
        add_facet(
            community, contact, kind=kind, value=value, visibility=Shown.MEMBERS, now=clock.now
        )

    for number in range(12):
        offer(f"thing {number}")
    with pytest.raises(TooManyFacets):
        offer("one more")
    offer("Thing 3")
    offer("one more", FacetKind.WANT)
    assert session.scalar(select(func.count(Facet.id))) == 13


def test_a_facet_is_hidden_shown_and_removed(session: Session) -> None:
    contact = make_member(make_community(), name="Ada")
    say(contact, "Rust", shown=Shown.MATCHING)
    cards.show_facet_to(contact, kind=FacetKind.OFFER, value="rust", visibility=Shown.PUBLIC)
    assert contact.search_members_text == "ada rust"
    cards.remove_facet(contact, kind=FacetKind.WANT, value="rust")
    cards.remove_facet(contact, kind=FacetKind.OFFER, value="Rust")
    cards.remove_facet(contact, kind=FacetKind.OFFER, value="Rust")
    assert contact.search_members_text == "ada"


def test_a_completed_card_is_told_to_the_ledger_once(session: Session, clock: FixedClock) -> None:
    community = make_community()
    contact = make_member(community)
    edit_card(community, contact, Draft("Ada", about="Sums"), version=1, now=clock.now)
    assert session.scalar(select(func.count(Activity.id))) == 0
    say(contact, "Rust")
    edit_card(community, contact, Draft("Ada", about="More"), version=2, now=clock.now)
    edit_card(community, contact, Draft("Ada", about="Most"), version=3, now=clock.now)
    fact = session.scalars(select(Activity)).one()
    assert (fact.type, fact.contact_id) == ("card.completed", contact.id)


def test_one_edits_ones_card_on_its_page(session: Session, client: ProofreadingClient) -> None:
    community = make_community()
    contact = make_member(community, name="Ada", about="Sums", place="London")
    sign_in(client, contact)
    path = f"/c/{community.slug}/card"
    assert 'value="London"' in client.get(path).text
    sent = {"version": "1", "name": "王小明", "place": "上海", "about": "跑步", "is_listed": "y"}
    assert client.post(path, data={**sent, "place": "南京路12号"}).status_code == 422
    assert client.post(path, data={**sent, "name": ""}).status_code == 422
    assert "Your card is saved." in client.follow(client.post(path, data=sent)).text
    assert (contact.name, contact.place, contact.is_listed) == ("王小明", "上海", True)
    stale = client.post(path, data={**sent, "name": "Ada again"})
    assert stale.status_code == 409
    assert "Name, as you wrote it" in stale.text
    assert "Ada again" in stale.text


def test_one_says_who_sees_ones_place_and_text(
    session: Session, client: ProofreadingClient
) -> None:
    contact = make_member(make_community(slug="yard"), name="Ada", about="Sums", place="London")
    sign_in(client, contact)
    sent = {"name": "Ada", "place": "London", "about": "Sums", "is_listed": "y"}
    seen = {"place_visibility": "matching", "about_visibility": "off"}
    client.post("/c/yard/card", data={**sent, **seen, "version": "1"})
    assert (contact.shown_place, contact.shown_about) == ("", "")
    assert contact.search_members_text == "ada"
    page = client.get("/c/yard/card").text
    assert 'value="London"' in page
    assert "Sums</textarea>" in page
    assert '<option selected value="matching">' in page
    assert '<option selected value="off">' in page
    client.post("/c/yard/card", data={**sent, "version": "2"})  # says nothing of who sees them
    assert (contact.version, contact.shown_place, contact.shown_about) == (3, "", "")
    wrong = {**sent, **seen, "about_visibility": "matching", "version": "3"}
    refused = client.post("/c/yard/card", data=wrong)  # sentences are never compared
    assert refused.status_code == 422
    assert 'id="about_visibility-error"' in refused.text
    client.post("/c/yard/card", data={**wrong, "about_visibility": "members"})
    assert (contact.shown_place, contact.shown_about) == ("", "Sums")


def test_nothing_of_a_card_is_offered_to_strangers(
    session: Session, client: ProofreadingClient
) -> None:
    contact = make_member(make_community(slug="yard"), name="Ada", place="London")
    contact.place_visibility = contact.about_visibility = Shown.PUBLIC
    rust = {"kind": "offer", "value": "Rust"}
    sign_in(client, contact)
    client.post("/c/yard/card/facets", data={**rust, "visibility": "members"})
    session.execute(update(Facet).values(visibility=Shown.PUBLIC))
    page = client.get("/c/yard/card").text
    assert [words in page for words in ("Everyone", 'value="public"')] == [False, False]
    # those of place and text, and of the facet; the forms that add one offer it first, too
    assert page.count('<option selected value="members">') == 2 + len(FacetKind) - 1
    assert page.count('value="members" aria-current="true"') == 1
    client.post("/c/yard/card", data={"name": "Ada", "place": "London", "version": "1"})
    client.post("/c/yard/card/facets/visibility", data={**rust, "visibility": "public"})
    session.expire_all()
    seen = (contact.place_visibility, contact.about_visibility)
    assert (*seen, session.scalars(select(Facet.visibility)).one()) == (Shown.MEMBERS,) * 3


def test_a_word_of_ones_life_is_shown_on_purpose_only(
    session: Session, client: ProofreadingClient
) -> None:
    sign_in(client, make_member(make_community(slug="yard")))
    for kind in ("life", "value"):
        client.post("/c/yard/card/facets", data={"kind": kind, "value": "Studying"})
    rows = session.execute(select(Facet.kind, Facet.visibility).order_by(Facet.kind))
    assert rows.all() == [(FacetKind.LIFE, Shown.MATCHING), (FacetKind.VALUE, Shown.MEMBERS)]


def test_facets_are_added_changed_and_removed_without_a_script(
    session: Session, client: ProofreadingClient
) -> None:
    community = make_community()
    contact = make_member(community)
    sign_in(client, contact)
    path = f"/c/{community.slug}/card"
    rust = {"kind": "offer", "value": "Rust"}
    answer = client.post(f"{path}/facets", data={**rust, "visibility": "members"})
    assert answer.headers["Location"] == f"{path}#offer"
    assert "Who sees “Rust”" in client.get(path).text
    client.post(f"{path}/facets/visibility", data={**rust, "visibility": "off"})
    assert session.scalars(select(Facet.visibility)).all() == [Shown.OFF]
    client.post(f"{path}/facets/removal", data=rust)
    assert session.scalar(select(func.count(Facet.id))) == 0


@pytest.mark.parametrize("where", ["facets", "facets/visibility", "facets/removal"])
def test_a_facet_of_no_kind_is_refused(
    session: Session, client: ProofreadingClient, where: str
) -> None:
    community = make_community()
    sign_in(client, make_member(community))
    sent = {"kind": "shoe size", "value": "44", "visibility": "members"}
    assert client.post(f"/c/{community.slug}/card/{where}", data=sent).status_code == 422


def test_an_empty_facet_is_refused_beside_its_field(
    session: Session, client: ProofreadingClient
) -> None:
    community = make_community()
    sign_in(client, make_member(community))
    sent = {"kind": "goal", "value": " ", "visibility": "members"}
    answer = client.post(f"/c/{community.slug}/card/facets", data=sent)
    assert answer.status_code == 422
    assert 'id="goal-value-error"' in answer.text


def test_a_picture_is_put_on_the_card_and_taken_off(
    session: Session, client: ProofreadingClient
) -> None:
    community = make_community()
    contact = make_member(community)
    sign_in(client, contact)
    path = f"/c/{community.slug}/card/picture"
    assert client.post(path, data={}).status_code == 422
    broken = client.post(path, data={"picture": (io.BytesIO(b"<svg/>"), "a.png")})
    assert broken.status_code == 422
    assert "not a picture we can read" in broken.text
    client.post(path, data={"picture": (picture(), "me.png")})
    key = contact.picture_key
    assert key is not None
    assert key.endswith(".webp")
    assert f"/files/{key}" in client.get(f"/c/{community.slug}/card").text
    client.post(path, data={"picture": (picture("JPEG"), "me.jpg")})
    assert contact.picture_key not in {None, key}
    client.post(f"{path}/removal")
    assert contact.picture_key is None


def test_a_card_waits_for_consent_to_changed_rules(
    session: Session, client: ProofreadingClient
) -> None:
    community = make_community()
    sign_in(client, make_member(community))
    make_rules(community, "Be kind")
    assert client.get(f"/c/{community.slug}/card").status_code == 303
