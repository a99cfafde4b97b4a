"""A process of its own that takes one verb at a time, waits for the word, and runs it.

Each line on its input is a job as JSON; it answers "ready", waits for a line, runs the verb in a
transaction of its own and answers what became of it. Verbs called naive_* are the controls: the
same steps without the guard.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select, update

from app import create_app
from app.accounts.models import Person
from app.communities import queries
from app.communities.models import (
    Community,
    Contact,
    Invitation,
    JoinedVia,
    JoinRequest,
    JoinRequestState,
    Membership,
)
from app.communities.service import joining, memberships, roles
from app.communities.service.hand import Hand
from app.core import clock
from app.core.database import add, db
from app.core.errors import RuleViolation
from tests.conftest import settings_for

PAUSE = 0.25  # between looking and writing: what a busy server does by itself


def join(job: dict[str, Any]) -> None:
    invitation = db.session.get(Invitation, job["invitation"]) if job.get("invitation") else None
    joining.join(
        db.session.get_one(Community, job["community"]),
        person=db.session.get_one(Person, job["person"]),
        knock=joining.Knock(name="Racer", invitation=invitation),
        now=clock.now(),
    )


def naive_join(job: dict[str, Any]) -> None:
    contact = db.session.get_one(Contact, job["contact"])
    if queries.membership_of(contact) is None:
        time.sleep(PAUSE)
        add(
            Membership(
                community_id=contact.community_id,
                contact_id=contact.id,
                joined_at=clock.now(),
                joined_via=JoinedVia.OPEN,
            )
        )


def naive_use(job: dict[str, Any]) -> None:
    asked = select(Invitation.uses, Invitation.max_uses).where(Invitation.id == job["invitation"])
    uses, most = db.session.execute(asked).one()
    if uses >= (most or 0):
        raise RuleViolation
    time.sleep(PAUSE)
    db.session.execute(
        update(Invitation).where(Invitation.id == job["invitation"]).values(uses=uses + 1)
    )


def leave(job: dict[str, Any]) -> None:
    memberships.leave(db.session.get_one(Membership, job["membership"]), now=clock.now())


def naive_leave(job: dict[str, Any]) -> None:
    membership = db.session.get_one(Membership, job["membership"])
    if memberships.is_last_owner(membership):
        raise RuleViolation
    time.sleep(PAUSE)
    memberships.end_membership(membership, reason=job["reason"], now=clock.now())


def decide(job: dict[str, Any]) -> None:
    request = db.session.get_one(JoinRequest, job["request"])
    membership = db.session.get_one(Membership, job["membership"])
    joining.decide(
        [request],
        JoinRequestState(job["decision"]),
        community=db.session.get_one(Community, request.community_id),
        reply="",
        by=_hand(membership),
        now=clock.now(),
    )


def transfer(job: dict[str, Any]) -> None:
    roles.transfer_ownership(
        db.session.get_one(Membership, job["to"]),
        by=_hand(db.session.get_one(Membership, job["membership"])),
    )


def owners(community_id: int) -> int:
    """Count the current owners."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Membership)
            .where(
                Membership.community_id == community_id,
                Membership.role_key == "owner",
                Membership.left_at.is_(None),
            )
        )
        or 0
    )


def _hand(membership: Membership) -> Hand:
    return Hand(db.session.get_one(Person, membership.contact.person_id), membership)


VERBS: dict[str, Callable[[dict[str, Any]], None]] = {
    verb.__name__: verb
    for verb in (join, naive_join, naive_use, leave, naive_leave, decide, transfer)
}


def main(url: str) -> None:
    app = create_app(settings_for(url))
    for line in sys.stdin:
        job = json.loads(line)
        with app.app_context():
            db.session.execute(select(1))  # connected before the word is given
            db.session.rollback()
            print("ready", flush=True)
            sys.stdin.readline()
            try:
                VERBS[job["verb"]](job)
                db.session.commit()
                print("done", flush=True)
            except RuleViolation as refusal:
                db.session.rollback()
                print(type(refusal).__name__, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
