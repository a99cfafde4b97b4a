"""Imports into the ledger: each fact once, its roll-ups with it, and all of it out again."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError, InternalError
from sqlalchemy.orm import Session, aliased

from app.activity import rollups, service
from app.activity.models import (
    Activity,
    ActivityDay,
    ActivityMention,
    ActivityMonth,
    Channel,
    Identity,
)
from app.activity.service import Fact
from app.communities.models import Community, Contact, ImportState
from app.core.models import OutgoingMail
from tests.activity.imported import (
    begun,
    brought,
    counted,
    jsonl,
    line,
    number_of,
    recounted,
    taken_back,
)
from tests.conftest import TODAY
from tests.factories import make_community, make_contact, make_member, make_person, person_of

BERLIN = "Europe/Berlin"
TABLES = (
    "activity", "activity_mention", "activity_awaited", "activity_day", "activity_month",
    "activity_last", "identity", "channel",
)  # fmt: skip


@pytest.fixture
def community(session: Session) -> Community:
    return make_community(zone=BERLIN)


def test_a_file_comes_into_the_ledger_and_nobody_is_mailed(
    community: Community, session: Session
) -> None:
    run = brought(
        community,
        jsonl(
            line(1, mentions=["bo", "cy"], text_length=5, url="https://x.example/1"),
            line(2, reply_to_uid="m1", actor_uid="bo", actor_name="Bo", thread_uid="t"),
            line(3, actor_uid="helper[bot]"),
        ),
    )
    assert (run.state, run.counts["added"], run.progress) == (ImportState.DONE, 3, 3)
    one, two, bots = session.scalars(select(Activity).order_by(Activity.id)).all()
    assert (one.type, one.source, one.source_uid, one.weight) == ("message.sent", "forum", "m1", 1)
    assert (one.contact_id, one.text_length, one.url) == (None, 5, "https://x.example/1")
    assert (two.reply_to_id, two.thread, two.import_run_id) == (one.id, "t", run.id)
    people = session.execute(select(Identity.uid, Identity.name, Identity.is_bot)).all()
    assert sorted(people) == [
        ("ada", "Ada", False), ("bo", "Bo", False), ("cy", "", False), ("helper[bot]", "Ada", True)
    ]  # fmt: skip
    named = session.scalars(
        select(Identity.uid).join(ActivityMention, ActivityMention.identity_id == Identity.id)
    )
    assert sorted(named) == ["bo", "cy"]
    assert session.scalars(select(Channel.name)).all() == ["general"]
    months = session.scalars(select(ActivityMonth.identity_id).order_by(ActivityMonth.identity_id))
    assert months.all() == [one.identity_id, two.identity_id]
    assert bots.identity_id in session.scalars(select(ActivityDay.identity_id)).all()
    assert number_of("outgoing_mail") == 0
    assert session.scalar(select(func.count(OutgoingMail.id))) == 0
    assert session.scalar(select(func.count(Contact.id))) == 0


def test_the_look_says_what_would_happen(community: Community) -> None:
    brought(community, jsonl(line(1), line(2)))
    make_member(community, person=make_person(email="bo@example.org"))
    run = begun(
        community,
        jsonl(
            line(1),
            line(3, actor_uid="bo", actor_email="BO@example.org"),
            line(3, actor_uid="bo"),
            line(4, actor_uid="x[bot]", channel_uid="help"),
            line(5, happened_at="1969-01-01"),
            line(6, happened_at="2099-01-01"),
            "{broken",
        ),
    )
    first = (TODAY - timedelta(days=3, minutes=4)).isoformat()
    last = (TODAY - timedelta(days=3, minutes=3)).isoformat()
    assert run.counts == {
        "lines": 7, "new": 2, "known": 1, "twice": 1, "rejected": 1, "quarantined": 2, "people": 2,
        "bots": 1, "linked": 1, "channels": 2, "first": first, "last": last,
    }  # fmt: skip
    assert [(r["line"], r["reason"], r["field"]) for r in run.rejects] == [
        (5, "before_1970", "happened_at"), (6, "future", "happened_at"), (7, "not_json", "")
    ]  # fmt: skip
    assert number_of("activity") == 2


def test_told_twice_it_is_written_once(community: Community) -> None:
    data = jsonl(line(1), line(2), line(1))
    first = brought(community, data)
    before = counted(community)
    again = brought(community, jsonl(line(2), line(3)))
    kept = [[run.counts[name] for name in ("added", "known", "twice")] for run in (first, again)]
    assert kept == [[2, 0, 1], [1, 1, 0]]
    taken_back(again)
    assert counted(community) == before


def test_one_uid_in_two_channels_or_sources_is_two_facts(community: Community) -> None:
    run = brought(community, jsonl(line(1), line(1, channel_uid="help"), line(1, source="chat")))
    assert run.counts["added"] == 3


def test_an_account_is_linked_by_a_proved_address_only(
    community: Community, session: Session
) -> None:
    ada = make_member(community, person=make_person(email="ada@example.org"))
    make_contact(community, email="bo@example.org")  # nobody proved it
    stranger = make_person(email="cy@example.org")
    make_member(make_community(), person=stranger)  # known elsewhere only
    brought(
        community,
        jsonl(
            line(1, actor_email="ADA@example.org"),
            line(2, actor_uid="bo", actor_email="bo@example.org"),
            line(3, actor_uid="cy", actor_email="cy@example.org"),
            line(4, actor_uid="b[bot]", actor_email="ada@example.org"),
        ),
    )
    linked = dict(session.execute(select(Identity.uid, Identity.contact_id)).all())
    assert linked == {"ada": ada.id, "bo": None, "cy": None, "b[bot]": None}
    done = session.execute(select(Activity.source_uid, Activity.contact_id)).all()
    assert sorted(done) == [("m1", ada.id), ("m2", None), ("m3", None), ("m4", None)]
    assert counted(community) == recounted(community)


def test_an_account_that_acted_before_its_address_was_known_brings_its_past(
    community: Community, session: Session
) -> None:
    ada = make_member(community, person=make_person(email="ada@example.org"))
    brought(community, jsonl(line(1)))
    brought(community, jsonl(line(2, actor_email="ada@example.org")))
    assert session.scalars(select(Activity.contact_id)).all() == [ada.id, ada.id]
    assert session.scalars(select(ActivityMonth.acts)).all() == [2]
    assert counted(community) == recounted(community)


def test_a_link_can_be_taken_away_again(community: Community, session: Session) -> None:
    ada = make_contact(community)
    brought(community, jsonl(line(1), line(2)))
    before = counted(community)
    identity = session.scalars(select(Identity)).one()
    service.link(identity, contact_id=ada.id, zone=BERLIN)
    assert session.scalars(select(ActivityMonth.contact_id)).all() == [ada.id]
    service.unlink(identity, zone=BERLIN)
    assert counted(community) == before


def test_an_account_that_turns_out_to_be_a_bot_leaves_the_months(
    community: Community, session: Session
) -> None:
    brought(community, jsonl(line(1, actor_uid="greeter")))
    assert number_of("activity_month") == 1
    brought(community, jsonl(line(2, actor_uid="greeter", actor_is_bot=True)))
    assert number_of("activity_month") == 0
    assert counted(community) == recounted(community)


def test_undone_it_never_happened(community: Community, session: Session) -> None:
    contact = make_member(community, person=make_person(email="ada@example.org"))
    fact = Fact(community.id, contact.id, "member.joined", "j", TODAY - timedelta(days=3))
    service.record(fact, zone=BERLIN)
    before = (counted(community), [number_of(table) for table in TABLES])
    data = jsonl(
        line(1, actor_email="ada@example.org", mentions=["bo"]),
        line(2, reply_to_uid="m1"),
        line(3, actor_uid="bo"),
    )
    run = brought(community, data)
    assert number_of("activity") == 4
    taken_back(run)
    assert (counted(community), [number_of(table) for table in TABLES]) == before
    assert (run.state, run.counts["undone"], run.counts["stayed"]) == (ImportState.UNDONE, 3, 0)
    assert brought(community, data).counts["added"] == 3
    assert person_of(contact).id == contact.person_id


def test_what_another_import_needs_stays(community: Community, session: Session) -> None:
    first = brought(community, jsonl(line(1)))
    brought(community, jsonl(line(2, reply_to_uid="m1"), line(3, mentions=["ada"])))
    before = recounted(community)
    taken_back(first)
    assert session.scalars(select(Activity.source_uid).order_by(Activity.id)).all() == ["m2", "m3"]
    assert session.scalars(select(Activity.reply_to_id)).all() == [None, None]
    assert session.scalars(select(Identity.uid)).all() == ["ada"]
    assert counted(community) == recounted(community) != before


def test_only_imported_facts_can_be_taken_out(community: Community, session: Session) -> None:
    contact = make_contact(community)
    service.record(Fact(community.id, contact.id, "member.joined", "j", TODAY), zone=BERLIN)
    brought(community, jsonl(line(1)))
    session.execute(Activity.__table__.delete().where(Activity.import_run_id.is_not(None)))  # type: ignore[attr-defined]
    with pytest.raises((IntegrityError, InternalError)), session.begin_nested():
        session.execute(Activity.__table__.delete())  # type: ignore[attr-defined]
    with pytest.raises((IntegrityError, InternalError)), session.begin_nested():
        session.execute(Activity.__table__.update().values(import_run_id=1))  # type: ignore[attr-defined]


def random_lines(seed: int, number: int) -> list[dict[str, Any]]:
    """Return a history in no order: some told twice, some replies, bots, proved addresses."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    found = []
    for _ in range(number):
        who = dice.randrange(6)
        found.append(
            line(
                dice.randrange(number),
                type=dice.choice(["message.sent", "event.checked_in", "renewed", "found_useful"]),
                happened_at=(TODAY - timedelta(hours=dice.randrange(24 * 90))).isoformat(),
                actor_uid="robo[bot]" if who == 5 else f"p{who}",
                actor_name="",
                actor_email="ada@example.org" if who == 0 else None,
                channel_uid=dice.choice(["a", "b"]),
                reply_to_uid=f"m{dice.randrange(number)}" if dice.random() < 0.3 else None,
                mentions=[f"p{dice.randrange(5)}"] if dice.random() < 0.3 else None,
            )
        )
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_roll_ups_equal_a_recount_after_each_batch_and_each_undo(
    community: Community, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.communities.service.imports.records.BATCH", 70)
    monkeypatch.setattr("app.communities.service.imports.activities.BATCH", 70)
    make_member(community, person=make_person(email="ada@example.org"))
    runs = []
    for part in range(2):
        runs.append(brought(community, jsonl(*random_lines(seed * 10 + part, 200))))
        assert counted(community) == recounted(community)
    for run in runs:
        taken_back(run)
        assert counted(community) == recounted(community)
    assert [number_of(table) for table in TABLES] == [0] * 8


def replies(session: Session) -> dict[str, str | None]:
    """Return which fact answers which, by their names."""
    reply, parent = aliased(Activity), aliased(Activity)
    rows = session.execute(
        select(reply.source_uid, parent.source_uid)
        .outerjoin(parent, parent.id == reply.reply_to_id)
        .where(reply.type == "reply.sent")
    )
    return dict(rows.all())


def reply(uid: int, to: str, **values: Any) -> dict[str, Any]:
    return line(uid, type="reply.sent", reply_to_uid=to, actor_uid="bo", **values)


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_a_reply_before_what_it_answers_is_linked_in_the_end(
    community: Community, session: Session, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    for room in ("records", "activities"):
        monkeypatch.setattr(f"app.communities.service.imports.{room}.BATCH", batch)
    ada = make_member(community, person=make_person(email="ada@example.org"))
    told = [
        reply(1, "m3"), reply(2, "m3", mentions=["ada"]), line(3, actor_email="ada@example.org"),
        reply(4, "m4"), reply(5, "never"), reply(6, "m3", channel_uid="elsewhere"),
    ]  # fmt: skip
    brought(community, jsonl(*told))
    assert replies(session) == {"m1": "m3", "m2": "m3", "m4": None, "m5": None, "m6": None}
    assert number_of("activity_awaited") == 2  # what never came, and what is in another channel
    counterparts = select(Activity.counterpart_id).where(Activity.reply_to_id.is_not(None))
    assert session.scalars(counterparts).all() == [ada.id, ada.id]
    assert counted(community) == recounted(community)


def test_what_a_later_file_brings_is_answered_too(community: Community, session: Session) -> None:
    brought(community, jsonl(reply(1, "m9"), reply(2, "m8", happened_at="2026-01-05T10:00:00Z")))
    assert replies(session) == {"m1": None, "m2": None}
    parents = brought(community, jsonl(line(9), line(8)))
    assert replies(session) == {"m1": "m9", "m2": "m8"}
    assert (number_of("activity_awaited"), counted(community)) == (0, recounted(community))
    taken_back(parents)
    assert (replies(session), number_of("activity_awaited")) == ({"m1": None, "m2": None}, 2)
    assert counted(community) == recounted(community)
    brought(community, jsonl(line(9)))
    assert replies(session) == {"m1": "m9", "m2": None}
    assert counted(community) == recounted(community)


def test_a_reply_imported_before_links_were_kept_is_linked_when_told_again(
    community: Community, session: Session
) -> None:
    told = [reply(1, "m9"), reply(2, "m7"), line(9)]
    brought(community, jsonl(*told))
    session.execute(update(Activity).values(reply_to_id=None))
    session.execute(text("DELETE FROM activity_awaited"))
    rollups.recount(community.id, community.zone)
    assert replies(session) == {"m1": None, "m2": None}
    assert brought(community, jsonl(*told, line(10))).counts["added"] == 1
    assert replies(session) == {"m1": "m9", "m2": None}
    assert (number_of("activity_awaited"), counted(community)) == (1, recounted(community))


def test_days_are_cut_in_the_zone_of_the_community(community: Community, session: Session) -> None:
    late = datetime(2026, 5, 31, 22, 30, tzinfo=UTC)
    brought(community, jsonl(line(1, happened_at=late.isoformat())))
    assert session.scalars(select(ActivityDay.day)).all() == [date(2026, 6, 1)]
    assert session.scalars(select(ActivityMonth.month)).all() == [date(2026, 6, 1)]


def test_two_communities_import_one_file_apart(community: Community, session: Session) -> None:
    other, data = make_community(), jsonl(line(1, mentions=["bo"]))
    runs = [brought(one, data) for one in (community, other)]
    assert [run.counts["added"] for run in runs] == [1, 1]
    taken_back(runs[0])
    assert session.scalars(select(Activity.community_id)).all() == [other.id]
    assert session.scalars(select(Identity.community_id)).all() == [other.id] * 2
