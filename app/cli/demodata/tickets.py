"""Gatherings with tickets: three that were, with who came in, and one that is on sale."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from app.accounts.personas import MEMBER
from app.billing.models import PaymentMethod
from app.billing.service import record_offline_payment
from app.cli.demodata.people import Character
from app.communities.models import Community, Contact
from app.core.database import db
from app.events.models import Event
from app.events.queries import found_event, tickets_of_order
from app.events.service import gatherings
from app.events.service.buying import reserve_tickets
from app.events.service.check_in import scan
from app.events.service.plan import Plan
from app.events.service.ticket_types import Terms, add_type

ANNOUNCED = timedelta(days=30)
SHARE_COMES, SHARE_TWO, SHARE_DEAR = 0.88, 0.25, 0.2


STUDENTS = Terms("Pelajar", 600, words="Untuk pelajar dan mahasiswa; tunjukkan kartu di pintu.")
WORDS = {
    "en": (
        ("Regular", "Members on a plan pay less."),
        ("Solidarity", "Pays for somebody who cannot."),
        ("Helper", "Set up chairs, get in free."),
    ),
    "fr": (
        ("Plein tarif", "Avec un plan, on paie moins."),
        ("Solidaire", "Paie aussi pour quelqu'un qui ne peut pas."),
        ("Coup de main", "On installe les chaises, on entre sans payer."),
    ),
}
"""Name and words of the sorts of ticket: the usual one, a dear one, a free one."""


@dataclass(frozen=True)
class Ticketed:
    """A gathering one pays for."""

    title: str
    days: int  # from today
    hour: int
    words: str
    place: str
    size: int
    buyers: int
    price_minor: int
    member_price_minor: int
    language: str = "en"
    more: tuple[Terms, ...] = ()


GATHERINGS = (
    Ticketed("Harvest supper", -43, 18, "Five courses from the gardens, cooked by eleven people.",
             "Hall of Lantern Street 12", 60, 17, 1800, 1400),
    Ticketed("Concert dans la cour", -96, 20,
             "Kora, accordéon, et un chœur avec celles et ceux qui viennent.",
             "Second yard", 80, 18, 1200, 900, language="fr"),
    Ticketed("Spring flea market: tables", -205, 10, "A table, a chair, a tarp in case of rain.",
             "First yard", 40, 12, 1000, 700),
    Ticketed("Film night: Jakarta, 1955", 16, 20,
             "Indonesian with English subtitles, introduced by Bayu. Popcorn with palm sugar.\n\n"
             "Berbahasa Indonesia dengan teks Inggris; sesudahnya kita mengobrol bersama.",
             "Back room of the library", 30, 11, 900, 600, more=(STUDENTS,)),
)  # fmt: skip


def write_ticketed(
    random: Random,
    community: Community,
    people: list[Character],
    *,
    hosts: dict[str, int],
    pictures: list[str],
    now: datetime,
) -> None:
    """Announce each, sell its tickets, and let those in who came."""
    for number, one in enumerate(GATHERINGS):
        host = db.session.get_one(Contact, hosts[one.language])
        event = _announce(community, one, host, pictures[number % len(pictures)], now)
        sold = _sell(random, community, event, one, people, host, now)
        if event.ends_at < now:
            _let_in(random, community, event, sold, host)


def _announce(
    community: Community, one: Ticketed, host: Contact, picture: str, now: datetime
) -> Event:
    day = (now + timedelta(days=one.days)).astimezone(ZoneInfo(community.zone)).date()
    starts = datetime(day.year, day.month, day.day, one.hour)  # noqa: DTZ001 - wall time
    plan = Plan(
        title=one.title,
        starts_local=starts,
        minutes=180,
        zone=community.zone,
        words=one.words,
        place=one.place,
        size=one.size,
    )
    at = now + timedelta(days=one.days) - ANNOUNCED
    event = gatherings.announce(community, plan, by=host, hosts=[host], now=at, picture_key=picture)
    for terms in _terms(one):
        add_type(event, terms, community=community, now=at)
    return event


def _terms(one: Ticketed) -> tuple[Terms, ...]:
    (usual, for_all), (dear, for_two), (free, for_help) = WORDS[one.language]
    return (
        Terms(usual, one.price_minor, words=for_all, member_price_minor=one.member_price_minor),
        Terms(dear, one.price_minor * 2, words=for_two, size=12),
        Terms(free, 0, words=for_help, size=4, most_each=1),
        *one.more,
    )


def _sell(
    random: Random,
    community: Community,
    event: Event,
    one: Ticketed,
    people: list[Character],
    host: Contact,
    now: datetime,
) -> list[str]:
    """Sell tickets by hand over the weeks before, and return their codes."""
    found = found_event(community.id, event.public_id)
    if found is None:
        raise LookupError("the gathering was announced a moment ago")
    db.session.refresh(found, ["ticket_types"])
    last = min(now, found.starts_at - timedelta(hours=3))
    began = last - ANNOUNCED / 2
    regular, dear, *_ = sorted(found.ticket_types, key=lambda sort: sort.position)
    codes = []
    for place, buyer in enumerate(_buyers(random, people, one, began)):
        at = began + (last - began) * (place + 1) / (one.buyers + 2)
        sort = dear if random.random() < SHARE_DEAR else regular
        number = 2 if random.random() < SHARE_TWO else 1
        order = reserve_tickets(
            found,
            {sort.public_id: number},
            contact=db.session.get_one(Contact, buyer.contact_id),
            name=buyer.name,
            is_member=buyer.role != "guest",
            now=at,
            sold_by=host,
        )
        method = random.choice((PaymentMethod.CASH, PaymentMethod.TRANSFER))
        record_offline_payment(order, method=method, recorded_by=host, now=at)
        codes += [ticket.secret for ticket in tickets_of_order(order.public_id)]
    return codes


def _buyers(
    random: Random, people: list[Character], one: Ticketed, began: datetime
) -> list[Character]:
    there = [
        person
        for person in people
        if person.role in {"member", "host"}
        and person.joined_at < began
        and (person.left_at is None or person.left_at > began + ANNOUNCED)
        and began - person.joined_at < person.lasts
        and not person.is_guest
    ]
    known = [person for person in there if person.email == MEMBER.address]
    others = [person for person in there if person not in known]
    return [*known, *random.sample(others, min(one.buyers - len(known), len(others)))]


def _let_in(
    random: Random, community: Community, event: Event, codes: list[str], host: Contact
) -> None:
    for code in codes:
        if random.random() < SHARE_COMES:
            at = event.starts_at + timedelta(minutes=random.randint(-15, 20))
            scan(event, code, by=host, community=community, now=at)
