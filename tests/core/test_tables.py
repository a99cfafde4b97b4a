"""Tables for spreadsheets: nothing in them is calculated."""

import csv
from decimal import Decimal
from io import StringIO

import pytest

from app.core.tables import as_csv, safe_cell


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1"]
)
def test_a_formula_becomes_text(formula: str) -> None:
    assert safe_cell(formula) == f"'{formula}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("Ada", "Ada"),
        (None, ""),
        (-5, "-5"),
        (2.5, "2.5"),
        (Decimal("-12.50"), "-12.50"),
        ("a=b", "a=b"),
        ("", ""),
        (True, "True"),
    ],
)
def test_other_cells_stay(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


def test_a_table_is_what_excel_reads() -> None:
    text = as_csv(["Name", "Note"], [["社区", '=HYPERLINK("x")'], ["a,b", "two\nlines"]])
    assert text.startswith("\ufeffName,Note\r\n")
    assert list(csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""))) == [
        ["Name", "Note"],
        ["社区", '\'=HYPERLINK("x")'],
        ["a,b", "two\nlines"],
    ]
