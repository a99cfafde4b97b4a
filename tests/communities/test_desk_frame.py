"""Who may open which page of the desk, and the frame around it."""

import re

import pytest

from app.communities.models import (
    Ban,
    Community,
    Contact,
)
from app.core.database import add
from app.core.storage import keep
from tests.communities.reading import make_request, text_of
from tests.conftest import TODAY
from tests.factories import (
    make_contact,
    make_member,
    sign_in,
)
from tests.pages import ProofreadingClient

PAGES = {
    "start": "organizer",
    "settings": "organizer",
    "joining": "organizer",
    "invitations": "organizer",
    "rules": "organizer",
    "roles": "organizer",
    "requests": "moderator",
    "bans": "moderator",
    "closing": "owner",
}
RANKS = ["member", "host", "moderator", "organizer", "owner"]


@pytest.mark.parametrize("role", RANKS)
def test_each_desk_page_opens_from_its_role_up(
    client: ProofreadingClient, community: Community, role: str
) -> None:
    sign_in(client, make_member(community, role=role))

    opened = {page for page in PAGES if client.get(f"/c/runners/desk/{page}").status_code == 200}

    assert opened == {
        page for page, least in PAGES.items() if RANKS.index(role) >= RANKS.index(least)
    }


def test_the_frame_shows_the_way_to_what_one_may(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    make_request(community)
    page = text_of(client, "/c/runners/desk/requests")
    rail = page[page.index('class="rail"') : page.index("</nav>", page.index('class="rail"'))]

    assert re.findall(r'href="/c/runners/([^"]*)"', rail)[:3] == [
        "desk",
        "desk/members",
        "desk/requests",
    ]
    assert 'href="/c/runners/desk/requests" aria-current="page"' in rail
    assert rail.count("aria-current") == 1
    assert '<span class="rail__count">1</span>' in rail
    assert re.search(r'href="/c/runners/desk" aria-current="page">Desk', page)


@pytest.mark.parametrize(
    ("page", "place"),
    [
        *[("start", ""), ("imports", "/members"), ("imports/of/activities", "/members")],
        *[("accounts", "/members"), ("bans", "/requests"), ("closing", "/settings")],
    ],
)
def test_the_rail_shows_where_a_page_without_a_place_belongs(
    client: ProofreadingClient, community: Community, owner: Contact, page: str, place: str
) -> None:
    rail = text_of(client, f"/c/runners/desk/{page}").partition('class="rail"')[2]
    found = re.findall(r'href="/c/runners/desk([^"]*)" aria-current', rail.partition("</nav>")[0])
    assert found == [place]


@pytest.mark.parametrize(("role", "may"), [("moderator", False), ("organizer", True)])
def test_the_rail_leads_to_the_health_of_those_who_may_see_it(
    client: ProofreadingClient, community: Community, role: str, *, may: bool
) -> None:
    sign_in(client, make_member(community, role=role))
    rail = text_of(client, "/c/runners/desk/requests").partition('class="rail"')[2]
    assert ('href="/c/runners/health"' in rail.partition("</nav>")[0]) is may


def test_the_frame_shows_the_face_this_community_knows(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    assert "Your menu, Ana" in text_of(client, "/c/runners/desk/roles")
    owner.picture_key = keep(b"x", "image/webp", community_id=community.id).key
    assert owner.picture_key in text_of(client, "/c/runners/desk/settings")


def test_a_contact_page_offers_what_one_may_do(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    member, guest = make_member(community, name="Sam"), make_contact(community)
    add(Ban(community_id=community.id, contact_id=guest.id, reason="x", banned_at=TODAY))

    def tails(contact: Contact) -> set[str]:
        page = text_of(client, f"/c/runners/desk/members/{contact.public_id}")
        return set(re.findall(f'{contact.public_id}/(role|removal|ban|ban/end)"', page))

    assert tails(member) == {"role", "removal", "ban"}
    assert tails(owner) == {"role"}
    assert tails(guest) == {"ban/end"}


def test_a_member_sees_no_desk_in_the_frame(
    client: ProofreadingClient, community: Community
) -> None:
    sign_in(client, make_member(community))

    page = text_of(client, "/c/runners/rules")

    assert "/c/runners/desk" not in page
    assert 'href="/c/runners/members"' in page
    assert 'class="rail"' not in page
