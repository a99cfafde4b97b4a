"""Who is awake for suggestions is who is awake on the health page, however a community counts."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.activity import service as activity
from app.activity.models import HealthSetting
from app.analytics.months import last_months
from app.analytics.queries.behind import Asked, behind
from app.analytics.queries.closed import counting_of
from app.analytics.service import count_as
from app.communities.models import Community, Contact, Membership
from app.core import clock as core_clock
from app.core.database import add
from app.core.jobs import run_pending
from app.matching import queries, service
from app.matching.models import MatchKind
from tests.factories import person_of
from tests.matching.conftest import MakeMatchable

LONG_AGO = 900


def suggested(community: Community, me: Contact) -> set[int]:
    return {card.contact_id for card in queries.cards(community, me, core_clock.now())}


def awake(community: Community) -> set[int]:
    """Return who is awake on the health page, in the month that runs."""
    now = core_clock.now()
    counting = counting_of(community, with_team=True)
    (month,) = last_months(now, community.zone, 1)
    asked = Asked("awake", month, counting)
    return {contact_id for contact_id, _ in behind(community, asked, now) if contact_id}


def joined(contact: Contact, days_ago: int, session: Session) -> None:
    then = core_clock.now() - timedelta(days=days_ago)
    mine = update(Membership).where(Membership.contact_id == contact.id)
    session.execute(mine.values(joined_at=then))


@pytest.mark.parametrize(
    ("months", "mode", "names"),
    [
        (None, "any", {"today", "75 days", "talker", "newcomer"}),
        (2, "any", {"today", "talker", "newcomer"}),
        (6, "strict", {"today", "75 days", "newcomer"}),
        (2, "strict", {"today", "newcomer"}),
        (24, "any", {"today", "75 days", "talker", "newcomer", "500 days"}),
    ],
)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_who_sleeps_on_the_health_page_is_not_suggested(
    community: Community,
    make_matchable: MakeMatchable,
    session: Session,
    months: int | None,
    mode: str,
    names: set[str],
    moment: str,
) -> None:
    """Whether the community chose before the suggestions were computed or after."""
    people = {
        "me": make_matchable("Chess"),
        "today": make_matchable("Chess", days_ago=0),
        "75 days": make_matchable("Chess", days_ago=75),  # the first day of April
        "500 days": make_matchable("Chess", days_ago=500),
        "talker": make_matchable("Chess", days_ago=LONG_AGO),
        "newcomer": make_matchable("Chess", days_ago=LONG_AGO),
    }
    for name, contact in people.items():
        joined(contact, 1 if name == "newcomer" else LONG_AGO + 1, session)
    talker = people["talker"]
    yesterday = core_clock.now() - timedelta(days=1)
    talked = activity.Fact(community.id, talker.id, "talked", "talked:1", yesterday)
    activity.record(talked, zone=community.zone)
    setting = HealthSetting(community_id=community.id, is_strict=mode == "strict")
    setting.sleeping_months = months or 24
    if moment == "after":  # everyone was awake when it was computed
        add(HealthSetting(community_id=community.id, sleeping_months=24))
    elif months:
        add(setting)
    service.refresh(community, now=core_clock.now())
    if moment == "after":
        session.execute(delete(HealthSetting))
        if months:
            add(setting)
    expected = {people[name].id for name in names}
    assert suggested(community, people["me"]) == expected
    assert awake(community) == expected | {people["me"].id}
    found = queries.candidates(community, MatchKind.FRIEND, core_clock.now())
    assert {contact_id for contact_id, _ in found} == expected | {people["me"].id}


def test_who_wakes_by_another_choice_is_suggested_after_it(
    app: Flask, community: Community, make_matchable: MakeMatchable, session: Session
) -> None:
    me, long_gone = make_matchable("Chess"), make_matchable("Chess", days_ago=LONG_AGO // 2)
    for contact in (me, long_gone):
        joined(contact, LONG_AGO, session)
    service.refresh(community, now=core_clock.now())
    assert suggested(community, me) == set()
    count_as(community, sleeping_months=24, is_strict=False, by=person_of(me))
    session.commit()
    run_pending(app)
    assert suggested(community, me) == {long_gone.id}
