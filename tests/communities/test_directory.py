"""The members' directory: found in every script, counted by what may be seen, without a trace."""

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.accounts.service import block, unblock
from app.communities.models import Community, Contact, FacetKind
from app.communities.models import FacetVisibility as Shown
from app.communities.queries.directory import PAGE, Directory, Wish, directory
from app.communities.queries.people import Viewer
from app.core.database import db
from tests.communities.people import eyes_of, say
from tests.conftest import FixedClock
from tests.factories import make_community, make_contact, make_member, person_of, sign_in
from tests.pages import ProofreadingClient

STATEMENTS = 5


def look(community: Community, eyes: Viewer, words: str = "", **wish: object) -> Directory:
    """Return what someone finds."""
    return directory(community.id, eyes, Wish(words, **wish))  # type: ignore[arg-type]


def names(found: Directory) -> list[str]:
    """Return the names on a page of the directory."""
    return [face.name for face in found.faces]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("elodie", ["Élodie Marchand"]),
        ("Élo", ["Élodie Marchand"]),
        ("march elo", ["Élodie Marchand"]),
        ("小明", ["王小明"]),
        ("社区", ["Putri Wulandari"]),
        ("区社", []),
        ("вос", ["Дмитрий Воскресенский"]),
        ("ДМИТРИЙ", ["Дмитрий Воскресенский"]),
        ("ёлк", ["Ёлка"]),
        ("елка", ["Ёлка"]),
        ("wulan", ["Putri Wulandari"]),
        ("Kraków", ["Ёлка"]),
        ("krakow", ["Ёлка"]),
        (
            "' | !:*",
            ["Дмитрий Воскресенский", "Putri Wulandari", "Élodie Marchand", "Ёлка", "王小明"],
        ),
        ("nobody", []),
    ],
)
def test_people_are_found_in_every_script(session: Session, typed: str, found: list[str]) -> None:
    community = make_community()
    dmitri = make_member(community, name="Дмитрий Воскресенский")
    for name in ("Ёлка", "Putri Wulandari", "王小明", "Élodie Marchand"):
        member = make_member(community, name=name, place="Kraków" if name == "Ёлка" else "")
        say(member, "社区" if name.startswith("Putri") else "Бег")
    assert sorted(names(look(community, eyes_of(dmitri), typed))) == sorted(found)


def test_people_stand_as_people_sort(session: Session) -> None:
    community = make_community()
    for name in ("Жанна", "Ёлка", "Елена", "Zoe", "Émile", "王小明"):
        viewer = make_member(community, name=name)
    assert names(look(community, eyes_of(viewer))) == [
        "Émile", "Zoe", "Елена", "Ёлка", "Жанна", "王小明",
    ]  # fmt: skip


def test_only_listed_members_of_this_community_are_there(
    session: Session, clock: FixedClock
) -> None:
    community = make_community()
    me = make_member(community, name="Me", is_listed=False)
    make_member(community, name="Shown")
    make_member(community, name="Unlisted", is_listed=False)
    make_member(community, name="Erased", erased_at=clock.now)
    make_contact(community, name="Guest")
    make_member(make_community(), name="Elsewhere")
    assert names(look(community, eyes_of(me))) == ["Me", "Shown"]
    assert names(look(community, eyes_of(me, is_organizer=True))) == ["Me", "Shown", "Unlisted"]


def test_facets_are_counted_by_what_the_viewer_may_see(session: Session) -> None:
    community = make_community()
    me, ada, bo = (make_member(community, name=name) for name in ("Me", "Ada", "Bo"))
    hidden = make_member(community, name="Hidden", is_listed=False)
    for contact in (ada, bo, hidden):
        say(contact, "Rust")
    say(me, "rust", shown=Shown.MATCHING)
    say(ada, "Secret", shown=Shown.OFF)
    say(bo, "Climbing", kind=FacetKind.INTEREST, shown=Shown.PUBLIC)
    found = look(community, eyes_of(me))
    assert {(choice.kind, choice.label, choice.count) for choice in found.choices} == {
        (FacetKind.OFFER, "Rust", 2),
        (FacetKind.INTEREST, "Climbing", 1),
    }
    assert names(look(community, eyes_of(me), "secret")) == []
    rust = look(community, eyes_of(me), facets=((FacetKind.OFFER, "rust"),))
    assert names(rust) == ["Ada", "Bo"]
    assert [choice.key for choice in rust.choices if choice.is_chosen] == ["rust"]
    both = ((FacetKind.OFFER, "rust"), (FacetKind.INTEREST, "climbing"))
    assert names(look(community, eyes_of(me), facets=both)) == ["Bo"]
    assert names(look(community, eyes_of(me), facets=((FacetKind.OFFER, "secret"),))) == []


@pytest.mark.parametrize("is_blocker", [True, False])
@pytest.mark.parametrize("is_organizer", [True, False])
def test_a_blocked_pair_leaves_no_trace(
    session: Session, clock: FixedClock, *, is_blocker: bool, is_organizer: bool
) -> None:
    community = make_community()
    me, ada = make_member(community, name="Me"), make_member(community, name="Ada")
    say(ada, "Rust")
    pair = (person_of(me), person_of(ada))
    block(*(pair if is_blocker else pair[::-1]), now=clock.now)
    found = look(community, eyes_of(me, is_organizer=is_organizer))
    assert (names(found), found.total, found.choices) == (["Me"], 1, ())
    assert names(look(community, eyes_of(me, is_organizer=is_organizer), "ada")) == []
    unblock(*(pair if is_blocker else pair[::-1]))
    assert look(community, eyes_of(me)).total == 2


def test_pages_follow_each_other(session: Session) -> None:
    community = make_community()
    members = [make_member(community, name=f"Member {n:03}") for n in range(PAGE + 3)]
    first, second = (look(community, eyes_of(members[0]), page=page) for page in (1, 2))
    assert (first.first, first.last, first.total, first.has_next) == (1, PAGE, PAGE + 3, True)
    assert (second.first, second.last, second.has_next) == (PAGE + 1, PAGE + 3, False)
    assert names(first) + names(second) == [f"Member {n:03}" for n in range(PAGE + 3)]


def test_the_commonest_values_are_offered_and_the_chosen_one_always(session: Session) -> None:
    community = make_community()
    me = make_member(community)
    for number in range(10):
        say(me, f"thing {number}")
    found = look(community, eyes_of(me), facets=((FacetKind.OFFER, "thing 9"),))
    keys = [choice.key for choice in found.choices]
    assert keys == [*(f"thing {n}" for n in range(8)), "thing 9"]


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_asks_as_often_for_three_as_for_one(
    session: Session, client: ProofreadingClient, size: int
) -> None:
    community = make_community()
    members = [make_member(community, name=f"Member {n}") for n in range(size)]
    for member in members:
        say(member, "Rust")
    sign_in(client, members[0])
    client.get(f"/c/{community.slug}/members")
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    page = client.get(f"/c/{community.slug}/members")
    event.remove(db.engine, "before_cursor_execute", note)
    assert page.text.count('class="card card--link people__face"') == size
    assert ("More people make this page" in page.text) is (size == 1)
    assert len(asked) == STATEMENTS


def test_the_page_narrows_by_links_alone(session: Session, client: ProofreadingClient) -> None:
    community = make_community()
    me = make_member(community, name="Me")
    ada: Contact = make_member(community, name="Ada Lovelace")
    say(ada, "Rust")
    sign_in(client, me)
    path = f"/c/{community.slug}/members"
    assert f'href="{path}?facet=offer:rust"' in client.get(path).text
    page = client.get(f"{path}?facet=offer:rust&q=ada&page=x").text
    assert "One member fits." in page
    assert "Take this filter away" in page
    assert f'href="{path}?q=ada"' in page
    assert "Nobody here fits that" in client.get(f"{path}?q=zzz&facet=nonsense").text
    assert "Nobody here fits that" in client.get(f"{path}?facet=offer:unknown").text


def test_another_page_is_a_link(session: Session, client: ProofreadingClient) -> None:
    community = make_community()
    members = [make_member(community, name=f"Member {n:03}") for n in range(PAGE + 1)]
    sign_in(client, members[0])
    path = f"/c/{community.slug}/members"
    assert f"{path}?page=2" in client.get(path).text
    last = client.get(f"{path}?page=2").text
    assert "25 to 25 of 25" in last
    assert f"{path}?page=1" in last
