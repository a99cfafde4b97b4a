"""Help that was given and said so: thanks with their reasons, and what gatherings gave people."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from app.accounts.personas import MEMBER
from app.activity.kinds import THANKED, WORTHWHILE
from app.cli.demodata import tongues
from app.cli.demodata.ledger import Ledger
from app.cli.demodata.people import Character
from app.communities.models import Community, Membership, Thanks
from app.core.database import db, new_public_id
from app.events.models import Attendance, CameFor, Event

THANKS = 26
THANKED_DAYS = 400  # so far back thanks are told
ANSWERED_DAYS = 300
SHARE_ANSWERED = 0.35
SAID = (CameFor.YES,) * 7 + (CameFor.PARTLY,) * 2 + (CameFor.NO,)


def write_thanks(
    community: Community, people: list[Character], ledger: Ledger, now: datetime
) -> None:
    """Let members thank each other, and two of them whoever a visitor may be."""
    random = Random(12)  # noqa: S311 - a story, not a secret
    here = [one for one in people if one.left_at is None and one.role != "waiting"]
    visitor = next(one for one in here if one.email == MEMBER.address)
    rows: list[dict[str, Any]] = []
    for number in range(THANKS):
        at = now - timedelta(days=random.randint(1, THANKED_DAYS), hours=random.randint(0, 9))
        there = [one for one in here if one.joined_at < at and one is not visitor]
        if number < 2:
            at = now - timedelta(days=3 + 8 * number)
        if len(there) > 1:
            giver, taker = random.sample(there, 2)
            reason = random.choice(tongues.THANKS[giver.language])
            rows.append(_thanks(community, giver, visitor if number < 2 else taker, reason, at))
    db.session.execute(insert(Thanks), rows)
    for row in rows:
        ledger.tell(
            row["from_id"],
            THANKED,
            f"{THANKED}:{row['public_id']}",
            row["thanked_at"],
            counterpart_id=row["to_id"],
        )


def write_answers(community: Community, ledger: Ledger, now: datetime) -> None:
    """Let a part of those who came say whether they got what they came for."""
    random = Random(13)  # noqa: S311 - the same
    gone = select(Membership.contact_id).where(Membership.left_at.is_not(None))
    came = db.session.execute(
        select(Attendance.id, Attendance.public_id, Attendance.contact_id, Event)
        .join(Event, Event.id == Attendance.event_id)
        .where(
            Event.community_id == community.id,
            Event.ends_at > now - timedelta(days=ANSWERED_DAYS),
            Event.ends_at < now - timedelta(days=2),
            Attendance.arrived > 0,
            Attendance.contact_id.not_in(gone),
        )
        .order_by(Attendance.id)
    ).all()
    rows = []
    for seat_id, public_id, contact_id, event in came:
        if random.random() > SHARE_ANSWERED:
            continue
        said, at = random.choice(SAID), event.ends_at + timedelta(hours=random.randint(1, 40))
        rows.append({"seat_id": seat_id, "said": said, "at": at})
        if said is CameFor.YES:
            by = event.created_by_id if event.created_by_id != contact_id else None
            ledger.tell(
                contact_id,
                WORTHWHILE,
                f"{WORTHWHILE}:{public_id}:1",
                at,
                channel="events",
                subject=f"event:{event.public_id}",
                counterpart_id=by,
            )
    answered = (
        update(Attendance.__table__)  # type: ignore[arg-type]  # a mapped class has a Table
        .where(Attendance.id == bindparam("seat_id"))
        .values(came_for=bindparam("said"), answered_at=bindparam("at"), answers=1)
    )
    db.session.connection().execute(answered, rows)


def _thanks(
    community: Community, giver: Character, taker: Character, reason: str, at: datetime
) -> dict[str, Any]:
    return {
        "community_id": community.id,
        "public_id": new_public_id(),
        "from_id": giver.contact_id,
        "to_id": taker.contact_id,
        "reason": reason,
        "thanked_at": at,
    }
