"""Races at the door, with real processes; each has a control that shows the race unguarded."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app import create_app
from app.communities.models import (
    Community,
    Invitation,
    InvitationKind,
    Joining,
    JoinRequest,
    Membership,
)
from app.core import clock
from app.core.database import add, db
from tests.communities.racer import owners
from tests.conftest import ROOT, DatabaseServer, settings_for
from tests.factories import make_community, make_contact, make_member, make_membership, make_person

pytestmark = [pytest.mark.postgres15, pytest.mark.xdist_group("doors")]

RACERS = 3


class Racers:
    """Processes that start on one word."""

    def __init__(self, url: str) -> None:
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.communities.racer", url],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            for _ in range(RACERS)
        ]

    def race(self, jobs: list[dict[str, Any]]) -> list[str]:
        """Give each process a job, start them at once, and return what they say, sorted."""
        running = self.processes[: len(jobs)]
        for process, job in zip(running, jobs, strict=True):
            self.tell(process, json.dumps(job))
        assert [self.hear(process) for process in running] == ["ready"] * len(jobs)
        for process in running:
            self.tell(process, "go")
        return sorted(self.hear(process) for process in running)

    def tell(self, process: subprocess.Popen[str], words: str) -> None:
        assert process.stdin
        process.stdin.write(f"{words}\n")
        process.stdin.flush()

    def hear(self, process: subprocess.Popen[str]) -> str:
        assert process.stdout
        line = process.stdout.readline().strip()
        while line.startswith("{"):  # a line of the log
            line = process.stdout.readline().strip()
        return line

    def stop(self) -> None:
        for process in self.processes:
            process.communicate(timeout=30)


@pytest.fixture(scope="session")  # kept while the worker runs tests of other modules between
def track(server: DatabaseServer, template: str) -> Iterator[tuple[Flask, Racers]]:
    """A database of its own, an app on it, and the racers."""
    name = server.create(template=template)
    racers = Racers(server.url(name))
    app = create_app(settings_for(server.url(name)))
    try:
        yield app, racers
    finally:
        racers.stop()
        with app.app_context():
            db.engine.dispose()
        server.drop(name)


def make_link(community: Community, *, max_uses: int) -> Invitation:
    return add(
        Invitation(
            community_id=community.id,
            kind=InvitationKind.TRUSTED,
            max_uses=max_uses,
            created_at=clock.now(),
        )
    )


def members_of(community_id: int) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Membership)
            .where(Membership.community_id == community_id, Membership.left_at.is_(None))
        )
        or 0
    )


def test_joining_twice_at_once_is_one_membership(track: tuple[Flask, Racers]) -> None:
    app, racers = track
    with app.app_context():
        community, person = make_community(), make_person()
        db.session.commit()
        job = {"verb": "join", "community": community.id, "person": person.id}

        assert racers.race([job] * RACERS) == ["done"] * RACERS

        assert members_of(community.id) == 1


def test_control_without_the_guard_one_person_joins_more_than_once(
    track: tuple[Flask, Racers],
) -> None:
    app, racers = track
    with app.app_context():
        contact = make_contact(make_community(), person=make_person())
        db.session.execute(text("DROP INDEX uq_membership_current"))
        db.session.commit()
        job = {"verb": "naive_join", "contact": contact.id}

        racers.race([job] * RACERS)

        assert members_of(contact.community_id) > 1
        db.session.execute(text("DELETE FROM membership"))
        db.session.execute(
            text(
                "CREATE UNIQUE INDEX uq_membership_current ON membership"
                " (community_id, contact_id) WHERE left_at IS NULL"
            )
        )
        db.session.commit()


def test_the_last_use_of_an_invitation_has_one_winner(track: tuple[Flask, Racers]) -> None:
    app, racers = track
    with app.app_context():
        community = make_community(joining=Joining.INVITATION)
        link = make_link(community, max_uses=1)
        people = [make_person() for _ in range(RACERS)]
        db.session.commit()
        jobs = [
            {"verb": "join", "community": community.id, "person": p.id, "invitation": link.id}
            for p in people
        ]

        assert racers.race(jobs) == ["InvitationSpent"] * (RACERS - 1) + ["done"]

        db.session.expire_all()
        assert (members_of(community.id), link.uses) == (1, 1)


def test_control_counting_first_lets_several_through_on_the_last_use(
    track: tuple[Flask, Racers],
) -> None:
    app, racers = track
    with app.app_context():
        link = make_link(make_community(), max_uses=1)
        db.session.commit()

        said = racers.race([{"verb": "naive_use", "invitation": link.id}] * RACERS)

        assert said.count("done") > 1


def test_of_two_owners_who_leave_at_once_one_stays(track: tuple[Flask, Racers]) -> None:
    app, racers = track
    with app.app_context():
        community = make_community()
        periods = [
            make_membership(make_contact(community, person=make_person()), role="owner")
            for _ in range(2)
        ]
        db.session.commit()

        said = racers.race([{"verb": "leave", "membership": one.id} for one in periods])

        assert said == ["LastOwner", "done"]
        assert owners(community.id) == 1


def test_control_without_the_lock_both_owners_leave(track: tuple[Flask, Racers]) -> None:
    app, racers = track
    with app.app_context():
        community = make_community()
        periods = [
            make_membership(make_contact(community, person=make_person()), role="owner")
            for _ in range(2)
        ]
        db.session.commit()

        said = racers.race(
            [{"verb": "naive_leave", "membership": one.id, "reason": "left"} for one in periods]
        )

        assert said == ["done", "done"]
        assert owners(community.id) == 0


def test_two_organizers_who_decide_at_once_decide_once(track: tuple[Flask, Racers]) -> None:
    app, racers = track
    with app.app_context():
        community = make_community(joining=Joining.APPROVAL)
        organizer = make_member(community, role="organizer")
        period = db.session.scalars(
            select(Membership).where(Membership.contact_id == organizer.id)
        ).one()
        asking = make_contact(community, person=make_person())
        request = add(
            JoinRequest(community_id=community.id, contact_id=asking.id, created_at=clock.now())
        )
        db.session.commit()
        job = {"verb": "decide", "request": request.id, "membership": period.id}

        said = racers.race([job | {"decision": one} for one in ("approved", "declined")])

        assert said == ["RequestDecided", "done"]


def test_an_owner_who_passes_on_twice_at_once_has_one_heir(track: tuple[Flask, Racers]) -> None:
    app, racers = track
    with app.app_context():
        community = make_community()
        owner = make_membership(make_contact(community, person=make_person()), role="owner")
        heirs = [make_membership(make_contact(community, person=make_person())) for _ in range(2)]
        db.session.commit()

        said = racers.race(
            [{"verb": "transfer", "membership": owner.id, "to": heir.id} for heir in heirs]
        )

        assert said == ["RoleTooHigh", "done"]
        assert owners(community.id) == 1
