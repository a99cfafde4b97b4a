"""Bytes into text: every encoding that Excel writes, told apart without being asked."""

import codecs
import re

from app.core.foreign.refusals import FileRefused
from app.core.text import N_

MOST_BYTES = 5 * 2**20
ENCODINGS = ("utf-8", "utf-16", "windows-1252", "windows-1251", "gb18030")
_TOO_LARGE = N_(
    "This file is larger than %(limit)s megabytes. Split it, and bring one part at a time."
)
_EMPTY = N_("This file is empty.")
_WORKBOOK = N_(
    "This is a workbook. In your spreadsheet program choose “Save as” and CSV, then bring that."
)
_NO_TEXT = N_("This file is not a table of text. Save it as CSV and try again.")
_UNREADABLE = N_("This file cannot be read as %(encoding)s. Choose another encoding.")
_OTHERS = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
)
_HIGH = re.compile(rb"[\x80-\xff]+")
_SAMPLE = 200_000


def decode(data: bytes, encoding: str = "") -> tuple[str, str]:
    """Return the text of a file and the encoding it was read in; raises FileRefused.

    `encoding` is what someone chose; without it the bytes tell.
    """
    _look_at(data)
    chosen = encoding if encoding in ENCODINGS else guess_encoding(data)
    try:
        text = data.decode({"utf-8": "utf-8-sig"}.get(chosen, chosen))
    except UnicodeDecodeError:
        raise FileRefused(_UNREADABLE, encoding=chosen) from None
    text = text.removeprefix("\ufeff")
    if _is_binary(text):
        raise FileRefused(_NO_TEXT)
    return text, chosen


def look_at_head(head: bytes) -> None:
    """Refuse what the first bytes of a file show to be no table of text."""
    if not head.strip():
        raise FileRefused(_EMPTY)
    if head.startswith(_OTHERS[:2]):
        raise FileRefused(_WORKBOOK)
    if head.startswith(_OTHERS):
        raise FileRefused(_NO_TEXT)


def encoding_of_head(head: bytes) -> str:
    """Return the encoding of a file by its first bytes, which may end within a character."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return _by_high_bytes(head[:_SAMPLE])
    if _is_binary(text):
        raise FileRefused(_NO_TEXT)
    return "utf-8"


def guess_encoding(data: bytes) -> str:
    """Return the encoding that bytes are most likely written in.

    A byte order mark or valid UTF-8 settles it. Else by the runs of high bytes: GB 18030 writes
    them in pairs whose first byte stands for a common character; in Cyrillic they come as whole
    words; in Western European text one by one.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _by_high_bytes(data[:_SAMPLE])
    return "utf-8"


def _look_at(data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise FileRefused(_TOO_LARGE, limit=MOST_BYTES // 2**20)
    look_at_head(data)


def _by_high_bytes(data: bytes) -> str:
    runs = _HIGH.findall(data)
    total = sum(map(len, runs))
    if _is_chinese(runs, total):
        return "gb18030"
    in_words = sum(len(run) for run in runs if len(run) > 1)
    return "windows-1251" if in_words * 5 > total * 3 else "windows-1252"


def _is_chinese(runs: list[bytes], total: int) -> bool:
    pairs = [run[i : i + 2] for run in runs if len(run) % 2 == 0 for i in range(0, len(run), 2)]
    common = [p for p in pairs if p[1] >= 0xA1 and (0xB0 <= p[0] <= 0xD7 or 0xA1 <= p[0] <= 0xA3)]
    in_capitals = all(0xC0 <= byte <= 0xDF for pair in common for byte in pair)
    return len(common) * 2 * 10 >= total * 9 and not in_capitals


def _is_binary(text: str) -> bool:
    """Tell whether a text holds more control characters than slips would explain."""
    sample = text[:_SAMPLE]
    odd = sum(character < " " and character not in "\t\r\n\f" for character in sample)
    return odd * 100 > len(sample) * 5
