"""Every number of the health page: drawn as it is told, and opening its people."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Self
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy.orm import Session

from app.analytics import numbers, service
from app.analytics.months import last_months
from app.analytics.queries import behind
from app.analytics.queries.histories import Counting
from app.communities.models import Community, Contact, JoinedVia
from app.core.money import Money
from app.web.filters import count, money
from tests.analytics.conftest import ZONE, acted, joined
from tests.analytics.lively import live
from tests.conftest import TODAY
from tests.factories import make_community, make_contact, make_member, sign_in
from tests.pages import ProofreadingClient, parse

HEALTH = "/c/lantern/health"
MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
EXCUSED = {
    "svg": "drawn values stand in the table below the picture, and open their people there",
    "th": "names of months, hours and rows",
    "p.eyebrow": "the name of the month",
    "span.health-late__before": "what a month said before: only its new people are known",
    "section.health-about": "a choice of the community's, no number of its life",
}
"""Where a number opens nobody, and why; the same reasons stand in docs/metrics.md."""


@pytest.fixture
def community(session: Session) -> Community:
    """A community in Jakarta, in which much happened."""
    community = make_community(slug="lantern", zone=ZONE)
    live(community)
    return community


@pytest.fixture
def organizer(community: Community, client: ProofreadingClient) -> Contact:
    """An organizer, of the team, signed in."""
    contact = make_member(community, role="organizer", is_team=True)
    sign_in(client, contact)
    return contact


def page(client: ProofreadingClient, url: str = HEALTH) -> Element:
    """Return what stands between the head of a page and its foot."""
    found = parse(client.get(url).get_data(as_text=True)).find(".//main")
    assert found is not None
    for one in found.iter():  # what is drawn has a namespace of its own
        one.tag = str(one.tag).rpartition("}")[2]
    return found


def words(element: Element) -> str:
    """Return the words of an element in one line."""
    return " ".join("".join(element.itertext()).split())


def is_named(element: Element, name: str) -> bool:
    """Say whether "tag" or "tag.class" names an element."""
    tag, _, style = name.partition(".")
    return element.tag == tag and (not style or style in (element.get("class") or "").split())


def unlinked(element: Element) -> Iterator[str]:
    """Yield the words that stand in no link to people, and in nothing that is excused."""
    if any(is_named(element, name) for name in EXCUSED):
        return
    if not opens_people(element):
        yield element.text or ""
        for child in element:
            yield from unlinked(child)
            yield child.tail or ""


def numbers_without_people(main: Element) -> list[str]:
    """Return the words with a number above nothing that opens nobody."""
    bare = (re.sub(rf"{MONTH} \d{{4}}", "", text) for text in unlinked(main))
    return [text.strip() for text in bare if re.search(r"[1-9]", text)]


def figures(main: Element) -> dict[str, Element]:
    """Return the pictures of bars by the name of their table."""
    found = [one for one in main.iter("figure") if "health-chart" in (one.get("class") or "")]
    return {words(next(one.iter("caption"))): one for one in found}


def table_of(figure: Element) -> dict[str, dict[str, str]]:
    """Return the table below a picture: month -> column -> value."""
    head, *rows = [[words(cell) for cell in row] for row in figure.iter("tr")]
    return {
        row[0].removesuffix(" (so far)"): dict(zip(head[1:], row[1:], strict=True)) for row in rows
    }


def drawn(figure: Element) -> Iterator[tuple[str, str, str]]:
    """Yield what a picture says of each of its bars: month, series, value."""
    for title in figure.iter("title"):
        month, *parts = words(title).split("; ")
        for part in parts:
            series, _, value = part.rpartition(": ")
            yield month, series, value


NOT_ON_THIS_PAGE = {
    numbers.COHORT,  # on its own page, below
    *("door_founding", "door_questions", "door_approval", "door_event"),  # nobody came by these
    "inflow",  # opens from older pages: imports and others together
}
SUMS = {"acts", "hour", "places", "arrived", "stayed_away", "orders", "strange", "gross",
        "refunds", "net", "net_plan", "net_ticket", "net_other", "mrr", "mrr_new", "mrr_expansion",
        "mrr_reactivation", "mrr_contraction", "mrr_churn"}  # fmt: skip
"""Numbers that are the sum of the shares in their list; the other shares make a mean or a ratio."""


def every_value_that_is_drawn_stands_in_the_table_below(main: Element) -> None:
    found = figures(main)
    assert set(found) == {
        "People helped by month",
        "Members by month",
        "Inflow and outflow by month",
        "Activity by month",
        "Sales by month",
        "Recurring revenue by month",
    }
    for name, figure in found.items():
        told, said = table_of(figure), list(drawn(figure))
        assert {month for month, _, _ in said} == set(told), name
        for month, series, value in said:
            assert told[month][series] == value, (name, month, series)
        assert any(re.search("[1-9]", value) for _, _, value in said), name
    flows = {series for _, series, _ in drawn(found["Inflow and outflow by month"])}
    assert {"Brought by an import", "Left, removed or erased"} <= flows
    assert table_of(found["Sales by month"])["April 2026"]["Tickets"] == "-€40.00"


def more_went_back_than_came_in_hangs_below_the_line(main: Element) -> None:
    figure = figures(main)["Sales by month"]
    ground = next(one for one in figure.iter("line") if is_named(one, "line.health-chart__ground"))
    bars = {
        words(next(group.iter("title"))).split(";")[0]: {
            one.get("class"): float(one.get("y") or 0) for one in group.iter("rect")
        }
        for group in figure.iter("g")
    }
    line = float(ground.get("y1") or 0)
    assert bars["April 2026"]["health-chart__1"] == pytest.approx(line)  # tickets
    assert bars["April 2026"]["health-chart__0"] < line  # plans
    assert all(y < line for y in bars["May 2026"].values())


def the_hours_are_drawn_as_they_are_told(main: Element) -> None:
    heat = next(one for one in main.iter("figure") if is_named(one, "figure.health-heat"))
    drawn_hours = Counter(words(one).rpartition(": ")[2] for one in heat.iter("title"))
    told = Counter(words(one) for one in heat.iter("td") if words(one) != "0")
    assert drawn_hours == told
    assert sum(told.values()) > 5


def test_every_number_is_drawn_as_it_is_told_and_opens_its_people(
    client: ProofreadingClient, organizer: Contact, community: Community
) -> None:
    told_late(community)
    main = page(client)
    every_value_that_is_drawn_stands_in_the_table_below(main)
    more_went_back_than_came_in_hangs_below_the_line(main)
    the_hours_are_drawn_as_they_are_told(main)
    said = words(main)
    assert "What was told late April 2026. Active people: 2 → 3 April 2026. Acts: 2 → 3 The" in said
    assert "The other numbers that moved April 2026. Ever seen (Members): 8 → 9 April" in said
    assert numbers_without_people(main) == []
    assert "June 2026: 1 order in USD is not in these sums." in words(main)
    june = table_of(figures(main)["Sales by month"])["June 2026"]
    assert (june["Orders"], june["Gross"], june["Net"]) == ("4", "€22.00", "€19.00")
    links = {(one.get("href") or "", words(one)) for one in main.iter("a") if opens_people(one)}
    found = {(link, said): Behind.by(link, community) for link, said in sorted(links)}
    assert {one.number for one in found.values()} == numbers.NUMBERS - NOT_ON_THIS_PAGE
    opened = set()
    for (link, said), behind_it in found.items():
        behind_it.assert_is(said, link)
        if behind_it.number not in opened:  # by the door too: the rest differ by their month alone
            opened.add(behind_it.number)
            assert list_of(client, link) == (behind_it.total, behind_it.together), link
    next(one for one in main.iter("a") if opens_people(one)).set("href", "/elsewhere")
    assert len(numbers_without_people(main)) == 1  # the control: one that opens nobody is found


def test_every_cell_of_who_stays_opens_its_people(
    client: ProofreadingClient, organizer: Contact, community: Community
) -> None:
    acted(community, joined(community, "2026-03-08", is_team=True), "2026-05-01")
    acted(community, joined(community, "2026-03-08"), "2026-05-01")
    service.count_cohorts(community)
    march = [
        cells_of(client, community, asked)["2026-03"]
        for asked in ("", "?count=later", "?team=in", "?count=later&team=in")
    ]
    assert march == [["9", "2", "3"], ["9", "5", "5"], ["10", "2", "4"], ["10", "6", "6"]]


def cells_of(client: ProofreadingClient, community: Community, asked: str) -> dict[str, list[str]]:
    """Return the cells of each cohort, each as long as the list that it opens."""
    main, found = page(client, f"{HEALTH}/cohorts{asked}"), dict[str, list[str]]()
    assert numbers_without_people(main) == []
    for one in (one for one in main.iter("a") if opens_people(one)):
        link, said = one.get("href") or "", words(one)
        assert list_of(client, link) == (int(said), None), link
        chosen = {name: value for name, (value,) in parse_qs(urlsplit(link).query).items()}
        assert ("count" in chosen, "team" in chosen) == ("later" in asked, "team" in asked)
        found.setdefault(chosen["cohort"], []).append(said)
    assert [len(cells) for cells in found.values()] == [
        1,
        1,
        3,
    ]  # June, May, March: one's own, +1, +2
    return found


def told_late(community: Community) -> None:
    """Close the months, and let something be told of one of them after that."""
    service.close_months(community, now=TODAY)
    acted(community, make_contact(community), "2026-04-06")
    service.restate(community, now=TODAY)


def opens_people(element: Element) -> bool:
    """Say whether a link leads to the people behind a number."""
    return element.tag == "a" and "/health/people?" in (element.get("href") or "")


@dataclass
class Behind:
    """The people that a link opens: how many, and what they make together."""

    number: str
    total: int
    sum: int

    @classmethod
    def by(cls, link: str, community: Community) -> Self:
        """Follow a link."""
        asked = {name: one for name, (one,) in parse_qs(urlsplit(link).query).items()}
        number, chosen = asked["number"], asked.get("month", f"{TODAY:%Y-%m}")
        shares = lists(community, chosen, asked.get("hour"), is_part="part" in asked)[number]
        return cls(number, len(shares), sum(shares.values()))

    @property
    def together(self) -> str | None:
        """What the list says they make together."""
        unit = numbers.UNITS.get(self.number)
        if unit in {None, "gatherings"}:
            return None
        return money(Money(self.sum, "EUR")) if unit == "money" else count(self.sum)

    def assert_is(self, said: str, link: str) -> None:
        """Check that a list is as long as its number, or makes it together."""
        assert self.total > 0, link
        if self.number in SUMS and re.fullmatch(r"-?[€\d,.]+", said):
            assert self.together == said, link
        elif self.number not in numbers.UNITS and re.fullmatch(r"[\d,]+", said):
            assert self.total == int(said.replace(",", "")), link


@cache
def lists(
    community: Community, month: str, hour: str | None, *, is_part: bool
) -> dict[str, behind.Shares]:
    """Return the lists of a month, or of an hour of the week."""
    months = {f"{one.first_day:%Y-%m}": one for one in last_months(TODAY, community.zone)}
    counting = Counting(2)
    if hour:
        day, at = (int(part) for part in hour.split("-"))
        asked = behind.Asked(numbers.HOUR, months[month], counting, hour=(day, at))
        return {numbers.HOUR: behind.behind(community, asked, TODAY)}
    asked = behind.Asked("members", months[month], counting, same_days=is_part)
    return behind.everyone(community, asked, TODAY, numbers.NUMBERS)


def list_of(client: ProofreadingClient, link: str) -> tuple[int, str | None]:
    """Return how many people a list says there are, and what they make together."""
    lead = re.search(r'<p class="lead">(.*?)</p>', client.get(link).get_data(as_text=True))
    assert lead, link
    found = re.match(r"([\d,]+) (?:person|people)(?: · \w+: (\S+) together)?", lead[1])
    assert found, lead[1]
    return int(found[1].replace(",", "")), found[2]


def test_an_import_is_no_growth_in_any_sentence(
    client: ProofreadingClient, organizer: Contact, community: Community
) -> None:
    for _ in range(40):
        joined(community, "2026-05-29", via=JoinedVia.IMPORT)
    joined(community, "2026-06-03", via=JoinedVia.IMPORT)
    said = words(page(client))
    # two by themselves on the second, one who bought; who came back and who woke are no joining
    assert "3 joined. 2 were brought by an import." in said
    assert "More came than went in May 2026: 8 against 6 Joined" in said
    flows = figures(page(client))["Inflow and outflow by month"]
    may = table_of(flows)["May 2026"]
    assert (may["Joined by themselves"], may["Brought by an import"]) == ("8", "42")


def test_a_month_of_imports_alone_has_nobody_who_joined(
    client: ProofreadingClient, session: Session
) -> None:
    other = make_community(slug="lantern", zone=ZONE)
    sign_in(client, make_member(other, role="organizer", is_team=True))
    joined(other, "2026-06-03", via=JoinedVia.IMPORT)
    said = words(page(client))
    assert "Nobody has joined by themselves yet. 1 was brought by an import." in said
