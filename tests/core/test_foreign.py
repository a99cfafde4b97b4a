"""Files of others as a stream: every lie has a line and a reason, and memory stays small."""

import io
import tracemalloc
from collections.abc import Iterator
from itertools import repeat

import pytest

from app.core.foreign.records import Broken, Flaw, Layout, Record, layout_of, records
from app.core.foreign.refusals import FileRefused

NAMES = ("a", "b")


def read(data: bytes, *, skip: int = 0) -> list[tuple[int, object]]:
    """Return each record's line and values, or its flaw."""
    file = io.BytesIO(data)
    layout = layout_of(file, required=NAMES)
    found: list[tuple[int, object]] = [
        (one.line, one.values if isinstance(one, Record) else one.flaw)
        for one in records(file, layout, skip=skip)
    ]
    assert not file.closed
    return found


class Endless(io.RawIOBase):
    """A file that is longer than memory: a beginning, then the same part again and again."""

    def __init__(self, begin: bytes, part: bytes, times: int) -> None:
        self._parts: Iterator[bytes] = iter([begin, *repeat(part, times)])
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # any writable buffer
        if not self._rest:
            self._rest = next(self._parts, b"")
        part, self._rest = self._rest[: len(view)], self._rest[len(view) :]
        view[: len(part)] = part
        return len(part)


def test_json_lines_are_read_one_by_one() -> None:
    assert read(b'{"a": 1, "b": "x"}\r\n\n {"a": null}\n[1]\n{"a"\n') == [
        (1, {"a": 1, "b": "x"}),
        (3, {"a": None}),
        (4, Flaw.NOT_AN_OBJECT),
        (5, Flaw.NOT_JSON),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_letters_of_a_file_are_recognised(encoding: str) -> None:
    assert read('{"a": "Ёлка", "b": "社"}\n'.encode(encoding)) == [(1, {"a": "Ёлка", "b": "社"})]
    assert read("A;B\nЁлка;社\n".encode(encoding)) == [(2, {"a": "Ёлка", "b": "社"})]


def test_lines_that_are_done_are_skipped() -> None:
    data = b'{"a": 1}\n\n{broken\n{"a": 3}\n{"a": 4}\n'
    assert read(data, skip=2) == [(4, {"a": 3}), (5, {"a": 4})]
    assert read(b"a,b\n1,2\n\n3,4\n5,6\n", skip=2) == [(5, {"a": "5", "b": "6"})]


def test_a_quotation_mark_that_is_never_closed_costs_one_record() -> None:
    data = b'a,b\n1,2\n"3,4\n' + b"x" * 150_000 + b"\n5,6\n7,8\n"
    assert read(data) == [(2, {"a": "1", "b": "2"}), (3, Flaw.UNCLOSED), (5, {"a": "5", "b": "6"}),
                          (6, {"a": "7", "b": "8"})]  # fmt: skip


def test_a_record_of_many_quoted_lines_ends() -> None:
    found = read(b"a,b\n" + b'"\n",' * 150_000 + b"\n1,2\n")
    assert found[0] == (2, Flaw.TOO_LONG)


def test_formulas_guarded_by_an_apostrophe_are_read_bare() -> None:
    assert read(b"a,b\n'=1,'x\n") == [(2, {"a": "=1", "b": "'x"})]


@pytest.mark.parametrize(
    "data",
    [b"", b"\xef\xbb\xbf", b"\n\n", b"PK\x03\x04zip", b"\x1f\x8bgzip", b"[1]", b'[{"a": 1}]',
     b"%PDF-1.7", b"a\n1\n", b"\0\1\2\3" * 99, b'"' + b"x" * 300_000],
)  # fmt: skip
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefused):
        layout_of(io.BytesIO(data), required=NAMES)


@pytest.mark.parametrize("format_", ["jsonl", "csv"])
def test_a_line_larger_than_memory_takes_none(format_: str) -> None:
    begin = b"a,b\n" if format_ == "csv" else b'{"a": 1}\n'
    part = b"x" * 1_000_000
    file = io.BufferedReader(Endless(begin, part, 40))
    layout = Layout(format_, "utf-8", ",", NAMES)
    tracemalloc.start()
    found = list(records(file, layout))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [one.flaw for one in found if isinstance(one, Broken)] == [Flaw.TOO_LONG]
    assert most < 20 * 2**20
