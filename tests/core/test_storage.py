"""Files: whole, under random keys, and nowhere else on the disk."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import jobs, pictures, storage
from app.core.database import db
from app.core.errors import NotThere
from app.core.models import StoredFile
from tests.factories import make_community, make_person

HOSTILE_KEYS = [
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    "",
    "a" * 32,
    "a" * 32 + ".exe",
    "A" * 32 + ".png",
    "a" * 31 + "/.png",
    "a" * 32 + ".png/../x",
    "a" * 32 + ".png\n",
    "a" * 32 + ".png\0",
    "%2e%2e/" + "a" * 32 + ".png",
]


@pytest.fixture
def disk(tmp_path: Path) -> storage.DiskStorage:
    """A place for files of this test's own."""
    return storage.DiskStorage(tmp_path / "files")


def test_a_file_comes_back_as_it_was(disk: storage.DiskStorage) -> None:
    key = disk.put(b"words", "text/csv")
    with disk.open(key) as file:
        assert file.read() == b"words"
    assert disk.url(key) == f"/files/{key}"
    assert key.endswith(".csv")
    kept = [path for path in disk.folder.rglob("*") if path.is_file()]
    assert kept == [disk.folder / key[:2] / key]
    assert disk.folder.joinpath(key[:2]).stat().st_mode & 0o777 == 0o700


def test_keys_are_never_the_same_twice(disk: storage.DiskStorage) -> None:
    assert len({disk.put(b"x", "image/png") for _ in range(50)}) == 50


def test_a_deleted_file_is_gone_and_deleting_again_is_no_error(disk: storage.DiskStorage) -> None:
    key = disk.put(b"x", "image/png")
    for _ in range(2):
        disk.delete(key)
    with pytest.raises(NotThere):
        disk.open(key)


@pytest.mark.parametrize("key", HOSTILE_KEYS)
def test_no_key_leads_out_of_the_folder(disk: storage.DiskStorage, key: str) -> None:
    disk.put(b"x", "image/png")
    with pytest.raises(NotThere):
        disk.open(key)
    with pytest.raises(NotThere):
        disk.delete(key)


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/x-sh", ""])
def test_types_a_browser_would_run_are_not_kept(
    disk: storage.DiskStorage, content_type: str
) -> None:
    with pytest.raises(ValueError, match="are not kept"):
        disk.put(b"x", content_type)
    assert not disk.folder.exists()


def picture() -> pictures.Picture:
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "PNG")
    file.seek(0)
    return pictures.accept(file)


def test_a_kept_picture_has_a_row_and_an_address(app: Flask, session: Session, client: Any) -> None:
    community, person = make_community(), make_person()
    row = storage.keep_picture(picture(), community_id=community.id, person_id=person.id)
    assert (row.content_type, row.width, row.height) == ("image/webp", 40, 30)
    assert (row.community_id, row.person_id) == (community.id, person.id)
    answer = client.get(storage.file_url(row.key))
    assert answer.mimetype == "image/webp"
    assert len(answer.data) == row.size
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    answer.close()


def test_files_that_are_no_pictures_have_no_open_address(
    app: Flask, session: Session, client: Any
) -> None:
    export = storage.keep(b"PK", "application/zip")
    assert client.get(storage.file_url(export.key)).status_code == 404
    assert client.get("/files/" + "0" * 32 + ".png").status_code == 404
    assert client.get("/files/nothing").status_code == 404


def test_a_discarded_file_goes_with_its_row(app: Flask, session: Session) -> None:
    row = storage.keep(b"x", "image/png")
    key = row.key
    storage.discard(row)
    db.session.commit()
    assert db.session.query(StoredFile).count() == 0
    storage.storage().open(key).close()
    assert jobs.run_pending(app) == ["core.delete_file"]
    with pytest.raises(NotThere):
        storage.storage().open(key)


def test_a_discarded_file_stays_when_the_change_is_taken_back(app: Flask, session: Session) -> None:
    row = storage.keep(b"x", "image/png")
    key = row.key
    db.session.commit()
    storage.discard(row)
    db.session.rollback()
    assert jobs.run_pending(app) == []
    assert db.session.execute(text("SELECT key FROM stored_file")).scalars().all() == [key]
    storage.storage().open(key).close()
