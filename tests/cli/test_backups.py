"""The drill: a backup of everything, put back into an empty place, equal table by table."""

import json
import shutil
import zipfile
from pathlib import Path
from typing import IO, Any

import pytest
import sqlalchemy as sa
from click import ClickException

from app import create_app
from app.cli import archive
from app.core.database import db
from tests.cli.conftest import SECRET, Kith, ask
from tests.conftest import settings_for
from tests.trust.world import build

pytestmark = pytest.mark.postgres15

PERSON = (
    "INSERT INTO person (public_id, language, zone, theme, created_at, is_site_admin, version)"
    " VALUES ('abcdefghjkmn', 'en', 'Asia/Jakarta', 'system', now(), false, 1)"
)


@pytest.fixture
def backup(kith: Kith, own_database: str, data: Path) -> Path:
    """A backup of an installation with a person, a file and a secret."""
    ask(own_database, PERSON)
    return back_up(kith, own_database, data)


@pytest.fixture
def lived_in(own_database: str) -> str:
    """The address of a database with one of everything in it, twice."""
    app = create_app(settings_for(own_database))
    with app.app_context():
        build()
        db.session.commit()
        db.session.close()
        db.engine.dispose()
    return own_database


def back_up(kith: Kith, url: str, data: Path) -> Path:
    """Make a backup of a database, a file and a secret."""
    picture = data / "files" / "ab" / "picture.webp"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(bytes(range(256)))
    (data / "secret").write_text(SECRET)
    result = kith("backup", DATABASE_URL=url)
    assert result.exit_code == 0
    (path,) = (data / "backups").iterdir()
    return path


def digests(url: str) -> dict[str, str]:
    """Return the digest of each table."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = archive.digests(connection)
    engine.dispose()
    return found


def test_the_drill(
    kith: Kith, lived_in: str, data: Path, empty_database: str, tmp_path: Path
) -> None:
    before = digests(lived_in)
    filled = {name for name, digest in before.items() if not digest.startswith("0:")}
    assert len(filled) > len(before) / 2, sorted(set(before) - filled)
    other = tmp_path / "other"
    backup = back_up(kith, lived_in, data)
    result = kith("restore", str(backup), DATABASE_URL=empty_database, KITH_DATA=str(other))
    assert result.exit_code == 0, result.output
    assert f" rows in {len(before)} tables are back, and equal to the backup" in result.output
    assert digests(lived_in) == before
    assert digests(empty_database) == before
    assert (other / "files" / "ab" / "picture.webp").read_bytes() == bytes(range(256))
    assert (other / "secret").read_text() == SECRET
    assert (other / "secret").stat().st_mode & 0o777 == 0o600
    # The control: one letter of one row, and one row less.
    ask(empty_database, "UPDATE community SET purpose = purpose || '.' WHERE slug = 'beta'")
    ask(empty_database, "DELETE FROM contact_note WHERE id = (SELECT max(id) FROM contact_note)")
    after = digests(empty_database)
    assert {name for name in before if before[name] != after[name]} == {"community", "contact_note"}


@pytest.mark.parametrize(("set_here", "is_said"), [(SECRET, False), ("x" * 40, True)])
def test_another_secret_that_is_set_is_said(
    kith: Kith, backup: Path, empty_database: str, set_here: str, *, is_said: bool
) -> None:
    other = f"{backup}.data"
    result = kith(
        "restore",
        str(backup),
        DATABASE_URL=empty_database,
        KITH_DATA=other,
        KITH_SECRET_KEY=set_here,
    )
    assert result.exit_code == 0
    said = " ".join(result.output.split())
    assert ("KITH_SECRET_KEY holds another secret than the backup" in said) is is_said
    assert not Path(other, "secret").exists()


def test_a_digest_tells_one_changed_letter(own_database: str) -> None:
    ask(own_database, PERSON)
    before = digests(own_database)
    ask(own_database, "UPDATE person SET zone = 'Asia/Jakartb'")
    after = digests(own_database)
    assert [name for name in before if before[name] != after[name]] == ["person"]


def test_numbers_go_on_where_they_stood(kith: Kith, backup: Path, empty_database: str) -> None:
    kith("restore", str(backup), DATABASE_URL=empty_database, KITH_DATA=f"{backup}.data")
    ask(empty_database, PERSON.replace("abcdefghjkmn", "another"))
    assert ask(empty_database, "SELECT count(DISTINCT id) FROM person") == [(2,)]


def test_a_full_database_is_left_alone(
    kith: Kith, backup: Path, own_database: str, tmp_path: Path
) -> None:
    before = digests(own_database)
    result = kith("restore", str(backup), KITH_DATA=str(tmp_path / "other"))
    assert "into an empty installation only" in result.output
    assert result.exit_code == 1
    assert digests(own_database) == before


def test_a_folder_with_files_is_left_alone(
    kith: Kith, backup: Path, empty_database: str, data: Path
) -> None:
    result = kith("restore", str(backup), DATABASE_URL=empty_database)
    assert "into an empty installation only" in result.output
    assert ask(empty_database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [
        (0,)
    ]
    assert len(list((data / "files").rglob("*.webp"))) == 1


def test_something_else_is_no_backup(kith: Kith, empty_database: str, tmp_path: Path) -> None:
    letter = tmp_path / "letter.zip"
    letter.write_text("Dear Kith")
    result = kith("restore", str(letter), DATABASE_URL=empty_database)
    assert result.output == f"Error: {letter} is not a backup made by kith backup.\n"


def test_a_backup_that_differs_from_its_digests_is_refused(
    kith: Kith, backup: Path, empty_database: str, tmp_path: Path
) -> None:
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(backup) as source, zipfile.ZipFile(forged, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "manifest.json":
                manifest = json.loads(content)
                manifest["tables"]["person"] = "2:7"
                content = json.dumps(manifest).encode()
            target.writestr(name, content)
    result = kith(
        "restore", str(forged), DATABASE_URL=empty_database, KITH_DATA=str(tmp_path / "other")
    )
    assert "These tables differ from the backup: person" in result.output
    assert result.exit_code == 1


def test_a_file_outside_its_folder_is_refused(
    kith: Kith, backup: Path, empty_database: str, tmp_path: Path
) -> None:
    with zipfile.ZipFile(backup, "a") as box:
        box.writestr("files/../../outside", "x")
    result = kith(
        "restore", str(backup), DATABASE_URL=empty_database, KITH_DATA=str(tmp_path / "a" / "b")
    )
    assert "holds a file outside its folder" in result.output
    assert not list(tmp_path.rglob("outside"))


def test_who_was_erased_since_stays_erased(
    kith: Kith, backup: Path, own_database: str, empty_database: str, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    ((number,),) = ask(own_database, "SELECT id FROM person")
    (other / "erasures.log").write_text(f"{number} 2026-06-01T00:00:00+00:00\n")
    result = kith("restore", str(backup), DATABASE_URL=empty_database, KITH_DATA=str(other))
    assert "1 people who had been erased since the backup are erased again" in result.output
    assert ask(empty_database, "SELECT zone, erased_at IS NULL FROM person") == [("UTC", False)]


@pytest.mark.parametrize("place", ["folder", "file"])
def test_a_place_that_cannot_be_written_is_named(
    kith: Kith, own_database: str, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").touch()
    target = tmp_path / "file" / "in" if place == "folder" else tmp_path / "file"
    result = kith("backup", "--to", str(target), DATABASE_URL=own_database)
    assert result.output.startswith(f"Error: Kith cannot write to {target} (")
    assert result.output.endswith("or name another place.\n")
    assert result.exit_code == 1
    result = kith("restore", str(tmp_path / "file"), KITH_DATA=str(target))
    assert result.output.startswith(f"Error: Kith cannot write to {target} (")


def test_a_file_that_cannot_be_read_is_named(
    kith: Kith, own_database: str, data: Path, tmp_path: Path
) -> None:
    picture = data / "files" / "ab" / "picture.webp"
    picture.parent.mkdir(parents=True)
    picture.symlink_to("/proc/self/mem")  # begins with what nobody may read
    result = kith("backup", "--to", str(tmp_path / "safe"), DATABASE_URL=own_database)
    assert result.output == (
        f"Error: Kith cannot read {picture} (Input/output error), and a backup without it would "
        "not be whole. Make it readable, or move it away.\n"
    )
    assert result.exit_code == 1
    assert list((tmp_path / "safe").iterdir()) == []


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert archive._files_in(tmp_path / "files") == []  # nobody sent a file yet
    (tmp_path / "files").touch()
    with pytest.raises(ClickException, match=r"cannot read \S+/files \(Not a directory\)"):
        archive._files_in(tmp_path / "files")


def test_a_file_removed_while_others_are_packed_is_passed_over(tmp_path: Path) -> None:
    for name in ("first", "second", "third"):
        (tmp_path / "files" / name).mkdir(parents=True)
        (tmp_path / "files" / name / "picture.webp").write_bytes(name.encode())

    class Removing(zipfile.ZipFile):
        """A box during whose first file somebody removes the second."""

        def open(self, *args: Any, **kwargs: Any) -> IO[bytes]:
            shutil.rmtree(tmp_path / "files" / "second", ignore_errors=True)
            return super().open(*args, **kwargs)

    with Removing(tmp_path / "box.zip", "w") as box:
        archive._add_files(box, tmp_path / "files")
    with zipfile.ZipFile(tmp_path / "box.zip") as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == {
            "files/first/picture.webp": b"first",
            "files/third/picture.webp": b"third",
        }


def test_nothing_half_written_is_left_behind(kith: Kith, own_database: str, data: Path) -> None:
    ask(own_database, "ALTER TABLE installation RENAME TO moved")
    ask(own_database, "CREATE VIEW installation AS SELECT 1 / 0 AS id FROM moved")
    (data / "files").mkdir(parents=True)
    (data / "files" / "gone").symlink_to("/nowhere")
    result = kith("backup", DATABASE_URL=own_database)
    assert result.exit_code == 0
    assert {path.suffix for path in (data / "backups").iterdir()} == {".zip"}
    shutil.rmtree(data)
