"""What a community's front page shows, to strangers and to members."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import BigInteger, bindparam, func, select, text

from app.communities.models import Community, Contact, Membership, Visibility
from app.communities.queries.people import Viewer, anyone, is_listed_for, seen_by
from app.core.connections import read_first
from app.core.reading import Reading

FACES = 12
OPEN = (Visibility.PUBLIC, Visibility.UNLISTED)

_FINGERPRINT = text(
    """
    SELECT community.id, community.xmin::text, community.ctid::text,
           (SELECT count(*) FROM membership
             WHERE membership.community_id = community.id AND membership.left_at IS NULL),
           (SELECT md5(string_agg(concat_ws(' ', event.id, event.xmin, event.ctid, quota.xmin,
                                            quota.ctid), ',' ORDER BY event.id))
              FROM event JOIN quota ON quota.id = event.quota_id
             WHERE event.community_id = community.id AND event.state = 'published'
               AND event.visibility = 'public' AND event.ends_at > :now)
      FROM community
     WHERE community.slug = :slug AND community.suspended_at IS NULL
       AND community.visibility IN ('public', 'unlisted')
    """
)


@dataclass(frozen=True, slots=True)
class Face:
    """A member as the front page shows them to other members."""

    public_id: str
    name: str
    picture_key: str | None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Everything a stranger's front page depends on."""

    community_id: int
    xmin: str
    ctid: str
    members: int
    gatherings: str | None


def fingerprint(slug: str, now: datetime) -> Fingerprint | None:
    """Return what a stranger's page is known by: one statement; None where strangers see nothing.

    `xmin` and `ctid` are the version that PostgreSQL gives each row: they differ after every
    change, whoever made it. The page changes when the community does, someone comes or goes, or a
    public event is added, edited, filled or over.
    """
    row = read_first(_FINGERPRINT, {"slug": slug, "now": now})
    return Fingerprint(*row) if row else None


def member_count(community: Community) -> int:
    """Return how many members a community has now."""
    return int(_member_count().rows(community_id=community.id)[0][0])


def newest_faces(community: Community, viewer: Viewer) -> tuple[Face, ...]:
    """Return the members who came last and whom this member may see: one statement."""
    found = _newest().rows(
        community_id=community.id, person_id=viewer.person_id, contact_id=viewer.contact_id
    )
    return tuple(Face(*row) for row in found)


@cache
def _newest() -> Reading:
    """Return the statement, built once."""
    viewer = anyone()
    return Reading(
        select(Contact.public_id, Contact.name, Contact.picture_key)
        .join(Membership, Membership.contact_id == Contact.id)
        .where(
            Contact.community_id == bindparam("community_id", type_=BigInteger),
            Membership.left_at.is_(None),
            is_listed_for(viewer),
            seen_by(viewer),
        )
        .order_by(Membership.joined_at.desc(), Membership.id.desc())
        .limit(FACES)
    )


@cache
def _member_count() -> Reading:
    """Return the statement, built once."""
    return Reading(
        select(func.count())
        .select_from(Membership)
        .where(
            Membership.community_id == bindparam("community_id", type_=BigInteger),
            Membership.left_at.is_(None),
        )
    )
