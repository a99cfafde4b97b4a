"""The pages where rules are written and logged."""

import re

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.communities.models import (
    Community,
    Contact,
    RulesVersion,
)
from tests.communities.reading import text_of
from tests.factories import (
    make_member,
    make_rules,
    sign_in,
)
from tests.pages import ProofreadingClient


def test_rules_are_written_published_and_logged(
    client: ProofreadingClient, community: Community, owner: Contact, session: Session
) -> None:
    make_member(community, name="Sam")
    assert text_of(client, "/c/runners/desk/rules").count('class="rule-row"') == 2
    data = {
        "based_on": "0",
        "rules-0-title": "Be kind",
        "rules-0-words": "Always",
        "rules-1-title": "",
        "note": "First",
        "once": "key-of-the-form",
    }

    more = client.post("/c/runners/desk/rules", data={**data, "more": "1"})
    assert more.get_data(as_text=True).count('class="rule-row"') == 5
    assert session.scalar(select(func.count()).select_from(RulesVersion)) == 0
    for _again in range(2):
        answer = client.post("/c/runners/desk/rules", data=data)
        assert answer.headers["Location"] == "/c/runners/desk/rules/1"
        page = client.follow(answer).get_data(as_text=True)
        assert "Version 1 is published." in page

    assert "1 of 2 agreed" in page
    assert "Not yet" in page
    page = text_of(client, "/c/runners/desk/rules")
    assert "Version 1" in page
    assert 'value="Be kind"' in page


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        ({"based_on": "1", "rules-0-title": ""}, 422, "Write at least one rule."),
        ({"based_on": "1", "rules-0-title": "Be kind"}, 422, "nothing to publish"),
        ({"based_on": "", "rules-0-title": "Other"}, 422, "Other"),
        ({"based_on": "0", "rules-0-title": "Other"}, 409, "Be kind"),
        ({"based_on": "1", "rules-0-title": "x" * 121}, 422, "x" * 121),
    ],
)
def test_what_cannot_be_published_says_why(
    client: ProofreadingClient,
    community: Community,
    owner: Contact,
    session: Session,
    data: dict[str, str],
    status: int,
    words: str,
) -> None:
    first = {"based_on": "0", "rules-0-title": "Be kind"}
    assert client.post("/c/runners/desk/rules", data=first).status_code == 303

    answer = client.post("/c/runners/desk/rules", data=data)

    assert answer.status_code == status
    assert words in answer.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(RulesVersion)) == 1


def test_a_version_that_never_was_is_not_there(
    client: ProofreadingClient, community: Community, owner: Contact
) -> None:
    make_rules(community, agreed=(owner,))

    assert client.get("/c/runners/desk/rules/999999").status_code == 404
    assert client.get("/c/runners/desk/rules/99999999999999999999").status_code == 400


def test_words_sent_before_the_yes_to_new_rules_are_kept(
    client: ProofreadingClient, community: Community, session: Session
) -> None:
    member = make_member(community, name="Sam")
    sign_in(client, member)
    page = text_of(client, "/c/runners/card")
    (version,) = re.findall(r'name="version"[^>]*value="(\d+)"', page)
    facets = {"place_visibility": "members", "about_visibility": "members"}
    typed = {"version": version, "name": "Sam", "about": "I swim across the lake, and back again."}
    rules = make_rules(community, "Be kind")

    asked = client.post("/c/runners/card", data={**facets, **typed})

    assert asked.status_code == 403
    assert "Agree to the rules first" in asked.text
    assert 'href="/c/runners/rules?next=/c/runners/card" target="_blank"' in asked.text
    assert "I swim across the lake, and back again.</textarea>" in asked.text
    client.post("/c/runners/rules/consent", data={"rules": str(rules.number), "agrees": "y"})
    assert client.post("/c/runners/card", data={**facets, **typed}).status_code == 303
    assert "I swim across the lake" in text_of(client, "/c/runners/card")
