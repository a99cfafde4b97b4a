"""Two people are suggested to each other, both say hello, and they talk by page and by mail."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from app.accounts.models import Person
from app.core import clock
from app.core.database import add, db
from app.matching import service
from app.matching.models import Introduction, MatchChoice, MatchKind
from tests.end_to_end.conftest import Setting, Site, Visitor, in_each_setting, set_free
from tests.factories import make_community, make_member, make_person, person_of
from tests.matching.conftest import be_active, put_facet

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]


def stage(site: Site, slug: str, *addresses: str) -> list[Person]:
    """Make two members who share a word and said yes to friends; return their accounts."""
    with site.staged():
        community = make_community(slug=slug)
        people = []
        for name, address in zip(("Ana Lake", "Ben Stone"), addresses, strict=True):
            contact = make_member(community, person=make_person(email=address), name=name)
            put_facet(contact, "Bees")
            be_active(contact, community)
            add(
                MatchChoice(
                    community_id=community.id,
                    contact_id=contact.id,
                    kind=MatchKind.FRIEND,
                    chosen_at=clock.now(),
                    adult_said_at=clock.now(),
                )
            )
            people.append(person_of(contact))
        service.refresh(community, now=clock.now())
        set_free(*people)
    return people


@in_each_setting
def test_two_are_matched_introduced_and_talk(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    here, of_ana, of_ben = f"/c/roof-{setting}", f"ana@{setting}.example", f"ben@{setting}.example"
    first, second = stage(site, f"roof-{setting}", of_ana, of_ben)
    ana: Visitor = new_visitor(setting).sign_in(first)
    ben: Visitor = new_visitor(setting).sign_in(second)

    ben.open(f"{here}/matches").sees("Ana Lake")
    before = ben.page.get_by_role("main").inner_text()
    ana.open(f"{here}/matches").sees("Ben Stone")
    ana.use(ana.page.get_by_text("Add a line").first)
    ana.page.get_by_label("Shown only if both of you say hello.").first.fill("I keep bees too")
    ana.press("Say hello").sees("nobody is told").sees("Take it back")
    assert ben.open(f"{here}/matches").page.get_by_role("main").inner_text() == before
    ben.open(f"{here}/introductions").sees("No introductions yet")

    ben.open(f"{here}/matches").press("Say hello")
    ben.sees("They said hello too").sees("I keep bees too")
    ben.follow("Write to Ana Lake").sees("You can talk now")
    ben.type("Your message", "Do they sleep in winter?").press("Send")
    ben.sees("Do they sleep in winter?")

    ana.mail(of_ana, "wrote to you").sees("Do they sleep in winter?").sees_not(of_ben)
    ana.type("Answer this mail", "They huddle and hum.").press("Answer")
    ana.sees("Your answer is delivered")
    ben.open(f"{here}/messages").sees("1 new").follow("Ana Lake")
    ben.sees("They huddle and hum.").sees_not(of_ana)
    ben.sees_not("Answer above this line")
    ben.mail(of_ben, "wrote to you").sees("They huddle and hum.").sees_not(of_ana)

    with site.staged():
        long_ago = clock.now() - timedelta(days=20)
        db.session.execute(update(Introduction).values(introduced_at=long_ago))
    ana.open(f"{here}/introductions").sees("A question for you").follow("Ben Stone")
    ana.page.get_by_label("Yes", exact=True).check()
    ana.page.get_by_label("Very useful", exact=True).check()
    ana.press("Say so").sees("What you said is kept")

    ana.open(f"{here}/messages").follow("Ben Stone").press_in_dialog("Block")
    for visitor in (ana, ben):
        visitor.open(f"{here}/messages").sees("No conversations yet")
        visitor.open(f"{here}/introductions").sees("No introductions yet")
        expect(visitor.page.get_by_role("main")).not_to_contain_text("Lake")
        expect(visitor.page.get_by_role("main")).not_to_contain_text("Stone")
