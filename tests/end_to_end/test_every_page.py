"""Every page in the look that no journey takes: dark, in the longest words, narrow and zoomed.

They arrive in pieces, so that whatever makes room for what follows is seen to move.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import update

from app.accounts.models import Person, PersonSession
from app.communities.models import Community, Contact, Facet, FacetKind, Visibility
from app.conversations.models import Message, ThreadOrigin
from app.conversations.service.threads import open_thread
from app.core import clock
from app.core.database import add, db
from app.events.models import Event
from tests.end_to_end.conftest import Site, Visitor, set_free
from tests.end_to_end.slow_line import slow_line
from tests.trust.arguments import arguments_of
from tests.trust.expected import GROUP_OF, expected
from tests.trust.routes import Call, calls
from tests.trust.wire import Answer
from tests.trust.world import Side, build

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]

NARROW = {"width": 360, "height": 740}
ZOOMED = {"width": 720, "height": 450}
"""A desk at 200 %: the same page in half the width and height."""
READERS = ("owner", "member", "outsider", "site_admin", "anonymous")
FOR_STRANGERS = {"anyone", "token", "guest", "buyer", "door", "open", "front"}
FILES = {
    *("accounts.second_factor_picture", "billing.export_sales"),
    *("communities.import_rejects", "communities.mark", "communities.members_csv"),
    *("communities.invitation_code", "events.calendar", "events.export", "events.export_tickets"),
    *("events.feed", "events.preview", "health.healthz", "health.readyz", "home.file"),
    *(
        "home.house_preview",
        "home.outbox_letter",
        "home.preview",
        "web.display",
        "web.favicon",
        "web.hue_sheet",
    ),
    *("web.robots", "web.static_file"),
}
"""Pictures, tables, calendars and what machines ask for."""
ELSEWHERE = {
    "accounts.code": "asks for a sign-in half done: test_people walks through it",
    "accounts.setup": "is gone once a Kith is set up: test_first_minutes walks through it",
    "accounts.show_export": "asks for a finished export: test_people walks through it",
    "billing.account_return": "leads back to the desk",
    "communities.choose_account": "asks for an account that an import brought",
    "communities.export": "asks for a finished export",
    "home.outbox_mail": "asks for a written mail: every journey reads some",
}
"""What has no page in this world, and where it is looked at instead."""
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
DOCUMENT = (
    "https://docs.google.com/document/d/1aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789/edit?usp=sharing"
)
MAP = "https://www.google.com/maps/place/Tempelhofer+Feld/@52.4756,13.4011"
"""What people write and paste that has no place to break."""
STICKS_OUT = """() => [...document.querySelectorAll('.bottom-bar .count')].filter(
  one => one.getBoundingClientRect().right > innerWidth).length"""
"""Numbers cut off by the screen: what is fixed to it makes no page wider."""
SQUEEZED = r"""() => {
  const found = [...document.querySelectorAll('.list > li > .grow')].filter(
    one => one.checkVisibility() && one.clientWidth < 160).map(one => one.innerText);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (texts.nextNode()) {
    const {data, parentElement} = texts.currentNode;
    if (!parentElement.checkVisibility() || parentElement.clientWidth === 1) continue;
    for (const {0: word, index} of data.matchAll(/\p{Script=Cyrillic}{2,}/gu)) {
      range.setStart(texts.currentNode, index);
      range.setEnd(texts.currentNode, index + word.length);
      const lines = [...range.getClientRects()].map(one => Math.round(one.top));
      if (new Set(lines).size > 1) found.push(word);
    }
  }
  return found;
}"""
"""Our own words, broken inside, and the words of a list that have no room beside their button."""
RUNS_OFF = """() => {
  const menus = [...document.querySelectorAll('details:has(> .menu__sheet)')];
  const off = menus.filter(menu => {
    menu.open = true;
    const sheet = menu.querySelector('.menu__sheet').getBoundingClientRect();
    menu.open = false;
    return sheet.left < 0 || sheet.right > innerWidth;
  });
  return off.map(menu => menu.innerText);
}"""
"""Menus that, once opened, lie partly beside the screen."""


@dataclass(frozen=True)
class Look:
    """One page to look at, and who looks."""

    reader: str
    call: Call


@dataclass(frozen=True)
class Tour:
    """All pages of a site, and the people who look at them; nobody for strangers."""

    looks: list[Look]
    people: dict[str, Person | None]


@pytest.fixture
def tour(empty_site: Site) -> Tour:
    """A site with something on each page."""
    with empty_site.staged():
        world = build(visibility=Visibility.PUBLIC)
        write_long_words(world.a)
        write_to_owner(world.a)
        db.session.execute(update(Person).values(language="ru"))
        asked = list(calls(current_app, arguments_of(world.a, world), only=set(GROUP_OF)))
        people = {name: world.person(name) for name in READERS}
        set_free(*(one for one in people.values() if one))
    looks = [Look(who, call) for call in asked if call.is_look for who in readers_of(call.endpoint)]
    return Tour(looks, people)


def write_long_words(side: Side) -> None:
    """Call everything one word as long as a name may be, and paste long links."""
    db.session.execute(update(Community).values(name=WORD, purpose=f"Notes: {DOCUMENT}"))
    here = {"community_id": side.community.id}
    db.session.execute(update(Contact).filter_by(**here).values(name=WORD))
    db.session.execute(update(Event).filter_by(**here).values(title=WORD, place=MAP))
    for place, word in enumerate(("C", "R", "Neighbourhood documentary photography")):
        own = here | {"contact_id": side.people["owner"].id, "kind": FacetKind.INTEREST}
        add(Facet(**own, value=word, value_key=word, position=place))


def write_to_owner(side: Side) -> None:
    """Let something be unread by who has more tabs than a phone shows."""
    home, now = side.community.id, clock.now()
    writer, reader = (side.people[who].id for who in ("host", "owner"))
    thread = open_thread(home, (writer, reader), origin=ThreadOrigin.INTRODUCTION, now=now)
    said = {"author_id": writer, "words": WORD, "written_at": now}
    add(Message(community_id=home, thread_id=thread.id, **said))


def readers_of(endpoint: str) -> Iterator[str]:
    """Yield who may open a page: a stranger where strangers may, and the first who belongs."""
    if GROUP_OF[endpoint] in FOR_STRANGERS:
        yield "anonymous"
    for persona in READERS[:-1]:
        if expected(persona, endpoint, Visibility.PUBLIC) is Answer.IN:
            yield persona
            return


def test_each_page_is_whole_when_dark_narrow_and_zoomed(
    empty_site: Site, new_visitor: Any, tour: Tour
) -> None:
    seen, left_out, wrong = set(), set(), []
    with slow_line(empty_site.address) as near:
        visitors = seated(replace(empty_site, address=near), new_visitor, tour)
        for look in tour.looks:
            if is_page(visitors[look.reader], look.call, at=empty_site):
                wrong += look_at(visitors[look.reader], look.call)
                seen.add(look.call.endpoint)
            else:
                left_out.add(look.call.endpoint)
    assert not wrong, "\n".join(wrong)
    assert left_out - seen == FILES | set(ELSEWHERE)


def seated(site: Site, new_visitor: Any, tour: Tour) -> dict[str, Visitor]:
    """Return a visitor for each reader, signed in a moment ago; they read Russian in the dark."""
    dark: dict[str, str] = {"locale": "ru-RU", "color_scheme": "dark"}
    visitors = {name: new_visitor("phone", at=site, **dark) for name in tour.people}
    for name, person in tour.people.items():
        if person:
            visitors[name].sign_in(person)
    with site.staged():
        db.session.execute(update(PersonSession).values(proved_at=clock.now()))
    return visitors


def is_page(visitor: Visitor, call: Call, *, at: Site) -> bool:
    """Say whether an address answers with a page, not with a file or another address."""
    answer = visitor.page.request.get(at.address + call.path, max_redirects=0)
    return answer.status == 200 and "text/html" in answer.headers["content-type"]


def look_at(visitor: Visitor, call: Call) -> list[str]:
    """Open a page, narrow and dark, then zoomed; return what is wrong with it."""
    visitor.page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a plain dict of that shape
    wrong = []
    try:
        visitor.open(call.path)
    except AssertionError as fault:
        visitor.troubles.clear()
        wrong.append(f"{call.endpoint}: {fault}")
    if visitor.page.evaluate(STICKS_OUT):
        wrong.append(f"{call.endpoint} cuts a number of its bottom bar off")
    if squeezed := visitor.page.evaluate(SQUEEZED):
        wrong.append(f"{call.endpoint} squeezes {squeezed}")
    if menus := visitor.page.evaluate(RUNS_OFF):
        wrong.append(f"{call.endpoint} opens {menus} beside the screen")
    visitor.page.set_viewport_size(ZOOMED)  # type: ignore[arg-type]
    wide = visitor.page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    return wrong + [f"{call.endpoint} is {wide} px too wide when zoomed"] * (wide > 0)
