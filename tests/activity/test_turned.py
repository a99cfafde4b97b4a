"""Whom acts are turned to: the same whether an account is linked before an import or after it."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.activity import service
from app.activity.models import Activity, Identity
from app.communities.models import Community, Contact
from app.core.database import db
from tests.activity.imported import brought, counted, jsonl, line, recounted
from tests.factories import make_community, make_member, make_person

ZONE = "Europe/Berlin"


@pytest.fixture
def community(session: Session) -> Community:
    return make_community(zone=ZONE)


@pytest.fixture
def ada(community: Community) -> Contact:
    return make_member(community, person=make_person(email="ada@example.org"))


def told(**of_ada: Any) -> list[dict[str, Any]]:
    """Return what three said: bo answers ada, names her, names both; cy answers and names bo."""
    return [
        line(1, **of_ada),
        line(2, actor_uid="bo", reply_to_uid="m1"),
        line(3, actor_uid="bo", mentions=["ada"]),
        line(4, actor_uid="cy", mentions=["bo"], reply_to_uid="m1"),
        line(5, reply_to_uid="m1"),  # ada, herself
        line(6, actor_uid="cy", reply_to_uid="m2"),
        line(7, reply_to_uid="m2"),
        line(8, actor_uid="cy", mentions=["bo", "cy"]),
    ]


def counterparts(community: Community) -> dict[str, int | None]:
    rows = db.session.execute(
        select(Activity.source_uid, Activity.counterpart_id)
        .where(Activity.community_id == community.id, Activity.source == "forum")
        .order_by(Activity.source_uid)
    )
    return dict(rows.all())


def account(community: Community, uid: str) -> Identity:
    return db.session.scalars(
        select(Identity).where(Identity.community_id == community.id, Identity.uid == uid)
    ).one()


def test_an_account_linked_later_is_turned_to_as_one_linked_before(
    session: Session, community: Community, ada: Contact
) -> None:
    brought(community, jsonl(*told(actor_email="ada@example.org")))
    before = {"m2": ada.id, "m3": ada.id, "m4": ada.id}
    assert counterparts(community) == dict.fromkeys(f"m{n}" for n in range(1, 9)) | before

    other = make_community(zone=ZONE)
    later = make_member(other)
    brought(other, jsonl(*told()))
    blank, days = counterparts(other), counted(other)
    assert set(blank.values()) == {None}
    service.link(account(other, "ada"), contact_id=later.id, zone=ZONE)
    assert counterparts(other) == blank | dict.fromkeys(before, later.id)
    assert counted(other) == recounted(other) != days
    service.unlink(account(other, "ada"), zone=ZONE)
    assert (counterparts(other), counted(other)) == (blank, days)


def test_nobody_turns_to_themself_by_two_accounts(community: Community, ada: Contact) -> None:
    brought(community, jsonl(*told(actor_email="ada@example.org")))
    before, days = counterparts(community), counted(community)
    service.link(account(community, "bo"), contact_id=ada.id, zone=ZONE)
    assert counterparts(community) == before | {"m2": None, "m3": None, "m6": ada.id}
    assert counted(community) == recounted(community)
    service.unlink(account(community, "bo"), zone=ZONE)
    assert counterparts(community) == before
    assert counted(community) == recounted(community) == days


def test_thanks_and_what_another_account_explains_stay(community: Community, ada: Contact) -> None:
    thanking = make_member(community)
    fact = service.Fact(
        community.id, thanking.id, "thanked", "t1", ada.created_at, counterpart_id=ada.id
    )
    service.record(fact, zone=ZONE)
    brought(community, jsonl(*told(), line(9, actor_uid="cy", mentions=["ada", "bo"])))
    for uid in ("ada", "bo"):
        service.link(account(community, uid), contact_id=ada.id, zone=ZONE)
    # m4 answers ada and names bo: it stays turned to her while either account is hers
    service.unlink(account(community, "bo"), zone=ZONE)
    assert counterparts(community)["m4"] == ada.id
    service.unlink(account(community, "ada"), zone=ZONE)
    assert set(counterparts(community).values()) == {None}
    thanked = db.session.scalars(select(Activity).where(Activity.type == "thanked")).one()
    assert thanked.counterpart_id == ada.id
    assert counted(community) == recounted(community)
