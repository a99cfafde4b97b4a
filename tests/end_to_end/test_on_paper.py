"""Pages that people print: the words and pictures without the furniture, black on white."""

from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import expect

from app.accounts.models import Person
from app.billing.models import PaymentMethod
from app.billing.service import record_offline_payment
from app.billing.service.links import order_token
from app.core import clock
from app.events.queries.tickets import tickets_of_order
from app.events.service.buying import reserve_tickets
from app.events.service.ticket_types import Terms, add_type
from app.events.service.tickets import ticket_token
from tests.conftest import SECRET
from tests.end_to_end.conftest import WITHOUT_SCRIPTS, Setting, Site, Visitor, set_free
from tests.factories import (
    make_community,
    make_contact,
    make_event,
    make_member,
    make_membership,
    make_person,
    person_of,
)

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]
FURNITURE = (
    ".bar, .rail, .tabs, .bottom-bar, .footer, .skip-link, .button, .no-print,"
    " [role=search], .filters, form[method=get]"
)

DARK_INK = """() => {
  const light = colour => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d');
    canvas.fillStyle = '#fff';  // stays so where the colour is none that can be read
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
  };
  const seen = [...document.querySelectorAll('main *')].filter(one => one.checkVisibility()
    && [...one.childNodes].some(it => it.nodeType === 3 && it.textContent.trim()));
  return seen.filter(one => light(getComputedStyle(one).color) > 0.55)
    .map(one => one.outerHTML.slice(0, 120));
}"""
"""The words that would be too pale on white paper; what lies behind them is seldom printed."""

BREAKS = """() => [...document.querySelectorAll('main figure, .qr, .card, tr')]
  .filter(one => one.checkVisibility() && getComputedStyle(one).breakInside !== 'avoid')
  .map(one => one.outerHTML.slice(0, 120))"""
"""What might be torn in two where a sheet ends."""

WIDE = "() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
WIDEN = """() => {
  const wide = document.createElement('pre');
  wide.style.inlineSize = '2000px';
  document.querySelector('main').append(wide);
}"""
A4 = {"width": 718, "height": 1047}
"""The space within the margins of a sheet, in CSS pixels."""


class Papers(NamedTuple):
    """The addresses of what is printed, and who may."""

    organizer: Person
    pages: dict[str, str]


def stage(site: Site, slug: str) -> Papers:
    """Make a community of some age with a sold ticket, and return its pages by a word on each."""
    now = clock.now()
    with site.staged():
        community = make_community(
            slug=slug, name="Paper makers", currency="eur", created_at=now - timedelta(days=200)
        )
        organizer = make_member(community, role="organizer", name="Ines")
        buyer = make_contact(community, person=make_person(), name="Tom Paper")
        make_membership(buyer, joined_at=now - timedelta(days=100))
        event = make_event(community, title="Paper boats")
        terms = Terms(title="Regular", words="", price_minor=1200)
        sort = add_type(event, terms, community=community, now=now)
        order = reserve_tickets(
            event,
            {sort.public_id: 1},
            contact=buyer,
            name="Tom at the door",
            is_member=True,
            now=now,
            sold_by=organizer,
        )
        record_offline_payment(order, method=PaymentMethod.CASH, recorded_by=organizer, now=now)
        ticket = tickets_of_order(order.public_id)[0]
        person = person_of(organizer)
        pages = {
            f"/ticket/{ticket_token(ticket, secret=SECRET)}": "Tom at the door",
            f"/c/{slug}/orders/{order_token(order, secret=SECRET)}/receipt": "€12.00",
            f"/c/{slug}/desk/money": "Latest orders",
            f"/c/{slug}/desk/money/orders/{order.public_id}": "Order of Tom Paper",
            f"/c/{slug}/health": "Members",
            f"/c/{slug}/members": "Tom Paper",
            f"/c/{slug}/desk/members": "Tom Paper",
            f"/c/{slug}/events/{event.public_id}": "Tom Paper",
            f"/c/{slug}/desk/events/{event.public_id}": "Tom Paper",
        }
        set_free(person)
    return Papers(person, pages)


@pytest.mark.parametrize("setting", [Setting("phone"), WITHOUT_SCRIPTS, Setting("desk")], ids=str)
def test_paper_shows_words_and_no_furniture(site: Site, new_visitor: Any, setting: Setting) -> None:
    papers = stage(site, f"paper-{setting}")
    host: Visitor = new_visitor(setting, color_scheme="dark").sign_in(papers.organizer)
    screen = host.page.viewport_size
    for page, words in papers.pages.items():
        host.open(page)
        assert shown(host), f"{page} has no furniture to take away"
        assert host.page.evaluate(DARK_INK), f"{page} has nothing pale in the dark"
        host.page.emulate_media(media="print")
        host.page.set_viewport_size(A4)  # type: ignore[arg-type]  # a plain dict of that shape
        assert not shown(host)
        assert host.page.evaluate(DARK_INK) == []
        pictures = host.page.locator(".qr__code svg, main figure svg").locator("visible=true")
        assert bool(pictures.count()) is (words in {"Tom at the door", "Members"})
        assert host.page.evaluate(BREAKS) == []
        assert host.page.evaluate(WIDE) <= 0, f"{page} is wider than a sheet of paper"
        expect(host.page.get_by_text(words).locator("visible=true").first).to_be_visible()
        if page.endswith("/health"):
            host.page.evaluate(WIDEN)
            assert host.page.evaluate(WIDE) > 0
        host.page.emulate_media(media="screen")
        host.page.set_viewport_size(screen)  # type: ignore[arg-type]
        if page.endswith("/health"):
            assert host.page.evaluate(BREAKS), "on screen nothing is kept together"


def shown(visitor: Visitor) -> list[str]:
    """Return what can be seen of what helps on a screen only."""
    found: list[str] = visitor.page.locator(FURNITURE).evaluate_all(
        "all => all.filter(one => one.checkVisibility()).map(one => one.outerHTML.slice(0, 80))"
    )
    return found
