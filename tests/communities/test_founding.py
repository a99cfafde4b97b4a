"""Founding: two answers make a community, the rest is preset."""

import re

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import Founding
from app.activity.models import Activity
from app.communities import hooks, queries
from app.communities.models import Community, Contact, JoinedVia, Joining, Membership, Visibility
from app.communities.presets import HUES
from app.communities.service.founding import Preset, found_community, may_found
from app.communities.service.refusals import FoundingClosed
from app.core.models import AuditEntry
from tests.communities.reading import statements_of
from tests.conftest import TODAY
from tests.factories import (
    make_community,
    make_installation,
    make_member,
    make_person,
    sign_in,
)
from tests.pages import ProofreadingClient

OURS = {"Sec-Fetch-Site": "same-origin"}


def found(name: str = "Sunday Runners", **values: object) -> Community:
    person = values.pop("person", None) or make_person()
    return found_community(
        name=name,
        purpose="We run on Sundays",
        person=person,  # type: ignore[arg-type]  # a Person by default
        founder_name="Ana",
        preset=Preset(language="fr", zone="Europe/Paris", currency="eur"),
        now=TODAY,
    )


def test_a_founder_owns_a_public_open_community(session: Session) -> None:
    person = make_person()

    community = found(" Sunday\u200b  Runners ", person=person)

    assert (community.slug, community.name) == ("sunday-runners", "Sunday Runners")
    assert (community.visibility, community.joining) == (Visibility.PUBLIC, Joining.OPEN)
    assert (community.language, community.zone, community.currency) == (
        "fr",
        "Europe/Paris",
        "eur",
    )
    assert community.hue in HUES
    assert community.founder_id == person.id
    contact, membership = session.execute(
        select(Contact, Membership).join(Membership, Membership.contact_id == Contact.id)
    ).one()
    assert (contact.person_id, contact.name) == (person.id, "Ana")
    assert (membership.role_key, membership.joined_via) == ("owner", JoinedVia.FOUNDING)
    activity = session.scalars(select(Activity)).one()
    assert (activity.type, activity.subject) == (
        "member.joined",
        f"membership:{membership.public_id}",
    )
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor_id, entry.subject_id) == (
        "community.founded",
        person.id,
        community.id,
    )


def test_a_taken_address_gets_a_few_letters_behind_it(session: Session) -> None:
    first, second, third = found(), found(), found()

    assert first.slug == "sunday-runners"
    assert second.slug.startswith("sunday-runners-")
    assert len({first.slug, second.slug, third.slug}) == 3


@pytest.mark.parametrize("name", ["社区", "Бегуны", "Élodie & amis"])
def test_any_script_gives_an_address_that_the_database_takes(session: Session, name: str) -> None:
    assert found(name).name == name


def test_where_only_administrators_may_found_others_are_refused(session: Session) -> None:
    make_installation(founding=Founding.ADMINS)
    admin = make_person(is_site_admin=True)

    assert may_found(admin)
    with pytest.raises(FoundingClosed):
        found()
    assert session.scalar(select(func.count()).select_from(Community)) == 0
    assert found(person=admin).founder_id == admin.id


def test_anyone_may_found_where_nothing_is_said(session: Session) -> None:
    assert may_found(make_person())


# ------------------------------------------------------------------ the pages


def test_founding_asks_two_things_and_leads_to_the_first_steps(
    client: ProofreadingClient, session: Session
) -> None:
    person = sign_in(client, make_person(email="amara.okafor@example.org"))
    page = client.get("/communities/new").get_data(as_text=True)
    assert page.count('type="text"') == 2
    assert "js/zone.js" in page

    answer = client.post(
        "/communities",
        data={"name": "Kampung", "purpose": "Neighbours", "zone": "Asia/Jakarta"},
        headers={"Accept-Language": "id-ID,id;q=0.9"},
    )

    assert (answer.status_code, answer.headers["Location"]) == (303, "/c/kampung/desk/start")
    community = session.scalars(select(Community)).one()
    assert (community.language, community.zone, community.currency) == ("en", "Asia/Jakarta", "idr")
    assert session.scalars(select(Contact)).one().name == "Amara Okafor"
    steps = client.follow(answer).get_data(as_text=True)
    assert "1 of 10 members" in steps
    assert steps.count("checklist__step ") + steps.count('checklist__step"') == 7
    assert "Plan a first gathering" in steps
    assert person.id == community.founder_id


def test_founding_keeps_what_was_typed_when_something_is_missing(
    client: ProofreadingClient, session: Session
) -> None:
    sign_in(client, make_person())

    answer = client.post("/communities", data={"name": "\u200b", "purpose": "Neighbours"})

    assert answer.status_code == 422
    assert 'value="Neighbours"' in answer.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(Community)) == 0


def test_founding_is_counted(client: ProofreadingClient, session: Session) -> None:
    sign_in(client, make_person())
    tries = [{"name": f"Runners {number}", "purpose": "To run"} for number in range(11)]

    answers = [client.post("/communities", data=data) for data in tries]

    assert [one.status_code for one in answers] == [303] * 10 + [429]
    assert "There were many tries" in answers[-1].get_data(as_text=True)


def test_closed_founding_says_so(client: ProofreadingClient, session: Session) -> None:
    make_installation(founding=Founding.ADMINS)
    sign_in(client, make_person())

    assert "Founding is closed here" in client.get("/communities/new").get_data(as_text=True)
    answer = client.post("/communities", data={"name": "A", "purpose": "B"})
    assert answer.status_code == 422
    assert "Only the people who run this site" in answer.get_data(as_text=True)


def test_strangers_sign_in_before_they_found(client: ProofreadingClient) -> None:
    assert client.get("/communities/new").headers["Location"].startswith("/sign-in")


def test_words_outlive_the_session_they_were_typed_in(
    client: ProofreadingClient, session: Session
) -> None:
    person = make_person()
    sign_in(client, person)
    client.get("/communities/new")
    typed = {"name": "Runners & co", "purpose": "We run <slowly> along the river", "once": "k" * 9}

    client.delete_cookie("kith")
    asked = client.post("/communities", data=typed, csrf=False, headers=OURS)
    assert asked.status_code == 403
    assert "Everything you typed is below" in asked.text
    assert 'href="/sign-in?next=/communities" target="_blank"' in asked.text
    assert 'name="name" value="Runners &amp; co"' in asked.text
    assert "We run &lt;slowly&gt; along the river</textarea>" in asked.text

    client.delete_cookie("kith")  # a new session knows no token of the old one
    sign_in(client, person)
    late = client.post("/communities", data={**typed, **token_in(asked)}, csrf=False, headers=OURS)
    assert late.status_code == 400
    assert 'name="name" value="Runners &amp; co"' in late.text
    sent = client.post("/communities", data={**typed, **token_in(late)}, csrf=False, headers=OURS)
    assert sent.status_code == 303
    assert session.scalars(select(Community.name)).one() == "Runners & co"


def token_in(page: TestResponse) -> dict[str, str]:
    """Return the token of a page's form, as the form sends it."""
    return dict(re.findall(r'name="(csrf_token)" value="([^"]+)"', page.text))


@pytest.mark.parametrize(
    ("path", "data", "leads_to"),
    [
        ("/communities", {}, "/sign-in?next=/communities"),
        (
            "/communities",
            {"once": "key", "version": "3", "number": "7"},
            "/sign-in?next=/communities",
        ),
        ("/settings/password", {"password": "hush"}, "/sign-in?next=/settings/password"),
        ("/sign-out", {}, "/sign-in"),
    ],
)
def test_a_form_without_words_leads_to_the_sign_in_page_and_back(
    client: ProofreadingClient, session: Session, path: str, data: dict[str, str], leads_to: str
) -> None:
    answer = client.post(path, data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, leads_to)
    answer = client.post(path, data=data, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, leads_to)


def test_words_from_elsewhere_are_not_shown(client: ProofreadingClient, session: Session) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    answer = client.post("/communities", data={"name": "Theirs"}, headers=foreign)
    assert answer.status_code == 303


def test_the_list_shows_public_communities_only(
    client: ProofreadingClient, session: Session
) -> None:
    make_community(name="Open Runners")
    for visibility in (Visibility.UNLISTED, Visibility.PRIVATE, Visibility.SECRET):
        make_community(name=f"Hidden {visibility}", visibility=visibility)
    make_community(name="Hidden suspended", suspended_at=TODAY)
    make_community(name="Hidden closing", closing_at=TODAY)

    page = client.get("/communities").get_data(as_text=True)

    assert "Open Runners" in page
    assert "Hidden" not in page


def test_the_list_finds_any_script_and_says_when_it_finds_nothing(
    client: ProofreadingClient, session: Session
) -> None:
    make_community(name="Élodie lit")
    make_community(name="北京读书会")

    assert "Élodie" in client.get("/communities?q=elodie").get_data(as_text=True)
    assert "北京读书会" in client.get("/communities?q=读书").get_data(as_text=True)
    assert "Nothing here fits" in client.get("/communities?q=zzz").get_data(as_text=True)


def test_an_empty_list_invites_to_found(client: ProofreadingClient) -> None:
    assert "The first community could be yours" in client.get("/communities").get_data(as_text=True)


def test_the_list_is_one_statement(client: ProofreadingClient, session: Session) -> None:
    make_community()
    one = statements_of(client, "/communities")
    make_community()
    make_community()

    assert (one, statements_of(client, "/communities")) == (1, 1)


def test_the_list_goes_on_behind_24_communities(
    client: ProofreadingClient, session: Session
) -> None:
    for number in range(26):
        make_community(name=f"Group {number:02}")

    first = client.get("/communities").get_data(as_text=True)
    second = client.get("/communities?page=2").get_data(as_text=True)

    assert ("Group 23" in first, "Group 24" in first) == (True, False)
    assert ("Group 23" in second, "Group 25" in second) == (False, True)
    assert 'rel="next"' in first
    assert 'rel="prev"' in second


def test_the_checklist_ticks_what_is_done_and_can_be_put_away(
    client: ProofreadingClient, session: Session
) -> None:
    community = make_community(about="Words", welcome="Hello", mark_key=None)
    sign_in(client, make_member(community, role="owner", about="Me"))
    extra = hooks.FirstStep(
        title=lambda: "Plan a gathering",
        text=lambda: "A date brings people.",
        endpoint="communities.settings",
        permission="community.edit",
        is_done=False,
    )
    hidden = hooks.FirstStep(
        title=lambda: "Nobody may see this",
        text=lambda: "",
        endpoint="communities.settings",
        permission="nobody.may",
        is_done=False,
    )

    def suggest(_community: Community) -> hooks.FirstStep:
        return extra

    def hide(_community: Community) -> hooks.FirstStep:
        return hidden

    hooks.first_steps.register(suggest)
    hooks.first_steps.register(hide)
    try:
        page = client.get(f"/c/{community.slug}/desk/start").get_data(as_text=True)
    finally:
        hooks.first_steps._callbacks.remove(suggest)
        hooks.first_steps._callbacks.remove(hide)

    assert page.count("checklist__step--done") == 3
    assert "Plan a gathering" in page
    assert "Nobody may see this" not in page
    answer = client.post(f"/c/{community.slug}/desk/start/end")
    assert answer.headers["Location"] == f"/c/{community.slug}/desk"
    assert session.get_one(Community, community.id).checklist_done_at == TODAY


def test_a_person_finds_their_communities_by_name(session: Session) -> None:
    person = make_person()
    for name in ("Beta", "alpha"):
        make_member(make_community(name=name), person=person)
    make_community(name="Foreign")

    assert [card.community.name for card in queries.communities_of(person.id)] == ["alpha", "Beta"]
    assert {card.members for card in queries.communities_of(person.id)} == {1}
    assert queries.name_elsewhere(person.id) is not None
    assert queries.name_elsewhere(make_person().id) is None
