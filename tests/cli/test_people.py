"""kith create-organizer, kith reset-second-factor and kith export person."""

import json
import zipfile
from pathlib import Path

import pytest

from app.cli.console import opened
from app.core.database import db
from tests.cli.conftest import Kith, ask
from tests.conftest import settings_for
from tests.factories import make_community, make_member, make_person

PASSWORD = "four unrelated river words"


@pytest.fixture
def community(own_database: str) -> str:
    """The address of a community whose owner is owner@example.org."""
    with opened(settings_for(own_database)) as app, app.app_context():
        community = make_community()
        make_member(community, role="owner", person=make_person(email="owner@example.org"))
        slug = community.slug
        db.session.commit()
    return slug


def test_an_account_that_looks_after_the_site(kith: Kith, own_database: str) -> None:
    result = kith(
        "create-organizer", "amara@example.org", "--password", PASSWORD, DATABASE_URL=own_database
    )
    assert result.output == "amara@example.org looks after this Kith now.\n"
    assert ask(own_database, "SELECT is_site_admin FROM person") == [(True,)]
    assert ask(own_database, "SELECT action FROM audit_entry") == [("site.admin_made",)]
    assert PASSWORD not in str(ask(own_database, "SELECT password_hash FROM person"))


def test_the_password_is_asked_for_twice(kith: Kith, own_database: str) -> None:
    result = kith("create-organizer", "amara@example.org", DATABASE_URL=own_database)
    assert result.output.startswith("Password: ")
    assert result.exit_code == 1


def test_an_easy_password_is_refused(kith: Kith, own_database: str) -> None:
    result = kith(
        "create-organizer", "amara@example.org", "--password", "1234", DATABASE_URL=own_database
    )
    assert result.output.startswith("Error: ")
    assert result.exit_code == 1
    assert ask(own_database, "SELECT count(*) FROM person") == [(0,)]


def test_something_else_than_an_address_is_refused(kith: Kith, own_database: str) -> None:
    for typed in ("amara", "амара@example.org"):
        result = kith("create-organizer", typed, "--password", PASSWORD, DATABASE_URL=own_database)
        assert f"{typed} is not an e-mail address" in result.output
        assert result.exit_code == 2


def test_an_organizer_of_one_community(kith: Kith, own_database: str, community: str) -> None:
    options = ("--community", community, "--password", PASSWORD)
    result = kith("create-organizer", "amara@example.org", *options, DATABASE_URL=own_database)
    assert result.exit_code == 0, result.output
    roles = (
        "SELECT contact.name, role_key FROM membership JOIN contact ON contact.id = contact_id"
        " WHERE role_key <> 'owner'"
    )
    assert ask(own_database, roles) == [("Amara", "organizer")]
    again = kith("create-organizer", "amara@example.org", *options)
    assert "belong to" in again.output
    assert again.exit_code == 1
    assert ask(own_database, roles) == [("Amara", "organizer")]


def test_a_community_that_is_not_there(kith: Kith, own_database: str) -> None:
    options = ("--community", "nowhere", "--password", PASSWORD)
    result = kith("create-organizer", "amara@example.org", *options, DATABASE_URL=own_database)
    assert result.output == "Error: There is no community at /c/nowhere.\n"


def test_everything_about_a_person(
    kith: Kith, own_database: str, community: str, tmp_path: Path
) -> None:
    path = tmp_path / "person.zip"
    result = kith(
        "export", "person", "owner@example.org", "--to", str(path), DATABASE_URL=own_database
    )
    assert result.output == f"Everything about owner@example.org is in {path}\n"
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as package:
        emails = json.loads(package.read("person_email.json"))
        assert [row["address"] for row in emails] == ["owner@example.org"]
        assert package.read("README.txt").startswith(b"Everything about you on this site")
    assert ask(own_database, "SELECT action FROM audit_entry ORDER BY id DESC LIMIT 1") == [
        ("person.exported",)
    ]


def test_a_place_that_cannot_be_written_is_named(
    kith: Kith, own_database: str, community: str, tmp_path: Path
) -> None:
    path = tmp_path / "nowhere" / "person.zip"
    result = kith(
        "export", "person", "owner@example.org", "--to", str(path), DATABASE_URL=own_database
    )
    assert result.output == (
        f"Error: Kith cannot write to {path} (No such file or directory). Make it writable, make "
        "room there, or name another place.\n"
    )
    assert result.exit_code == 1


def test_a_lost_second_factor_is_turned_off(kith: Kith, own_database: str, community: str) -> None:
    asked = ("reset-second-factor", "owner@example.org")
    refused = kith(*asked, DATABASE_URL=own_database)
    assert (
        refused.output == "Error: Signing in asks for no code here: there is nothing to turn off.\n"
    )
    ask(own_database, "UPDATE person SET totp_salt = 'salt', totp_confirmed_at = now()")
    result = kith(*asked, DATABASE_URL=own_database)
    assert result.output.startswith("Signing in no longer asks owner@example.org for a code.")
    assert ask(own_database, "SELECT totp_salt, totp_confirmed_at FROM person") == [(None, None)]
    assert ask(own_database, "SELECT subject FROM outgoing_mail") == [
        ("Signing in no longer asks for a code",)
    ]


def test_nobody_by_that_address(kith: Kith, own_database: str) -> None:
    result = kith("export", "person", "nobody@example.org", DATABASE_URL=own_database)
    assert result.output == "Error: Nobody here has the address nobody@example.org.\n"
    assert result.exit_code == 1


def test_people_are_brought_from_a_list(
    kith: Kith, own_database: str, community: str, tmp_path: Path
) -> None:
    path = tmp_path / "members.csv"
    path.write_text(
        "Name;E-mail\nÉlodie;elodie@example.org\nNobody;not an address\n李雷;li@example.org\n"
    )
    result = kith("import", "members", community, str(path), "--yes", DATABASE_URL=own_database)
    assert result.output.splitlines()[0] == (
        "3 lines: 2 new people, 0 known already, 1 that cannot be taken."
    )
    assert "  line 3: " in result.output
    assert result.output.endswith("2 people are in the list of contacts now.\n")
    names = "SELECT name FROM contact WHERE source = 'import' ORDER BY id"
    assert ask(own_database, names) == [("Élodie",), ("李雷",)]
    assert ask(own_database, "SELECT count(*) FROM outgoing_mail") == [(0,)]


def test_a_list_that_is_declined_leaves_nothing(
    kith: Kith, own_database: str, community: str, tmp_path: Path
) -> None:
    path = tmp_path / "members.csv"
    path.write_text("Name,E-mail\nAmara,amara@example.org\n")
    result = kith("import", "members", community, str(path), DATABASE_URL=own_database)
    assert "Bring them? [y/N]:" in result.output
    tables = "SELECT (SELECT count(*) FROM import_run), (SELECT count(*) FROM stored_file)"
    assert ask(own_database, tables) == [(0, 0)]
    assert ask(own_database, "SELECT count(*) FROM contact WHERE source = 'import'") == [(0,)]
