"""Jobs of matching: computing suggestions, when asked and once a day."""

from datetime import timedelta

from sqlalchemy import select

from app.communities.models import Community
from app.core import clock, jobs
from app.core.database import db
from app.matching import queries, service
from app.matching.models import AnswerStep, Introduction, MatchChoice
from app.matching.service import hellos, outcomes

AFTER = timedelta(hours=2)  # an hour more than needed: a worker may come late


@jobs.task("matching.refresh")
def refresh(community_id: int) -> None:
    """Compute the suggestions of one community."""
    community = db.session.get(Community, community_id)
    if community is not None:
        service.refresh(community, now=clock.now())
    db.session.commit()


@jobs.periodic("41 2 * * *", "matching.refresh_all")
def refresh_all() -> None:
    """Put off a computation for every community where someone takes part: people fall asleep."""
    for community_id in db.session.scalars(select(MatchChoice.community_id).distinct()).all():
        service.ask_for_refresh(community_id)
    db.session.commit()


@jobs.periodic("11 * * * *", "matching.refresh_after_gatherings")
def refresh_after_gatherings() -> None:
    """Put off a computation where a gathering ended: who was there together knows each other."""
    now = clock.now()
    for community_id in queries.wanted_after_gatherings(now - AFTER, now):
        service.ask_for_refresh(community_id)
    db.session.commit()


@jobs.task("matching.ask")
def ask(introduction_id: int, step: str) -> None:
    """Ask two who were introduced what became of it; a second run asks nobody again."""
    made = db.session.get(Introduction, introduction_id)
    if made is not None:
        outcomes.ask(made, AnswerStep(step), now=clock.now())
    db.session.commit()


@jobs.periodic("23 4 * * *", "matching.tidy_hellos")
def tidy_hellos() -> None:
    """End the hellos that ran out, and those of and to people who fell asleep."""
    hellos.tidy(clock.now())
    db.session.commit()
