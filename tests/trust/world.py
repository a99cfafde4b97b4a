"""A small world for the trust tests: two communities, every sort of person, marked words.

Every stored text carries a marker `own:<side>:<visibility>`, so that a page can be searched for
words that its reader must never see.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.accounts.models import Block, DataExport, Person, PersonSession
from app.billing.models import Finding, FindingKind, GrantSource, Order, PaymentMethod
from app.billing.service import record_offline_payment
from app.billing.service.findings import find
from app.billing.service.grants import give
from app.billing.service.plans import PlanDraft, create_plan, publish_plan
from app.communities.models import (
    Announcement,
    Ban,
    Community,
    Contact,
    ContactNote,
    ContactSource,
    EndReason,
    Facet,
    FacetKind,
    FacetVisibility,
    Invitation,
    InvitationKind,
    JoinQuestion,
    JoinRequest,
    Membership,
    Report,
    ReportSubject,
    Tag,
    Visibility,
)
from app.communities.service import imports
from app.conversations.models import Message, ThreadOrigin
from app.conversations.queries import members_of
from app.conversations.service.threads import open_thread
from app.core import clock
from app.core.database import add, db, within
from app.core.money import Money
from app.events.models import (
    Attendance,
    AttendanceState,
    Event,
    EventHost,
    EventVisibility,
    TicketType,
)
from app.events.queries.tickets import tickets_of_order
from app.events.service.buying import reserve_tickets
from app.events.service.ticket_types import Terms, add_type
from app.matching.models import Introduction, IntroductionSide, MatchKind, MatchRole
from tests.factories import (
    make_community,
    make_contact,
    make_event,
    make_installation,
    make_member,
    make_membership,
    make_person,
    make_rules,
)
from tests.trust import waiting

ROLES = ("member", "host", "moderator", "organizer", "owner")
PAYING = {"paid": 30, "lapsed": -30}
"""Members with a plan, and in how many days what they paid ends."""
APART = ("member", "owner")
"""Those whom the organizer called "blocked" has blocked: one below, one above them."""


def marker(side: str, seen_by: str) -> str:
    """Return the words that show where a text came from, one word to search engines of ours."""
    return f"own{side}{seen_by}"


@dataclass
class Side:
    """One community with one of everything in it."""

    name: str
    community: Community
    people: dict[str, Contact] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        """The community's address."""
        return self.community.slug


@dataclass
class World:
    """Two communities and the people around them."""

    a: Side
    b: Side
    outsider: Person
    suspended: Person
    site_admin: Person
    site_session: PersonSession
    site_export: DataExport
    cookies: dict[str, str] = field(default_factory=dict)

    def person(self, persona: str) -> Person | None:
        """Return the person behind a persona of side a; None for a stranger."""
        if persona == "anonymous":
            return None
        if persona in {"outsider", "suspended", "site_admin"}:
            return getattr(self, persona)  # type: ignore[no-any-return]  # three persons by name
        return db.session.get_one(Person, self.a.people[persona].person_id)


def build(*, visibility: Visibility = Visibility.PRIVATE) -> World:
    """Build the world; side b is always private."""
    make_installation()
    site_admin = make_person(email="admin@example.org", is_site_admin=True)
    return World(
        a=_side("alpha", visibility),
        b=_side("beta", Visibility.PRIVATE),
        outsider=make_person(email="outsider@example.org"),
        suspended=make_person(email="suspended@example.org", suspended_at=clock.now()),
        site_admin=site_admin,
        site_session=waiting.own_session(site_admin),
        site_export=waiting.own_export(site_admin),
    )


def let_go() -> list[Any]:
    """Take all rows out of the session as they are, and return them.

    What a session holds it forgets and fetches again with each request: half of what many cost.
    """
    db.session.commit()
    rows = list(db.session)
    for row in rows:
        db.session.refresh(row)
    db.session.expunge_all()
    return rows


def _side(name: str, visibility: Visibility) -> Side:
    side = Side(
        name,
        make_community(
            slug=name,
            name=f"{name.title()} {marker(name, 'name')}",
            purpose=marker(name, "purpose"),
            about=marker(name, "purpose"),
            welcome=marker(name, "members"),
            visibility=visibility,
        ),
    )
    for role in ROLES:
        side.people[role] = _person(side, role)
        make_membership(side.people[role], role=role)
    _others(side)
    _texts(side)
    _gathering(side)
    _tickets(side)
    _money(side)
    _talk(side)
    _waiting(side)
    return side


def _person(side: Side, role: str, **values: Any) -> Contact:
    # an event shows its hosts to strangers, and everyone sees their own name
    seen_by = "members" if role in {"member", "organizer", "owner"} else "self"
    name = f"{role.title()} {marker(side.name, seen_by)}"
    if role in APART:
        name += f" {marker(side.name, 'apart')}"
    person = make_person(email=f"{role}@{side.name}.example.org")
    return make_contact(side.community, person=person, name=name, **values)


def _others(side: Side) -> None:
    """Add those who do not belong any more, not yet, or not at all."""
    now = clock.now()
    community_id = side.community.id
    left, banned, pending = (_person(side, one) for one in ("left", "banned", "pending"))
    ends: dict[str, Any] = {"left_at": now, "joined_at": now - timedelta(days=9)}
    make_membership(left, end_reason=EndReason.LEFT, **ends)
    make_membership(banned, end_reason=EndReason.BANNED, **ends)
    add(
        Ban(
            community_id=community_id,
            contact_id=banned.id,
            reason=marker(side.name, "moderators"),
            banned_at=now,
        )
    )
    side.rows["join_request"] = add(
        JoinRequest(
            community_id=community_id,
            contact_id=pending.id,
            answers=[{"question": "Why", "answer": marker(side.name, "moderators")}],
            created_at=now,
        )
    )
    for who in ("met", "aside", "wronged", *PAYING):
        side.people[who] = make_member(side.community, name=f"{who.title()} of {side.name}")
    name = f"Blocked {marker(side.name, 'blocked')}"
    blocked = make_member(side.community, role="organizer", name=name)
    for who in APART:
        _block(blocked, side.people[who])
    guest = make_contact(
        side.community,
        name=f"Guest {marker(side.name, 'hosts')}",
        source=ContactSource.GUEST,
        email=f"guest@{side.name}.example.org",
    )
    side.people |= {
        "left": left,
        "banned": banned,
        "pending": pending,
        "blocked": blocked,
        "guest": guest,
    }


def _block(blocker: Contact, other: Contact) -> None:
    pair = {"blocker_id": blocker.person_id, "blocked_id": other.person_id}
    add(Block(**pair, created_at=clock.now()))


def _texts(side: Side) -> None:
    """Add one of every row that carries words."""
    now = clock.now()
    own = {"community_id": side.community.id}
    member, organizer = side.people["member"], side.people["organizer"]
    for position, seen_by in enumerate(FacetVisibility):
        word = marker(side.name, f"facet{seen_by}")
        add(
            Facet(
                **own,
                contact_id=organizer.id,
                kind=FacetKind.INTEREST,
                value=word,
                value_key=word,
                visibility=seen_by,
                position=position,
            )
        )
    _hidden_parts(side)
    rules = make_rules(side.community, marker(side.name, "rule"), agreed=_current(side))
    side.rows |= {
        "rules": rules,
        "tag": add(Tag(**own, name=marker(side.name, "tag"), name_key=side.name)),
        "note": add(
            ContactNote(
                **own,
                contact_id=member.id,
                author_id=organizer.id,
                words=marker(side.name, "moderators"),
                created_at=now,
            )
        ),
        "question": add(JoinQuestion(**own, position=0, words=marker(side.name, "question"))),
        "invitation": add(
            Invitation(
                **own,
                kind=InvitationKind.TRUSTED,
                label=marker(side.name, "organizers"),
                created_by_id=organizer.id,
                created_at=now,
            )
        ),
        "announcement": add(
            Announcement(
                **own,
                author_id=organizer.id,
                subject=marker(side.name, "organizers"),
                words=marker(side.name, "organizers"),
                created_at=now,
            )
        ),
        "report": add(
            Report(
                **own,
                reporter_id=member.id,
                subject=ReportSubject.CONTACT,
                subject_public_id=side.people["host"].public_id,
                about_contact_id=side.people["host"].id,
                words=marker(side.name, "moderators"),
                created_at=now,
            )
        ),
        "import_run": imports.begin(
            side.community,
            db.session.get_one(Person, organizer.person_id),
            data=f"name,email\n{marker(side.name, 'import')},new@{side.name}.example\n".encode(),
            is_pasted=False,
            now=now,
        ),
    }


def _hidden_parts(side: Side) -> None:
    """Let those whose cards are opened and suggested hide where they live and what they wrote."""
    own = {"community_id": side.community.id}
    matching, off = (marker(side.name, f"facet{one}") for one in ("matching", "off"))
    for contact in (side.people["member"], side.people["met"]):
        contact.place, contact.place_visibility = matching, FacetVisibility.MATCHING
        contact.about, contact.about_visibility = off, FacetVisibility.OFF
        for kind in (FacetKind.LIFE, FacetKind.VALUE):
            word = {"value": matching, "value_key": matching}
            seen_by = FacetVisibility.MATCHING
            add(Facet(**own, **word, contact_id=contact.id, kind=kind, visibility=seen_by))


def _current(side: Side) -> tuple[Contact, ...]:
    """Return everyone who belongs: they have agreed to the rules."""
    belongs = select(Membership.contact_id).where(
        Membership.community_id == side.community.id, Membership.left_at.is_(None)
    )
    return tuple(db.session.scalars(select(Contact).where(Contact.id.in_(belongs))))


def _gathering(side: Side) -> None:
    """Add an event for everyone who may see the community, and one for members."""
    side.rows["event"] = _event(side, "event", EventVisibility.PUBLIC)
    side.rows["members_event"] = _event(side, "members", EventVisibility.MEMBERS)
    side.rows["attendance"] = db.session.scalars(
        select(Attendance).where(Attendance.event_id == side.rows["event"].id)
    ).first()


def _tickets(side: Side) -> None:
    """Add an event one comes to by ticket, and let the organizer and a blocked pair have one."""
    now = clock.now()
    event = make_event(side.community, title=f"Concert {marker(side.name, 'event')}")
    words = marker(side.name, "event")
    sorts = [
        add_type(
            event,
            Terms(title=f"{title} {words}", words=words, price_minor=price),
            community=side.community,
            now=now,
        )
        for title, price in (("Paid", 1200), ("Free", 0))
    ]
    names = {"organizer": "going", "blocked": "blocked", "owner": "apart"}
    orders = {who: _bought(side, event, sorts[0], who, name) for who, name in names.items()}
    side.rows |= {
        "ticketed": event,
        "sort": sorts[0],
        "free_sort": sorts[1],
        "ticket_order": orders["organizer"],
        "orders": orders,
        "ticket": tickets_of_order(orders["organizer"].public_id)[0],
    }


def _bought(side: Side, event: Event, sort: TicketType, who: str, seen_by: str) -> Order:
    """Let someone buy a ticket with cash."""
    buyer, now = side.people[who], clock.now()
    order = reserve_tickets(
        event,
        {sort.public_id: 1},
        contact=buyer,
        name=marker(side.name, seen_by),
        is_member=True,
        now=now,
        sold_by=buyer,
    )
    record_offline_payment(order, method=PaymentMethod.CASH, recorded_by=buyer, now=now)
    return order


def _money(side: Side) -> None:
    """Add a plan that is offered, someone on it, and something that does not agree."""
    now, organizer = clock.now(), side.people["organizer"]
    words = marker(side.name, "purpose")
    price = Money(500, side.community.currency.upper())
    draft = PlanDraft(f"Plan {words}", words, price, None, 14)
    plan = create_plan(side.community, draft, now=now)
    publish_plan(plan, now=now)
    note = marker(side.name, "organizers")
    grant = give(organizer, source=GrantSource.COMP, plan=plan, note=note, now=now)
    for who in ("blocked", "owner"):
        give(side.people[who], source=GrantSource.COMP, plan=plan, note="", now=now)
    order = side.rows["ticket_order"]
    find(side.community.id, FindingKind.LEDGER_DIFFERS, f"order:{order.public_id}")
    finding = db.session.scalars(within(Finding, side.community.id)).one()
    side.rows |= {"plan": plan, "grant": grant, "finding": finding}


def _talk(side: Side) -> None:
    """Let the member and the organizer be introduced, and have written to each other."""
    own, now = {"community_id": side.community.id}, clock.now() - timedelta(days=15)
    ids = sorted(side.people[who].id for who in ("member", "organizer"))
    thread = open_thread(side.community.id, ids, origin=ThreadOrigin.INTRODUCTION, now=now)
    made = add(
        Introduction(
            **own,
            lower_id=ids[0],
            higher_id=ids[1],
            kind=MatchKind.FRIEND,
            introduced_at=now,
            thread_id=thread.id,
        )
    )
    said = {"line": marker(side.name, "talk"), "role": MatchRole.PEER}
    for mine, other in (ids, reversed(ids)):
        add(
            IntroductionSide(
                **own, **said, introduction_id=made.id, contact_id=mine, other_id=other
            )
        )
        words = {"words": marker(side.name, "talk"), "written_at": now}
        add(Message(**own, **words, thread_id=thread.id, author_id=mine))
    muter = next(one for one in members_of(thread) if one.contact_id == side.people["organizer"].id)
    muter.muted_at = now
    side.rows |= {"thread": thread, "introduction": made}


def _waiting(side: Side) -> None:
    """Add what waits for each of the ladder, and what only some may take."""
    readers = [side.people[one] for one in (*ROLES, "blocked")]
    waiting.let_be_suggested(side.community, readers, side.people["met"])
    waiting.let_be_set_aside(readers, side.people["aside"])
    side.rows["walk"] = make_event(side.community, title=f"Walk {marker(side.name, 'event')}")
    waiting.let_go(side.rows["walk"], readers)
    waiting.let_renew(
        side.community,
        readers,
        price_id=side.rows["plan"].prices[0].id,
        order_id=side.rows["ticket_order"].id,
    )
    for who, days in PAYING.items():
        begun = clock.now() - timedelta(days=60)
        ends = clock.now() + timedelta(days=days)
        give(
            side.people[who],
            source=GrantSource.OFFLINE,
            plan=side.rows["plan"],
            ends_at=ends,
            now=begun,
        )
    judges = [side.people[one] for one in ("moderator", "organizer", "owner", "blocked")]
    words = marker(side.name, "moderators")
    side.rows |= {
        "export": waiting.packed_export(side.community, marker(side.name, "organizers")),
        "site_report": waiting.report_for_the_site(side.people["wronged"], judges, words=words),
    }


def _event(side: Side, seen_by: str, visibility: EventVisibility) -> Event:
    own = {"community_id": side.community.id}
    event = make_event(
        side.community,
        title=f"Run {marker(side.name, seen_by)}",
        words=marker(side.name, seen_by),
        link=f"https://example.org/{marker(side.name, 'going')}",
        visibility=visibility,
    )
    event.quota.sold = 2
    add(EventHost(**own, event_id=event.id, contact_id=side.people["host"].id))
    for who in ("organizer", "blocked"):
        add(
            Attendance(
                **own,
                event_id=event.id,
                contact_id=side.people[who].id,
                state=AttendanceState.GOING,
                reserved_at=clock.now(),
                confirmed_at=clock.now(),
            )
        )
    return event
