"""kith evaluate health: the known figures of public data, and what it says when they differ."""

import os
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.cli import evaluate_health
from tests.activity.imported import number_of
from tests.cli.conftest import Kith, ask

ROOT = Path(__file__).resolve().parents[2]
GIVEN = os.environ.get("KITH_REFERENCE_DATA")
DATA = (Path(GIVEN) if GIVEN else ROOT.parent / "shared" / "data") / "health"
needs_data = pytest.mark.skipif(
    not (DATA / "college_msg.txt").is_file(),
    reason="the public data is not here: name its folder in KITH_REFERENCE_DATA",
)


@needs_data
def test_monthly_active_people_are_as_they_are_known(session: Session) -> None:
    found = [one.found for one in islice(evaluate_health.network(DATA), 7)]
    assert found == ["313", "1038", "740", "360", "287", "255", "164"]
    assert number_of("contact") == number_of("outgoing_mail") == 0


@needs_data
def test_sales_and_who_is_awake_in_a_shop_are_as_they_are_known(session: Session) -> None:
    found = [one.found for one in evaluate_health.shop(DATA)]
    assert found == [
        "885", "781", "28592.70", "32.31", "36.61",
        "1204", "948", "43472.10", "36.11", "45.86",
        "172", "138", "5590.87", "32.51", "40.51",
        "244091.94", "8",
        "18 of 18 months", "515", "517", "1840",
    ]  # fmt: skip


def test_other_data_has_other_figures_and_nothing_of_it_stays(
    kith: Kith, own_database: str, tmp_path: Path
) -> None:
    (tmp_path / "college_msg.txt").write_text("1 2 1082040961\n3 4 1082155839\n")
    days = ("19970101", "19970301", "19980601")
    rows = [f" 00004 0001 {day}  2   29.33\n" for day in days]
    (tmp_path / "cdnow_sample.txt").write_text("".join(rows))
    result = kith("evaluate", "health", "--data", str(tmp_path), DATABASE_URL=own_database)
    assert result.output.endswith("Error: 27 of 29 figures differ.\n")
    assert result.exit_code == 1
    tables = ("community", "contact", "activity", "ledger_txn", "stored_file", "import_run")
    assert [ask(own_database, f"SELECT count(*) FROM {name}") for name in tables] == [[(0,)]] * 6  # noqa: S608
    files = Path(os.environ["KITH_DATA"]) / "files"
    assert [path for path in files.rglob("*") if path.is_file()] == []


def test_absent_data_is_named(kith: Kith, own_database: str, tmp_path: Path) -> None:
    result = kith("evaluate", "health", "--data", str(tmp_path), DATABASE_URL=own_database)
    assert "SKIPPED: nothing was compared." in result.output
    assert f"{tmp_path} does not hold college_msg.txt and cdnow_sample.txt." in result.output
    assert result.exit_code == 1
