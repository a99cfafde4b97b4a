"""The ground floor's own jobs: old mails emptied, the queue tidied, files removed."""

import os
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import jobs, tasks
from app.core.database import add, db
from app.core.errors import NotThere
from app.core.models import SpentEffect, StoredFile, Throttle
from app.core.storage import DiskStorage, storage
from tests.conftest import FixedClock
from tests.core.mail_server import make_mail


def test_old_mails_are_emptied_and_waiting_ones_are_not(
    session: Session, clock: FixedClock
) -> None:
    settled = make_mail(state="sent", effect_key="a", message_id="<a@x>", reply_to="x@y.z")
    waiting_one = make_mail(state="queued", effect_key="b", message_id="<b@x>")
    clock.advance(days=29)
    fresh = make_mail(state="bounced", effect_key="c", message_id="<c@x>", created_at=clock.now)
    clock.advance(days=2)
    tasks.blank_old_mail()
    db.session.expire_all()
    assert [one.blanked_at for one in (settled, waiting_one, fresh)] == [clock.now, None, None]
    emptied = (settled.to_name, settled.to_address, settled.subject, settled.text_body)
    assert emptied == ("", "", "", "")
    assert (settled.html_body, settled.attachments, settled.reply_to) == ("", {}, None)
    assert waiting_one.subject == fresh.subject == "跑步 on Sunday"


def test_tidying_removes_what_nobody_needs(session: Session, clock: FixedClock) -> None:
    add(Throttle(kind="t", key="old", hits=1, ends_at=clock.now))
    add(SpentEffect(key="old", spent_at=clock.now))
    numbers = [jobs.defer("core.tidy") for _ in range(3)]
    for number, state in zip(numbers, ("succeeded", "failed", "todo"), strict=True):
        db.session.execute(
            text(
                "UPDATE procrastinate_jobs SET status = CAST(:state AS procrastinate_job_status)"
                " WHERE id = :id"
            ),
            {"state": state, "id": number},
        )
    db.session.execute(text("UPDATE procrastinate_events SET at = :at"), {"at": clock.now})
    clock.advance(days=8)
    tasks.tidy()
    left = db.session.execute(text("SELECT status::text FROM procrastinate_jobs ORDER BY id"))
    assert [row.status for row in left] == ["failed", "todo"]
    assert db.session.query(Throttle).count() == 0
    assert db.session.query(SpentEffect).count() == 1
    clock.advance(days=400)
    tasks.tidy()
    assert db.session.query(SpentEffect).count() == 0
    assert jobs.registered()["core.tidy"].cron == "17 3 * * *"


def test_a_file_is_deleted_unless_its_row_came_back(app: Flask, session: Session) -> None:
    kept, gone = (storage().put(b"x", "image/png") for _ in range(2))
    add(StoredFile(key=kept, content_type="image/png", size=1))
    for key in (kept, gone):
        tasks.delete_file(key)
    with storage().open(kept) as file:
        assert file.read() == b"x"
    with pytest.raises(NotThere):
        storage().open(gone)


def test_files_without_a_row_are_swept_when_they_are_a_day_old(
    app: Flask, session: Session, clock: FixedClock
) -> None:
    folder = cast(DiskStorage, storage()).folder
    kept, gone, young = (storage().put(b"x", "image/png") for _ in range(3))
    add(StoredFile(key=kept, content_type="image/png", size=1))
    left = folder / gone[:2] / "0123.draft"
    left.write_bytes(b"half")
    clock.set(datetime.now(UTC))
    yesterday = (clock.now - timedelta(days=1, minutes=1)).timestamp()
    for path in (folder / kept[:2] / kept, folder / gone[:2] / gone, left):
        os.utime(path, (yesterday, yesterday))
    tasks.sweep_files()
    with storage().open(kept), storage().open(young):
        pass
    with pytest.raises(NotThere):
        storage().open(gone)
    assert not left.exists()
    assert jobs.registered()["core.sweep_files"].cron == "7 4 * * *"
    storage().delete(young)
