"""The pages of an import of records: look, run, what was left out, take back."""

import io
import json

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.activity.models import Activity
from app.communities.models import Community, ImportRun, ImportState
from app.core import jobs
from app.core.models import StoredFile
from tests.activity.imported import jsonl, line
from tests.billing.test_imported import order
from tests.factories import make_community, make_member, sign_in
from tests.pages import ProofreadingClient


@pytest.fixture
def community(session: Session) -> Community:
    return make_community(zone="UTC", currency="eur")


@pytest.fixture
def owner(client: ProofreadingClient, community: Community) -> ProofreadingClient:
    sign_in(client, make_member(community, role="owner"))
    return client


def give(
    client: ProofreadingClient, community: Community, data: bytes, kind: str = "activities"
) -> TestResponse:
    """Send a file to the page."""
    return client.post(
        f"/c/{community.slug}/desk/imports/of/{kind}",
        data={"file": (io.BytesIO(data), "file.jsonl")},
        content_type="multipart/form-data",
    )


def test_activities_are_looked_at_brought_and_taken_back(
    owner: ProofreadingClient, community: Community, app: Flask, session: Session
) -> None:
    empty = owner.get(f"/c/{community.slug}/desk/imports/of/activities")
    assert "No file was brought yet" in empty.text
    future = line(3, happened_at="2099-01-01")
    data = jsonl(line(1, text="Secret words"), line(2), line(2), future, "{")
    answer = give(owner, community, data)
    assert answer.status_code == 303
    page = owner.get(answer.location).text
    assert "<dd>2</dd><dt>activities are new</dt>" in page
    assert "<dd>0</dd><dt>are here already and stay as they are</dt>" in page
    assert "<dd>1</dd><dt>line repeats one before it</dt>" in page
    assert "It is dated in the future." in page
    assert "The line is no JSON, or was cut off." in page
    assert owner.post(f"{answer.location}/run").status_code == 303
    assert "The file is being brought in" in owner.get(answer.location).text
    assert jobs.run_pending(app)[0] == "communities.run_import"
    done = owner.get(answer.location).text
    assert "2 activities are brought" in done
    assert "<dd>0</dd><dt>known already</dt>" in done
    assert "<dd>1</dd><dt>line repeats one before it</dt>" in done
    assert session.scalars(select(Activity.words)).all() == [None, None]
    listed = owner.get(f"/c/{community.slug}/desk/imports/of/activities").text
    assert answer.location in listed
    assert owner.post(f"{answer.location}/undoing").status_code == 303
    assert "The import is being taken back" in owner.get(answer.location).text
    jobs.run_pending(app)
    assert "2 activities are gone again." in owner.get(answer.location).text
    assert session.scalars(select(Activity.id)).all() == []
    assert session.scalars(select(StoredFile.id)).all() == []


def test_words_come_only_when_asked_for(
    owner: ProofreadingClient, community: Community, app: Flask, session: Session
) -> None:
    where = give(owner, community, jsonl(line(1, text="Hello"))).location
    owner.post(f"{where}/run", data={"with_text": "y"})
    jobs.run_pending(app)
    assert session.scalars(select(Activity.words)).all() == ["Hello"]


def test_orders_are_brought_with_their_money(
    owner: ProofreadingClient, community: Community, app: Flask
) -> None:
    data = jsonl(order(1), order(2, total="0", buyer_uid="b2"))
    where = give(owner, community, data, "orders").location
    page = owner.get(where).text
    assert "€10.00 in all" in page
    assert "1 order was for nothing: it counts as an order, not as a sale." in page
    owner.post(f"{where}/run")
    jobs.run_pending(app)
    assert "2 orders are brought" in owner.get(where).text
    owner.post(f"{where}/undoing")
    jobs.run_pending(app)
    assert "2 orders count no more." in owner.get(where).text


def test_what_was_left_out_is_a_spreadsheet_without_formulas(
    owner: ProofreadingClient, community: Community
) -> None:
    data = jsonl(line(1), line(2, type="=HYPERLINK('x')"), "=1+1", line(3, actor_uid=None))
    where = give(owner, community, data).location
    answer = owner.get(f"{where}/rejects.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert lines[0] == "Line,Why,What stands there"
    assert lines[1].startswith('2,"The type must be a word of small letters')
    assert lines[2] == '3,"The line is no JSON, or was cut off.",\'=1+1'
    assert lines[3].startswith("4,The field actor_uid is missing.,forum m3")


def test_a_file_that_was_only_looked_at_is_forgotten(
    owner: ProofreadingClient, community: Community, session: Session
) -> None:
    where = give(owner, community, jsonl(line(1))).location
    answer = owner.post(f"{where}/removal")
    assert answer.location.endswith("/desk/imports/of/activities")
    assert "The file is forgotten. Nothing was brought." in owner.get(answer.location).text
    assert session.scalars(select(ImportRun.id)).all() == []


def test_what_holds_nothing_new_is_not_run(
    owner: ProofreadingClient, community: Community, session: Session
) -> None:
    where = give(owner, community, b"{}\n").location
    answer = owner.post(f"{where}/run")
    assert answer.status_code == 422
    assert "There is nothing new in this file." in answer.text
    assert session.scalars(select(ImportRun.state)).all() == [ImportState.PREVIEW]


HOSTILE = {
    "nothing": (b"", "This file is empty."),
    "blank": (b" \n\n", "This file is empty."),
    "zip": (b"PK\x03\x04" + b"\0" * 500, "This is a workbook."),
    "gzip": (b"\x1f\x8b\x08" + b"\xff" * 500, "This file is not a table of text."),
    "noise": (bytes(range(32)) * 50, "This file is not a table of text."),
    "array": (b'[{"a": 1}]', "This is one JSON document."),
    "no header": (b"a,b\n1,2\n", "These are missing: source, source_uid"),
    "mark only": (b"\xef\xbb\xbf", "These are missing"),
    "wide": (b'"' + b"x" * 300_000 + b"\n", "These are missing"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_none_is_refused_in_words(
    owner: ProofreadingClient, community: Community, session: Session, name: str
) -> None:
    data, words = HOSTILE[name]
    answer = give(owner, community, data)
    assert answer.status_code == 422
    assert words in answer.text
    assert session.scalars(select(ImportRun.id)).all() == []
    assert session.scalars(select(StoredFile.id)).all() == []


ODD = {
    "cut off": (jsonl(line(1)) + b'{"source": "fo', "not_json"),
    "latin-1": (jsonl(line(1)) + json.dumps(line(2), ensure_ascii=False).replace(
        "Ada", "Zoë").encode("latin-1"), "unreadable"),
    "deep": (jsonl(line(1)) + b'{"a": ' + b"[" * 50_000 + b"\n", "not_json"),
    "digits": (jsonl(line(1)) + b'{"source_uid": ' + b"9" * 5_000 + b"}\n", "not_json"),
    "endless": (jsonl(line(1)) + b"x" * 300_000 + b"\n", "too_long"),
    "twice": (jsonl(line(1)) + b'{"source": "a", "source": "b"}\n', "name_twice"),
    "nan": (jsonl(line(1)) + b'{"source": NaN}\n', "not_json"),
    "nul": (jsonl(line(1)) + b'{"source": "a\0b"}\n', "unreadable"),
    "surrogate": (jsonl(line(1), line(2, actor_uid="\ud800")), "unreadable"),
    "no object": (jsonl(line(1)) + b"7\n", "not_an_object"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_a_line_that_is_none_is_left_out_with_its_reason(
    owner: ProofreadingClient, community: Community, session: Session, name: str
) -> None:
    data, reason = ODD[name]
    answer = give(owner, community, data)
    assert answer.status_code == 303
    run = session.scalars(select(ImportRun)).one()
    assert (run.counts["new"], run.counts["rejected"]) == (1, 1)
    assert [one["reason"] for one in run.rejects] == [reason]
    assert owner.get(answer.location).status_code == 200


def test_a_csv_is_read_in_its_letters_and_columns(
    owner: ProofreadingClient, community: Community, app: Flask, session: Session
) -> None:
    text = (
        "Source;Source UID;type;Happened-at;actor_uid;actor name;note\r\n"
        "клуб;1;message.sent;2026-05-01;аня;Аня;x\r\n"
        "клуб;'=2;message.sent;2026-05-02;аня;Аня;\r\n"
        ";;;;;;\r\n"
        "клуб;3;message.sent;2026-05-03;;Аня;\r\n"
    )
    where = give(owner, community, text.encode("cp1251")).location
    run = session.scalars(select(ImportRun)).one()
    assert (run.counts["new"], run.counts["rejected"]) == (2, 1)
    assert [(one["line"], one["reason"]) for one in run.rejects] == [(5, "missing")]
    owner.post(f"{where}/run")
    jobs.run_pending(app)
    found = session.scalars(select(Activity.source_uid).order_by(Activity.id)).all()
    assert found == ["1", "=2"]


def test_another_kind_of_import_has_no_page_here(
    owner: ProofreadingClient, community: Community
) -> None:
    for path in ("of/people", "of/members", "nothing/rejects.csv"):
        assert owner.get(f"/c/{community.slug}/desk/imports/{path}").status_code == 404
    where = give(owner, community, jsonl(line(1))).location
    assert owner.post(f"{where}/reading").status_code == 404


def test_a_file_larger_than_a_page_takes_names_the_other_way(
    owner: ProofreadingClient, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.communities.views.records.MOST_BYTES", 100)
    answer = give(owner, community, jsonl(line(1)) * 3)
    assert answer.status_code == 422
    assert "kith import" in answer.text
