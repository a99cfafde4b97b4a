"""What a member hides of a card stands on no page, in no mail and in no file for others.

The matrix proves it for every persona on every route; here the same words are shown first, so
that each place where they could leak is known, and nothing else has to be thought of.
"""

import io
import re
import zipfile

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.service.exports import zip_about
from app.communities.models import SHOWN, Contact, Facet, FacetKind, FacetVisibility
from app.communities.service.contacts import refresh_search
from app.communities.service.exports import zip_of
from app.core import clock
from app.core.database import add, db
from app.core.models import OutgoingMail
from app.matching.models import MatchKind, Suggestion
from app.matching.queries import popular_words
from app.matching.service import hellos
from app.matching.service.hellos import Greeting
from tests.factories import person_of
from tests.pages import ProofreadingClient
from tests.trust.arguments import arguments_of
from tests.trust.clients import client_of
from tests.trust.routes import calls
from tests.trust.world import World, build

KINDS = {kind.value: f"Hush{kind.value}" for kind in FacetKind}
WORDS = {"place": "Hushplace", "about": "Hushabout", **KINDS}
ALL = frozenset(WORDS)
STORED = [
    {"what": "events", "value": "Run", "count": 2},
    *(
        {"what": "facet", "mine": kind, "theirs": kind, "my_key": key, "key": key, "value": word}
        for kind, word in KINDS.items()
        if kind in {"life", "value"}
        for key in (word.lower(),)
    ),
]
"""Reasons as they were computed while both showed these words."""
CARD = {
    "communities.contact": ALL,
    "communities.desk_contact": ALL,
    "communities.members": ALL,
    "communities.members_csv": ALL - {"about"},
    "matching.index": frozenset({"place", "about", "goal"}),
    "matching.reasons": frozenset({"place", "about", "goal"}),
    "matching.step": frozenset({"interest"}),  # offered to others, for two say it
}
"""Where others read of a card, and which of its parts."""


def dress(contact: Contact, seen_by: FacetVisibility) -> None:
    """Write every part of a card, each seen by the same people."""
    contact.place, contact.place_visibility = WORDS["place"], seen_by
    contact.about, contact.about_visibility = WORDS["about"], seen_by
    db.session.execute(delete(Facet).where(Facet.contact_id == contact.id))
    for kind, word in KINDS.items():
        own = {"community_id": contact.community_id, "contact_id": contact.id}
        key = word.lower()
        add(Facet(**own, kind=FacetKind(kind), value=word, value_key=key, visibility=seen_by))
    refresh_search(contact)


def said_in(text: str) -> frozenset[str]:
    return frozenset(part for part, word in WORDS.items() if re.search(word, text, re.IGNORECASE))


def pages_with(app: Flask, world: World, client: ProofreadingClient) -> dict[str, frozenset[str]]:
    """Return which pages of the community say which of the words."""
    found = {}
    for call in calls(app, arguments_of(world.a, world)):
        if call.method == "GET" and call.path.startswith(f"/c/{world.a.slug}"):
            answer = client.get(call.path)
            said = (
                said_in(answer.get_data().decode(errors="replace"))
                if answer.status_code == 200
                else ()
            )
            if said:
                found[call.endpoint] = frozenset(said)
    return found


def searched(world: World, client: ProofreadingClient, where: str, name: str) -> frozenset[str]:
    """Return the words by which a search finds somebody."""
    path = f"/c/{world.a.slug}/{where}"
    return frozenset(
        part
        for part, word in WORDS.items()
        if f">{name}<" in client.get(path, query_string={"q": word}).text
    )


def packed(content: bytes) -> frozenset[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return said_in(b"\n".join(map(archive.read, archive.namelist())).decode())


@pytest.mark.parametrize("seen_by", ["members", "matching", "off"])
def test_others_read_of_a_card_what_its_owner_shows(
    app: Flask, session: Session, seen_by: str
) -> None:
    world = build()
    reader, met, member = (world.a.people[one] for one in ("owner", "met", "member"))
    for contact in (met, member):
        dress(contact, FacetVisibility(seen_by))
    client = client_of(app, world, "owner")
    is_shown = seen_by == "members"
    assert pages_with(app, world, client) == (CARD if is_shown else {})

    found = (ALL - {"about"}) if is_shown else frozenset()  # of the text about oneself none is kept
    for where in ("members", "desk/members"):
        assert searched(world, client, where, met.name) == found
    assert {kind: bool(popular_words(world.a.community.id, kind, 9)) for kind in FacetKind} == (
        dict.fromkeys(FacetKind, is_shown)
    )
    hellos.say(met, Greeting(reader.id, MatchKind.FRIEND), now=clock.now())  # the last yes
    mails = [*db.session.scalars(select(OutgoingMail.text_body + OutgoingMail.html_body))]
    assert mails
    assert said_in("".join(mails)) == frozenset()  # no mail quotes a card
    assert packed(zip_of(world.a.community, person_of(reader).id)) == (ALL if is_shown else set())
    assert packed(zip_about(person_of(reader), "")) == frozenset()
    assert packed(zip_about(person_of(member), "")) == ALL  # all of one's own, hidden or not


@pytest.mark.parametrize("seen_by", FacetVisibility)
def test_a_reason_names_what_both_show(
    app: Flask, session: Session, seen_by: FacetVisibility
) -> None:
    world = build()
    reader, met = world.a.people["owner"], world.a.people["met"]
    dress(reader, FacetVisibility.MEMBERS)
    dress(met, seen_by)
    session.execute(update(Suggestion).where(Suggestion.other_id == met.id).values(reasons=STORED))
    page = client_of(app, world, "owner").get(f"/c/{world.a.slug}/matches").text
    shown = [
        "You are both at this point in life: <mark>Hushlife</mark>.",
        "This matters to both of you: <mark>Hushvalue</mark>.",
    ]
    said = re.findall(r"<li>([^<]+<mark>Hush\w+</mark>[^<]*)</li>", page)
    assert said == (shown if seen_by in SHOWN else [])
    assert "<mark>Run</mark>" in page  # what nobody hides brought them here
