"""Migrations: up from nothing, no drift from the models, down and up again, with data."""

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import inspect, literal, select, text
from sqlalchemy import table as named

from app import create_app
from app.activity import service as activity
from app.activity.service import Fact
from app.communities.models import Contact, Facet, FacetKind, FacetVisibility, RolePermission
from app.communities.permissions import BUILT_IN
from app.core.database import db
from app.events.models import EventVisibility
from tests.conftest import DatabaseServer, settings_for
from tests.factories import make_community, make_member
from tests.trust.world import build

pytestmark = pytest.mark.postgres15

FIRST = "0003_rows_and_guards"  # with it a Kith was first there to be used
WRITTEN_ANEW = {
    "activity_weight": "the weights of kinds that came later go, and come again as other rows",
    "match_choice": "0007 asks everybody again, so nobody's choice is kept",
    "suggestion": "0007 takes back what was suggested by the choices of before",
    "event.visibility": "before 0008 no seat could be for members with a plan",
    "facet": "before 0011 a card said nothing of lives and values",
    "match_profile": "before 0011 a hidden place stood there",
    "contact.place": "before 0011 the card held a place only where members see it",
    "contact.about": "before 0011 every text was shown, so a hidden one does not go along",
}
"""What going down and up again changes, "table" or "table.column", each with the reason."""


@pytest.fixture
def migrated(own_database: str) -> Iterator[Flask]:
    app = create_app(settings_for(own_database))
    with app.app_context():
        yield app
        db.session.rollback()
        db.engine.dispose()


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def has_rows(table: str) -> bool:
    return db.session.scalar(select(literal(1)).select_from(named(table)).limit(1)) is not None


def test_migrations_lead_to_the_models_exactly(migrated: Flask) -> None:
    found = migrated.extensions["alembic"].compare_metadata()
    assert found == [], found


def test_a_model_without_a_migration_is_noticed(migrated: Flask) -> None:
    db.session.execute(text("ALTER TABLE community DROP COLUMN purpose"))
    db.session.commit()
    found = migrated.extensions["alembic"].compare_metadata()
    assert "purpose" in str(found)


def columns() -> dict[str, list[str]]:
    """Return the columns of each table, as the database has them now."""
    found: dict[str, list[str]] = {}
    statement = text(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2"
    )
    for table, column in db.session.execute(statement):
        found.setdefault(table, []).append(column)
    return found


def content() -> dict[str, str]:
    """Return a digest of each column, in which every value stands with the key of its row."""
    keys = inspect(db.engine).get_multi_pk_constraint()
    present = columns()
    pieces = []
    for table, names in present.items():
        key = ", ".join(f'"{name}"' for name in keys[(None, table)]["constrained_columns"])
        digest = f"sum(hashtextextended(ROW({key}, {{}})::text, 0)::numeric)::text"
        sums = ", ".join(digest.format(f'"{name}"') for name in names)
        pieces.append(f"SELECT '{table}', ARRAY[{sums}] FROM \"{table}\"")  # noqa: S608 - ours
    rows = db.session.execute(text(" UNION ALL ".join(pieces))).all()
    db.session.rollback()  # a migration would wait for us
    return {
        f"{table}.{name}": str(digest)
        for table, digests in rows
        for name, digest in zip(present[table], digests, strict=True)
    }


def changed(prior: dict[str, str], later: dict[str, str]) -> set[str]:
    """Return the columns that both have and tell differently."""
    return {name for name in prior.keys() & later.keys() if prior[name] != later[name]}


def known(names: set[str]) -> set[str]:
    """Return which of the changes that are known to happen these are."""
    return {key for name in names for key in {name, name.partition(".")[0]} & WRITTEN_ANEW.keys()}


def surprising(names: set[str]) -> set[str]:
    """Return those that nothing explains."""
    return {name for name in names if not known({name})}


def test_down_step_by_step_and_up_again_with_data(migrated: Flask) -> None:
    everything = tables()
    build().a.rows["walk"].visibility = EventVisibility.PLAN
    db.session.commit()
    filled = {name for name in everything if has_rows(name)}
    assert len(filled) > len(everything) / 2, sorted(everything - filled)
    alembic = migrated.extensions["alembic"]
    steps = [script.revision for script in alembic.script_directory.walk_revisions()]
    prior = below = content()
    seen: set[str] = set()
    for step in steps[1 : steps.index(FIRST) + 1]:
        alembic.downgrade(step)
        below = content()
        seen |= changed(prior, below)
        assert surprising(seen) == set(), f"changed on the way down to {step}"
    stayed = {name: prior[name] for name in prior.keys() & below.keys()}
    assert len(stayed) > len(prior) / 2
    alembic.upgrade()
    now = content()
    seen |= changed(stayed, now)
    assert surprising(seen) == set()
    assert known(seen) == WRITTEN_ANEW.keys()
    assert now.keys() == prior.keys()
    assert alembic.compare_metadata() == []
    # The control: one value of one row.
    db.session.execute(text("UPDATE community SET purpose = 'another' WHERE slug = 'beta'"))
    db.session.commit()
    assert changed(now, content()) == {"community.purpose"}
    alembic.downgrade("base")
    assert tables() == set()
    alembic.upgrade()
    assert tables() == everything
    assert alembic.compare_metadata() == []


def test_lives_are_filled_from_months_and_their_people_marked(migrated: Flask) -> None:
    contact = make_member(make_community())
    for day in ("2025-02-28", "2026-03-01", "2026-03-31", "2026-05-16"):
        kind = "event.checked_in" if day == "2026-03-31" else "event.created"
        at = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        fact = Fact(contact.community_id, contact.id, kind, f"{kind}:{day}", at)
        activity.record(fact, zone="Europe/Berlin")
    db.session.commit()
    lives = text("SELECT contact_id, first_on, last_on, kept_on FROM activity_last")
    marks = text("SELECT contact_id FROM activity_touched")
    ((who, first, last, kept),) = moved = db.session.execute(lives).all()
    assert [str(day) for day in (first, last, kept)] == ["2025-02-28", "2026-05-16", "2026-03-31"]
    db.session.close()
    alembic = migrated.extensions["alembic"]
    alembic.downgrade("0003_rows_and_guards")
    alembic.upgrade()
    assert db.session.execute(lives).all() == moved
    assert db.session.scalars(marks).all() == [who]


def test_a_hidden_place_stays_hidden_down_and_up_again(migrated: Flask) -> None:
    hidden, off = FacetVisibility.MATCHING, FacetVisibility.OFF
    community = make_community()
    for place, about in ((hidden, off), (FacetVisibility.PUBLIC, FacetVisibility.MEMBERS)):
        contact = make_member(community, place="Lyon", about="Sums")
        contact.place_visibility, contact.about_visibility = place, about
        for kind in (FacetKind.LIFE, FacetKind.GOAL):
            own = {"community_id": community.id, "contact_id": contact.id}
            db.session.add(Facet(**own, kind=kind, value="New", value_key="new"))
    db.session.commit()
    db.session.close()
    alembic = migrated.extensions["alembic"]
    alembic.downgrade("0010_settled")
    cards = text(
        "SELECT contact.place, about, hidden.place FROM contact"
        " LEFT JOIN match_profile AS hidden ON hidden.contact_id = contact.id ORDER BY contact.id"
    )
    assert [*map(tuple, db.session.execute(cards))] == [("", "", "Lyon"), ("Lyon", "Sums", None)]
    db.session.close()
    alembic.upgrade()
    assert db.session.scalars(select(Facet.kind)).all() == [FacetKind.GOAL] * 2
    found = select(
        Contact.place, Contact.place_visibility, Contact.shown_place, Contact.shown_about
    )
    assert [*map(tuple, db.session.execute(found.order_by(Contact.id)))] == [
        ("Lyon", hidden, "", ""),
        ("Lyon", FacetVisibility.MEMBERS, "Lyon", "Sums"),
    ]


def test_the_seeded_rows_say_what_the_map_says(migrated: Flask) -> None:
    rows: dict[str, set[str]] = {}
    for role, permission in db.session.execute(
        select(RolePermission.role_key, RolePermission.permission)
    ):
        rows.setdefault(role, set()).add(permission)
    assert rows == {role: set(names) for role, (_, names) in BUILT_IN.items()}


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"]
)
def test_the_audit_is_append_only(migrated: Flask, statement: str) -> None:
    with pytest.raises(Exception, match=re.escape("append-only")):
        db.session.execute(text(statement))


def test_the_server_is_postgresql_15_or_newer(server: DatabaseServer) -> None:
    (row,) = server.run("SHOW server_version_num")
    assert int(row[0]) >= 150000
