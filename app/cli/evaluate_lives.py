"""Public archives lived as communities: whoever acts joins by it, and the identity must hold.

An archive knows no joining and no leaving, so its people are made members by their first act.
Nobody leaves: they fall asleep, by calendar months as the health page counts, or by days.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import func, insert, select, text, update

from app.activity import service as activity
from app.activity.models import Activity, ActivityLast, Identity
from app.analytics.figures import Figures, People
from app.analytics.months import last_months
from app.analytics.queries.figures import computed
from app.analytics.queries.histories import Counting
from app.communities.models import Community, Contact, ContactSource, JoinedVia, Membership
from app.communities.service.contacts import search_keys
from app.core import clock
from app.core.database import db, new_public_id

SLEEP_DAYS = 183  # half a year as survival counts it; the page counts six calendar months


def made_members(community: Community) -> None:
    """Make everybody who did something a member since the first thing they did."""
    _name(community)
    firsts = db.session.execute(
        select(Activity.contact_id, func.min(Activity.happened_at))
        .where(Activity.community_id == community.id)
        .group_by(Activity.contact_id)
    ).all()
    db.session.execute(
        insert(Membership),
        [
            {
                "community_id": community.id,
                "contact_id": contact_id,
                "role_key": "member",
                "joined_at": first,
                "joined_via": JoinedVia.OPEN,
            }
            for contact_id, first in firsts
        ],
    )
    activity.rebuild(community.id, zone=community.zone)
    _looked_at("membership, activity_day, activity_month, activity_last")


def _name(community: Community) -> None:
    """Make a contact of every account that did something; buyers are contacts already."""
    accounts = db.session.scalars(
        select(Identity.uid)
        .join(Activity, Activity.identity_id == Identity.id)
        .where(Activity.community_id == community.id)
        .distinct()
    ).all()
    if accounts:
        db.session.execute(insert(Contact), [_contact(community, uid) for uid in accounts])
        _link(community)


def _link(community: Community) -> None:
    """Give every account, and what was done under it, to the contact of its name."""
    _looked_at("contact, identity, activity")
    db.session.execute(
        update(Identity)
        .where(
            Identity.community_id == community.id,
            Contact.community_id == community.id,
            Contact.name == Identity.uid,
        )
        .values(contact_id=Contact.id)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(Activity)
        .where(Activity.community_id == community.id, Activity.identity_id == Identity.id)
        .values(contact_id=Identity.contact_id)
        .execution_options(synchronize_session=False)
    )


def lived(community: Community, last: date, count: int) -> list[Figures]:
    """Return so many months up to one, counted as the health page does."""
    months = last_months(datetime(last.year, last.month, 28, tzinfo=UTC), community.zone, count)
    found, _ = computed(community, months, months[-1].ends_at, Counting())
    return found


def holding(found: list[Figures]) -> int:
    """Return in how many months awake is what it was, and who came, without who went."""
    people = [People(), *(one.people for one in found)]
    return sum(
        now.awake == before.awake + now.inflow + now.reactivated - now.outflow
        for before, now in pairwise(people)
    )


def awake_by_days(community: Community, on: date) -> tuple[int, int]:
    """Return who did something in the last 183 days before a day, and who was silent longer."""
    since = on - timedelta(days=SLEEP_DAYS)
    is_awake = ActivityLast.last_on >= since
    awake, silent = db.session.execute(
        select(func.count().filter(is_awake), func.count().filter(~is_awake)).where(
            ActivityLast.community_id == community.id, ActivityLast.contact_id.is_not(None)
        )
    ).one()
    return awake, silent


def _looked_at(tables: str) -> None:
    """Let the planner know what came in one go: nothing else looks while a transaction is open."""
    db.session.execute(text(f"ANALYZE {tables}"))


def _contact(community: Community, uid: str) -> dict[str, object]:
    return {
        "community_id": community.id,
        "public_id": new_public_id(),
        "name": uid,
        "source": ContactSource.IMPORT,
        "created_at": clock.now(),
        **search_keys(name=uid, place="", email=None, facets=(), tags=()),
    }
