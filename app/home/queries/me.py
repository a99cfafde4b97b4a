"""Everything this installation knows about one person, in words, per community."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.activity.models import Activity
from app.communities.models import Community, Contact, Facet, Membership, RulesConsent
from app.core.database import db
from app.events.models import Attendance
from app.matching.models import MatchChoice


@dataclass(slots=True)
class Known:
    """What one community knows about a person."""

    contact: Contact
    community: Community
    memberships: list[Membership] = field(default_factory=list)
    facets: list[Facet] = field(default_factory=list)
    choices: list[MatchChoice] = field(default_factory=list)
    activities: list[tuple[str, int, datetime]] = field(default_factory=list)
    seats: int = 0
    consents: int = 0

    @property
    def is_member(self) -> bool:
        """Whether the person belongs now."""
        return any(membership.left_at is None for membership in self.memberships)


def known_about(person_id: int) -> list[Known]:
    """Return what each community knows about a person, by its name: seven statements."""
    rows = db.session.execute(
        select(Contact, Community)
        .join(Community, Community.id == Contact.community_id)
        .where(Contact.person_id == person_id, Community.suspended_at.is_(None))
        .order_by(Community.sort_key, Community.id)
    )
    found = {contact.id: Known(contact, community) for contact, community in rows}
    if found:
        _add_rows(found)
        _add_counts(found)
    return list(found.values())


def _add_rows(found: dict[int, Known]) -> None:
    ids = list(found)
    for membership in db.session.scalars(
        select(Membership)
        .where(Membership.contact_id.in_(ids))
        .order_by(Membership.joined_at.desc(), Membership.id)
    ):
        found[membership.contact_id].memberships.append(membership)
    for facet in db.session.scalars(
        select(Facet).where(Facet.contact_id.in_(ids)).order_by(Facet.kind, Facet.position)
    ):
        found[facet.contact_id].facets.append(facet)
    for choice in db.session.scalars(
        select(MatchChoice).where(MatchChoice.contact_id.in_(ids)).order_by(MatchChoice.kind)
    ):
        found[choice.contact_id].choices.append(choice)


def _add_counts(found: dict[int, Known]) -> None:
    ids = list(found)
    for contact_id, kind, count, last_at in db.session.execute(
        select(Activity.contact_id, Activity.type, func.count(), func.max(Activity.happened_at))
        .where(Activity.contact_id.in_(ids), Activity.void_at.is_(None))
        .group_by(Activity.contact_id, Activity.type)
        .order_by(Activity.contact_id, func.max(Activity.happened_at).desc())
    ):
        found[cast(int, contact_id)].activities.append((kind, count, last_at))
    seats = _counted(Attendance.contact_id, ids)
    consents = _counted(RulesConsent.contact_id, ids)
    for contact_id, known in found.items():
        known.seats = seats[contact_id]
        known.consents = consents[contact_id]


def _counted(column: InstrumentedAttribute[int], ids: Iterable[int]) -> dict[int, int]:
    rows = db.session.execute(select(column, func.count()).where(column.in_(ids)).group_by(column))
    return defaultdict(int, dict(rows.all()))
