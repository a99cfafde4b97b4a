"""The gatherings that are coming: announced by the real services, with seats taken."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from app.cli.demodata.gatherings import Seats, seat_row, tell_seat, write_seats
from app.cli.demodata.ledger import Ledger
from app.cli.demodata.people import Character
from app.communities.models import Community, Contact
from app.core.database import db
from app.events.models import Event, EventVisibility
from app.events.service import gatherings, series
from app.events.service.plan import Plan


@dataclass(frozen=True)
class Coming:
    """A coming gathering of the story."""

    title: str
    after: int  # days from today at least
    weekday: int
    at: time
    minutes: int
    words: str
    place: str = ""
    address: str = ""
    link: str = ""
    size: int | None = None
    taken: int = 0
    plus_ones: int = 0
    visibility: EventVisibility = EventVisibility.PUBLIC
    with_member: bool = field(default=False)  # the member one may be has a seat
    language: str = ""  # of its words, where they are their host's own


COMING = (
    Coming(
        "Language evening", 2, 1, time(19, 30), 120,
        "Twenty minutes a table, then everybody moves on. Tonight with a table for Indonesian.",
        place="Café Polyglott", address="Lantern Street 40", size=40, taken=37, with_member=True,
    ),
    Coming(
        "Winter long table", 9, 5, time(18), 240,
        "Three cooks, fifty guests, one table. **Bring a bowl and a story of a winter elsewhere.**"
        "\n\nThe hall is warm from five. Whoever comes early may peel.",
        place="Hall of Lantern Street 12", address="Lantern Street 12, second yard", size=50,
        taken=19, plus_ones=2, with_member=True,
    ),
    Coming(
        "Repair café", 12, 6, time(14), 180,
        "Bring what is broken. Tools, tea and patient people are here.",
        place="Workshop in the yard", address="Lantern Street 12", size=12, taken=12,
    ),
    Coming(
        "Welcome call for newcomers", 4, 2, time(20), 45,
        "Meet three people who came this year, and ask whatever you like.",
        link="https://meet.example/lantern-street", size=25, taken=6,
        visibility=EventVisibility.MEMBERS,
    ),
    Coming(
        "Supper for supporters", 20, 4, time(19), 150,
        "A thank-you to everyone whose plan keeps the lights on. We cook; you sit down.",
        place="Hall of Lantern Street 12", address="Lantern Street 12, second yard", size=24,
        taken=0, visibility=EventVisibility.PLAN,
    ),
    Coming(
        "Вечер настольных игр", 6, 3, time(19), 180,
        "Сначала короткие игры, длинные для тех, кто останется. Правила объясним, чай поставим. "
        "Играем вместе, по-русски и как получится.",
        place="Hall of Lantern Street 12", address="Lantern Street 12, second yard", size=24,
        taken=9, with_member=True, language="ru",
    ),
    Coming(
        "周日下午围棋", 7, 6, time(15), 150,
        "棋盘和茶由我们准备，带上一点耐心就好。初学者有人陪着下，下完一起包饺子。",
        place="Café Polyglott", address="Lantern Street 40", size=16, taken=7,
        language="zh_Hans",
    ),
    Coming(
        "Atelier pain au levain", 14, 5, time(10), 180,
        "On pétrit le matin, on mange à midi. Venez avec un bocal : chacun repart avec du levain.",
        place="Workshop in the yard", address="Lantern Street 12", size=10, taken=6,
        language="fr",
    ),
    Coming(
        "Masak bersama: rendang", 17, 5, time(15), 240,
        "Rendang butuh waktu, jadi kita mengobrol sambil mengaduk. Bumbu sudah siap; bawa wadah "
        "untuk dibawa pulang.",
        place="Hall of Lantern Street 12", address="Lantern Street 12, second yard", size=14,
        taken=8, language="id",
    ),
)  # fmt: skip
RUN = Coming(
    "Sunday river run", 1, 6, time(10), 75,
    "Six kilometres along the water, slow enough to talk. Breakfast afterwards.",
    place="Iron bridge, north side", taken=14, with_member=True,
)  # fmt: skip
CONFIRMED, PROPOSED = 2, 6


def write_coming(
    random: Random,
    community: Community,
    people: list[Character],
    ledger: Ledger,
    *,
    pictures: list[str],
    now: datetime,
) -> list[Event]:
    """Announce what is coming and let people take seats."""
    hosts = [one for one in people if one.role in {"owner", "organizer", "host"}]
    events, seats = [], Seats([], {})
    for number, coming in enumerate((*COMING, RUN)):
        own = [one for one in hosts if one.role == "host" and one.language == coming.language]
        host = db.session.get_one(Contact, (own or hosts)[number % len(own or hosts)].contact_id)
        event = gatherings.announce(
            community,
            _plan(coming, community.zone, now),
            by=host,
            hosts=[host],
            now=now - timedelta(days=16 + number),
            picture_key=pictures[number % len(pictures)],
        )
        _take(random, event, coming, people, seats, ledger, now)
        events.append(event)
    write_seats(seats)
    _repeat(community, events[-1], now)
    return events


def _repeat(community: Community, run: Event, now: datetime) -> None:
    """Make a weekly series of an event: some dates confirmed, the rest still proposed."""
    by = db.session.get_one(Contact, run.created_by_id)
    dates = series.propose_weekly(run, CONFIRMED + PROPOSED, by=by, now=now)
    for date_ in dates[:CONFIRMED]:
        series.confirm_date(date_, community=community, now=now)


def _plan(coming: Coming, zone: str, now: datetime) -> Plan:
    today: date = now.astimezone(ZoneInfo(zone)).date()
    first = today + timedelta(days=coming.after)
    day = first + timedelta(days=(coming.weekday - first.weekday()) % 7)
    starts = datetime.combine(day, coming.at)
    return Plan(
        title=coming.title,
        starts_local=starts,
        minutes=coming.minutes,
        zone=zone,
        words=coming.words,
        place=coming.place,
        address=coming.address,
        link=coming.link,
        visibility=coming.visibility,
        size=coming.size,
        plus_ones=coming.plus_ones,
    )


def _take(
    random: Random,
    event: Event,
    coming: Coming,
    people: list[Character],
    seats: Seats,
    ledger: Ledger,
    now: datetime,
) -> None:
    """Give seats to those whose zeal still holds, the member one may be among them if wished."""
    awake = [
        one
        for one in people
        if one.left_at is None and now - one.joined_at < one.lasts and not one.is_guest
    ]
    known = [one for one in awake if one.email.startswith("member@")]
    others = [one for one in awake if one not in known and one.role == "member"]
    going = [*(known if coming.with_member else []), *random.sample(others, coming.taken)]
    for one in going[: coming.taken]:
        at = max(one.joined_at, now - timedelta(days=14)) + timedelta(
            minutes=random.randint(5, 900)
        )
        row = seat_row(event.community_id, event.id, one.contact_id, min(at, now))
        seats.rows.append(row)
        tell_seat(ledger, row, event.public_id)
    seats.sold[event.quota_id] = coming.taken
