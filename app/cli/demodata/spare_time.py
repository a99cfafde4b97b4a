"""When the story's people have time, and how long they have done what they offer."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert

from app.accounts.personas import MEMBER, MODERATOR, OWNER
from app.cli.demodata.people import HIDDEN, SHOWN, Character
from app.communities.models import Community, FacetKind
from app.core.database import db
from app.matching.hours import DAYS, PARTS, mask
from app.matching.models import MatchProfile

MORNING, AFTERNOON, EVENING = range(len(PARTS))
WORKDAYS, WEEKEND = range(5), range(5, DAYS)
SHARE_SAID, SHARE_SHOWN = 0.75, 0.85
YEARS = ((1, 3), (3, 8), (6, 15), (12, 30))


def write_spare_time(
    random: Random, community: Community, members: list[Character], now: datetime
) -> None:
    """Write what most members answered when they were asked for their hours and years."""
    known = {OWNER.address, MEMBER.address, MODERATOR.address}
    rows = [
        _profile(random, community, one, now)
        for one in members
        if one.left_at is None
        and one.role != "waiting"
        and (one.email in known or random.random() < SHARE_SAID)
    ]
    db.session.execute(insert(MatchProfile), rows)


def _profile(random: Random, community: Community, one: Character, now: datetime) -> dict[str, Any]:
    offers = any(kind is FacetKind.OFFER for kind, _, _ in one.facets)
    return {
        "community_id": community.id,
        "contact_id": one.contact_id,
        "experience": random.randint(*random.choice(YEARS)) if offers else None,
        "experience_visibility": SHOWN if random.random() < SHARE_SHOWN else HIDDEN,
        "zone": community.zone,  # they live here, whatever clock their account goes by
        "hours": mask(_slots(random)),
        "hours_visibility": SHOWN if random.random() < SHARE_SHOWN else HIDDEN,
        "mentees": random.randint(1, 3),
        "updated_at": min(one.joined_at + timedelta(days=2), now),
    }


def _slots(random: Random) -> list[int]:
    """Choose some evenings of the week, and often a part of the weekend."""
    evenings = [(day, EVENING) for day in random.sample(WORKDAYS, random.randint(1, 3))]
    days_off = [(day, part) for day in WEEKEND for part in (MORNING, AFTERNOON)]
    chosen = evenings + random.sample(days_off, random.randint(0, 2))
    return [day * len(PARTS) + part for day, part in chosen]
