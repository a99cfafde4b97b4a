"""What the page of an event shows: whose faces, to whom; and the stamp of a stranger's page."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, bindparam, func, select, text

from app.accounts.queries import not_blocked
from app.communities.models import Contact
from app.communities.queries.people import is_current_member
from app.core.connections import read_first
from app.core.reading import Reading
from app.events.models import Attendance, AttendanceState, EventHost
from app.events.queries.look import AnyEvent

FACES = 24

_STAMP = text(
    """
    SELECT event.id, event.xmin::text, event.ctid::text, community.xmin::text,
           community.ctid::text, quota.xmin::text, quota.ctid::text,
           event.starts_at <= :now, event.ends_at <= :now,
           (SELECT string_agg(concat_ws(' ', contact.id, contact.xmin::text, contact.ctid::text),
                              ',' ORDER BY contact.id)
              FROM event_host JOIN contact ON contact.id = event_host.contact_id
             WHERE event_host.event_id = event.id),
           (SELECT string_agg(concat_ws(' ', ticket_type.id, ticket_type.xmin::text,
                                        ticket_type.ctid::text, own.xmin::text, own.ctid::text,
                                        ticket_type.sells_from <= :now,
                                        ticket_type.sells_until <= :now),
                              ',' ORDER BY ticket_type.id)
              FROM ticket_type JOIN quota AS own ON own.id = ticket_type.quota_id
             WHERE ticket_type.event_id = event.id),
           (SELECT concat_ws(' ', payment_account.xmin::text, payment_account.ctid::text)
              FROM payment_account
             WHERE payment_account.community_id = event.community_id
               AND payment_account.disconnected_at IS NULL)
      FROM event
      JOIN community ON community.id = event.community_id
      JOIN quota ON quota.id = event.quota_id
     WHERE event.public_id = :public_id AND community.slug = :slug
       AND event.visibility = 'public' AND event.state <> 'proposed'
       AND community.visibility IN ('public', 'unlisted') AND community.suspended_at IS NULL
    """
)


@dataclass(frozen=True, slots=True)
class Face:
    """Someone as others see them on a page."""

    public_id: str
    name: str
    picture_key: str | None


@dataclass(frozen=True, slots=True)
class Going:
    """Who is going, as one viewer may see it: some faces, and how many members there are."""

    faces: tuple[Face, ...]
    members: int

    @property
    def more(self) -> int:
        """How many members go beside the faces shown."""
        return self.members - len(self.faces)


def stamp(slug: str, public_id: str, now: object) -> tuple[Any, ...] | None:
    """Return what a stranger's page of an event depends on, or None where they may see none.

    It names the version that PostgreSQL gives each row involved (`xmin` and `ctid` differ after
    every update, whoever made it): the event, its community, its seats, its hosts, its tickets, and
    what takes cards for them. So no writer can forget to say that the page is stale.
    """
    row = read_first(_STAMP, {"slug": slug, "public_id": public_id, "now": now})
    return tuple(row) if row else None


def hosts_of(event: AnyEvent, *, viewer_person_id: int | None) -> tuple[Face, ...]:
    """Return an event's hosts; no block stands between them and the viewer."""
    found = _hosts().rows(event_id=event.id, person_id=viewer_person_id)
    return tuple(Face(*row) for row in found)


def faces_going(event: AnyEvent, *, viewer_person_id: int, limit: int = FACES) -> Going:
    """Return the members who are going: listed ones, never one side of a block.

    The number counts the same people as the faces, so that nobody can be inferred from it.
    """
    rows = _going().rows(event_id=event.id, person_id=viewer_person_id, limit=limit)
    return Going(tuple(Face(*row[:3]) for row in rows), rows[0][3] if rows else 0)


@cache
def _hosts() -> Reading:
    """Return the statement, built once."""
    return Reading(
        _faces()
        .join(EventHost, EventHost.contact_id == Contact.id)
        .where(EventHost.event_id == bindparam("event_id", type_=BigInteger))
        .order_by(EventHost.id)
    )


@cache
def _going() -> Reading:
    """Return the statement, built once."""
    return Reading(
        _faces()
        .add_columns(func.count().over())
        .join(Attendance, Attendance.contact_id == Contact.id)
        .where(
            Attendance.community_id == Contact.community_id,
            Attendance.event_id == bindparam("event_id", type_=BigInteger),
            Attendance.state == AttendanceState.GOING,
            Contact.is_listed,
            is_current_member(),
        )
        .order_by(Contact.picture_key.is_(None), Attendance.confirmed_at, Attendance.id)
        .limit(bindparam("limit", type_=Integer))
    )


def _faces() -> Select[str, str, str | None]:
    """Return those who may be seen by the person `person_id`; nobody's blocks for NULL."""
    viewer = bindparam("person_id", type_=BigInteger)
    return select(Contact.public_id, Contact.name, Contact.picture_key).where(
        Contact.erased_at.is_(None), not_blocked(viewer, Contact.person_id)
    )
