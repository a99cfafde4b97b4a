"""Introductions of the demo's story, whoever the dice choose."""

from datetime import timedelta
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.personas import MEMBER, MODERATOR, OWNER
from app.cli.demodata.meetings import PAIRS, write_meetings
from app.cli.demodata.people import Character
from app.communities.models import Community
from app.matching.models import Introduction
from tests.conftest import TODAY
from tests.factories import make_community, make_member

FEW = 5
OF_FEW = FEW * (FEW - 1) // 2


def character(community: Community, email: str) -> Character:
    contact = make_member(community, email=email)
    joined_at = TODAY - timedelta(days=500)
    return Character(
        contact.name, "en", email, joined_at, 1.0, timedelta(days=900), contact_id=contact.id
    )


def test_two_who_are_chosen_twice_are_introduced_once(session: Session) -> None:
    community = make_community()
    known = [persona.address for persona in (OWNER, MODERATOR, MEMBER)]
    emails = [*known, *(f"{number}@example.org" for number in range(FEW))]
    people = [character(community, email) for email in emails]
    dice = Random(3)  # noqa: S311 - a story, not a secret
    write_meetings(dice, community, people, TODAY)
    made = session.scalar(select(func.count()).select_from(Introduction)) or 0
    assert PAIRS > OF_FEW, "else nobody is chosen twice"
    assert OF_FEW // 2 < made <= OF_FEW + 4  # and those whom a visitor may be
