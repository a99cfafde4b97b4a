"""Closing, leaving with everything, and what becomes of a community whose owner goes."""

import io
import json
import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import hooks as account_hooks
from app.accounts.models import Block, PersonEmail
from app.communities import hooks, queries
from app.communities.models import (
    Community,
    CommunityExport,
    CommunityExportState,
    Contact,
    EndReason,
    Membership,
)
from app.communities.queries import exports as reads
from app.communities.service import closing, exports
from app.communities.service.refusals import NameMistyped
from app.communities.service.succession import end_all_memberships
from app.core.database import Base, add
from app.core.jobs import run_pending
from app.core.models import StoredFile
from app.core.storage import keep, storage
from app.web import previews
from tests.communities.hands import audited, hand_of, last_mail, mails, period_of
from tests.conftest import TODAY, FixedClock
from tests.factories import (
    make_community,
    make_contact,
    make_event,
    make_member,
    make_membership,
    make_person,
    make_rules,
    person_of,
)


def rows_of(session: Session, community_id: int) -> dict[str, int]:
    """Return how many rows of a community each table holds."""
    found = {}
    for table in Base.metadata.sorted_tables:
        if "community_id" in table.c and table.name != "audit_entry":
            asked = select(func.count()).where(table.c.community_id == community_id)
            if number := session.scalar(asked):
                found[table.name] = number
    return found


# ------------------------------------------------------------------ closing


def test_closing_announces_the_end_in_thirty_days(app: Flask, session: Session) -> None:
    community = make_community(name="Sunday Runners")
    owner, member = make_member(community, role="owner"), make_member(community)
    with pytest.raises(NameMistyped):
        closing.close_community(community, typed_name="Runners", by=hand_of(owner), now=TODAY)

    closing.close_community(community, typed_name="sunday  runners", by=hand_of(owner), now=TODAY)
    session.commit()
    run_pending(app)

    assert community.closing_at == TODAY + timedelta(days=30)
    assert mails() == [("communities.closing", owner.id), ("communities.closing", member.id)]
    assert "July 15, 2026" in last_mail().text_body
    assert audited() == ["community.closing"]


def test_closing_twice_keeps_the_first_date(session: Session, clock: FixedClock) -> None:
    community = make_community(name="A")
    hand = hand_of(make_member(community, role="owner"))
    for _ in range(2):
        closing.close_community(community, typed_name="A", by=hand, now=clock.now)
        clock.advance(days=1)

    assert community.closing_at == TODAY + timedelta(days=30)


def test_a_closing_taken_back_erases_nothing(
    app: Flask, session: Session, clock: FixedClock
) -> None:
    community = make_community(name="A")
    hand = hand_of(make_member(community, role="owner"))
    closing.keep_community(community, by=hand)  # nothing to take back yet
    closing.close_community(community, typed_name="A", by=hand, now=TODAY)
    closing.keep_community(community, by=hand)
    session.commit()
    clock.advance(days=31)
    session.commit()

    run_pending(app)

    assert session.get(Community, community.id) is not None
    assert mails() == []
    assert audited() == ["community.closing", "community.kept"]


def test_after_thirty_days_everything_is_erased_and_nothing_else(
    app: Flask, session: Session, clock: FixedClock
) -> None:
    community, other = make_community(name="A"), make_community()
    owner, member = make_member(community, role="owner"), make_member(community)
    make_rules(community, "Be kind", agreed=(member,))
    event = make_event(community)
    make_member(other, person=person_of(member))
    mark, poster = (keep(b"x", "image/webp", community_id=community.id).key for _ in range(2))
    community.mark_key, event.picture_key = mark, poster
    closing.close_community(community, typed_name="A", by=hand_of(owner), now=TODAY)
    session.commit()
    ended: list[EndReason | None] = []

    def note(membership: Membership, _now: object) -> None:
        ended.append(membership.end_reason)

    before = rows_of(session, other.id)
    number = community.id
    folder = app.config["KITH"].data / "previews"
    previews.preview_png("A", "Words", "A")
    assert list(folder.iterdir()) != []
    hooks.membership_ends.register(note)
    try:
        clock.advance(days=30)
        run_pending(app)
    finally:
        hooks.membership_ends._callbacks.remove(note)

    assert session.scalar(select(Community.id).where(Community.id == number)) is None
    assert rows_of(session, number) == {}
    assert rows_of(session, other.id) == before
    assert ended == [EndReason.CLOSED] * 2
    left = select(StoredFile.id).where(StoredFile.key.in_([mark, poster]))
    assert session.scalar(left) is None
    assert audited()[-1] == "community.erased"
    assert list(folder.iterdir()) == []


def test_erasing_waits_for_its_day_and_happens_once(session: Session, clock: FixedClock) -> None:
    number = make_community(closing_at=TODAY).id

    assert not closing.erase_community(number, now=TODAY - timedelta(seconds=1))
    assert closing.erase_community(number, now=TODAY)
    assert not closing.erase_community(number, now=TODAY)
    assert not closing.erase_community(make_community().id, now=TODAY)


# ------------------------------------------------------------------ exports


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_export_is_packed_by_a_job_fetched_for_a_week_and_dropped(
    app: Flask, session: Session, clock: FixedClock
) -> None:
    community = make_community()
    owner = make_member(community, role="owner")

    first = exports.request_export(community, by=hand_of(owner), now=TODAY)
    second = exports.request_export(community, by=hand_of(owner), now=TODAY)
    session.commit()
    assert second is first
    run_pending(app)

    export = session.get_one(CommunityExport, first.id)
    assert (export.state, export.expires_at) == (
        CommunityExportState.READY,
        TODAY + timedelta(days=7),
    )
    assert mails() == [("communities.export", owner.id)]
    found = reads.ready_export(community.id, export.public_id, now=TODAY)
    assert found is export
    assert export.file_key
    with storage().open(export.file_key) as file:
        assert set(unpacked(file.read())) >= {"README.txt", "data/contact.json"}
    assert reads.ready_export(make_community().id, export.public_id, now=TODAY) is None
    assert audited() == ["community.export_asked"]

    later = clock.advance(days=7)
    assert reads.ready_export(community.id, export.public_id, now=later) is None
    session.commit()
    run_pending(app)
    session.refresh(export)
    assert export.state is CommunityExportState.GONE
    assert session.scalar(select(CommunityExport.file_key)) is None
    assert reads.exports(community.id) == []


def test_packing_and_dropping_happen_once(session: Session) -> None:
    community = make_community()
    owner = make_member(community, role="owner")
    export = exports.request_export(community, by=hand_of(owner), now=TODAY)

    assert exports.make_export(export.id, now=TODAY)
    assert not exports.make_export(export.id, now=TODAY)
    assert not exports.make_export(0, now=TODAY)
    assert not exports.drop_export(export.id, now=TODAY)
    assert exports.drop_export(export.id, now=TODAY + timedelta(days=7))
    assert not exports.drop_export(export.id, now=TODAY + timedelta(days=7))
    assert not exports.drop_export(0, now=TODAY)


def test_an_export_that_was_not_finished_can_be_asked_for_again(
    app: Flask, session: Session, clock: FixedClock
) -> None:
    community = make_community()
    owner = make_member(community, role="owner")
    lost = exports.request_export(community, by=hand_of(owner), now=TODAY)
    later = clock.advance(hours=1)
    assert exports.request_export(community, by=hand_of(owner), now=later) is not lost
    session.commit()
    run_pending(app)
    assert [one.state for one in reads.exports(community.id)] == [CommunityExportState.READY]
    assert lost.state is CommunityExportState.GONE
    assert mails() == [("communities.export", owner.id)]


SAMPLES: dict[type, object] = {
    bool: True, bytes: b"x", date: TODAY.date(), datetime: TODAY, Decimal: Decimal("0.1"),
    float: 0.5, int: 1, object: {"a": [None]}, str: "x",
}  # fmt: skip
"""A value of each type that a column of ours holds; JSON columns say `object`."""


def test_a_value_of_every_type_can_be_packed(app: Flask) -> None:
    """A type that no column had before fails here, not when somebody wants to leave."""
    kinds = {
        column.type.python_type for table in Base.metadata.sorted_tables for column in table.columns
    }
    for kind in kinds:
        value = next(iter(kind)) if issubclass(kind, Enum) else SAMPLES[kind]
        assert json.loads(json.dumps(reads.as_plain(value))) == reads.as_plain(value)
    assert reads.as_plain(Decimal("0.1000")) == "0.1000"


def test_an_export_whose_asker_is_gone_is_not_packed(session: Session) -> None:
    community = make_community()
    owner = make_member(community, role="owner")
    for gone in (None, "erased"):
        export = exports.request_export(community, by=hand_of(owner), now=TODAY)
        if gone is None:
            export.requested_by_id = None
        else:
            owner.person_id = None
        session.flush()

        assert not exports.make_export(export.id, now=TODAY)
        assert export.state is CommunityExportState.GONE


def test_the_zip_holds_this_community_whole_and_no_other(session: Session) -> None:
    community, other = make_community(name="Mine"), make_community(name="Foreign")
    owner = make_member(community, role="owner", name="Ana")
    picture = keep(b"face", "image/webp", community_id=community.id)
    owner.picture_key = picture.key
    community.mark_key = keep(b"mark", "image/webp", community_id=community.id).key
    make_member(other, name="Foreign marker")
    make_rules(community, "Be kind")
    event = make_event(community)
    event.picture_key = keep(b"trees", "image/webp", community_id=community.id).key

    files = unpacked(exports.zip_of(community, owner.person_id or 0))

    assert json.loads(files["data/community.json"])[0]["name"] == "Mine"
    (contact,) = json.loads(files["data/contact.json"])
    assert (contact["name"], contact["source"]) == ("Ana", "joining")
    assert [rule["title"] for rule in json.loads(files["data/rule.json"])] == ["Be kind"]
    assert files[f"pictures/{owner.public_id}.webp"] == b"face"
    assert files["pictures/mark.webp"] == b"mark"
    assert files[f"pictures/{event.public_id}.webp"] == b"trees"
    text = b"".join(files.values())
    assert b"Foreign" not in text
    assert b"sort_key" not in text
    assert "data/audit_entry.json" not in files


def test_the_zip_leaves_no_trace_of_a_blocked_pair(session: Session) -> None:
    community = make_community()
    owner = make_member(community, role="owner", name="Ana")
    hidden = make_member(community, name="Hidden", picture_key=None)
    hidden.picture_key = keep(b"hidden face", "image/webp", community_id=community.id).key
    make_rules(community, "Be kind", agreed=(hidden, owner))
    add(Block(blocker_id=hidden.person_id, blocked_id=owner.person_id, created_at=TODAY))

    files = unpacked(exports.zip_of(community, owner.person_id or 0))

    assert [row["name"] for row in json.loads(files["data/contact.json"])] == ["Ana"]
    for name in ("membership", "rules_consent"):
        rows = json.loads(files[f"data/{name}.json"])
        assert [row["contact_id"] for row in rows] == [owner.id]
    text = b"".join(files.values())
    assert b"Hidden" not in text
    assert b"hidden face" not in text


# ------------------------------------------------------------------ succession


def test_the_memberships_of_an_erased_person_end(session: Session) -> None:
    person = make_person()
    first, second = (make_member(make_community(), person=person) for _ in range(2))

    account_hooks.person_erased(person, TODAY)

    assert [period_of(one).end_reason for one in (first, second)] == [EndReason.ERASED] * 2


def test_the_next_in_rank_inherits_from_a_last_owner_and_hears_of_it(session: Session) -> None:
    community = make_community(name="Sunday Runners")
    owner = make_member(community, role="owner")
    make_member(community)
    moderator = make_member(community, role="moderator")

    end_all_memberships(person_of(owner), now=TODAY)

    assert period_of(moderator).role_key == "owner"
    assert period_of(owner).end_reason is EndReason.ERASED
    assert (community.closing_at, audited()) == (None, ["role.inherited"])
    assert mails() == [("communities.inherited", moderator.id)]
    assert last_mail().subject == "Sunday Runners is in your hands now"
    assert f"/c/{community.slug}/desk/roles" in last_mail().text_body


def test_whoever_is_suspended_inherits_nothing(session: Session) -> None:
    community = make_community()
    owner = make_member(community, role="owner")
    suspended, member = make_member(community, role="organizer"), make_member(community)
    person_of(suspended).suspended_at = TODAY

    end_all_memberships(person_of(owner), now=TODAY)

    assert period_of(suspended).role_key == "organizer"
    assert period_of(member).role_key == "owner"


def test_another_owner_needs_no_heir(session: Session) -> None:
    community = make_community()
    owner, other = (make_member(community, role="owner") for _ in range(2))

    end_all_memberships(person_of(owner), now=TODAY)

    assert (period_of(other).role_key, audited()) == ("owner", [])


def test_a_community_without_an_heir_begins_to_close(
    app: Flask, session: Session, clock: FixedClock
) -> None:
    community = make_community()
    owner = make_member(community, role="owner")
    make_membership(make_contact(community))  # imported, nobody behind it

    end_all_memberships(person_of(owner), now=TODAY)
    session.commit()

    assert community.closing_at == TODAY + timedelta(days=30)
    number = community.id
    clock.advance(days=30)
    run_pending(app)
    assert session.scalar(select(Community.id).where(Community.id == number)) is None


def test_a_closing_community_keeps_its_day(session: Session) -> None:
    community = make_community(closing_at=TODAY)
    owner = make_member(community, role="owner")

    end_all_memberships(person_of(owner), now=TODAY)

    assert community.closing_at == TODAY


def test_a_proved_address_claims_the_cards_that_carry_it(session: Session) -> None:
    person = make_person()
    cards = [make_contact(make_community(), email="second@example.org") for _ in range(2)]
    address = add(
        PersonEmail(
            person_id=person.id,
            address="second@example.org",
            address_key="second@example.org",
            verified_at=TODAY,
        )
    )

    account_hooks.address_verified(address)

    assert {card.person_id for card in cards} == {person.id}
    assert session.scalar(select(func.count()).select_from(Contact)) == 2


def test_who_owns_what_is_asked_in_one_place(session: Session) -> None:
    person = make_person()
    contact = make_member(make_community(), person=person)

    assert [one.contact_id for one in queries.memberships_of(person.id)] == [contact.id]
