"""Bytes into text: what spreadsheet programs write. Where the bytes do not tell, people choose.

UTF-8 and UTF-16 tell themselves, and runs of Western, Cyrillic, Chinese and Japanese letters can be
told apart. The other encodings use the same bytes for other letters: which one it is, the reader's
language hints at, and only who sees the names knows.
"""

import codecs
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from app.core.foreign.refusals import FileRefused
from app.core.text import N_


class Encoding(NamedTuple):
    """What an encoding writes, and its name, which no language translates."""

    letters: str
    name: str


MOST_BYTES = 5 * 2**20
ENCODINGS = {
    "utf-8": Encoding(N_("Unicode"), "UTF-8"),
    "utf-16": Encoding(N_("Unicode"), "UTF-16"),
    "windows-1252": Encoding(N_("Western European"), "Windows-1252"),
    "windows-1250": Encoding(N_("Central European"), "Windows-1250"),
    "windows-1251": Encoding(N_("Cyrillic"), "Windows-1251"),
    "windows-1253": Encoding(N_("Greek"), "Windows-1253"),
    "windows-1254": Encoding(N_("Turkish"), "Windows-1254"),
    "windows-1255": Encoding(N_("Hebrew"), "Windows-1255"),
    "windows-1256": Encoding(N_("Arabic"), "Windows-1256"),
    "windows-1257": Encoding(N_("Baltic"), "Windows-1257"),
    "windows-1258": Encoding(N_("Vietnamese"), "Windows-1258"),
    "cp874": Encoding(N_("Thai"), "Windows-874"),
    "gb18030": Encoding(N_("Chinese, simplified"), "GB 18030"),
    "cp950": Encoding(N_("Chinese, traditional"), "Big5"),
    "cp932": Encoding(N_("Japanese"), "Shift JIS"),
    "cp949": Encoding(N_("Korean"), "EUC-KR"),
    "mac-roman": Encoding(N_("Western European"), "Mac Roman"),
    "cp437": Encoding(N_("Western European"), "DOS 437"),
    "cp850": Encoding(N_("Western European"), "DOS 850"),
    "cp852": Encoding(N_("Central European"), "DOS 852"),
    "cp866": Encoding(N_("Cyrillic"), "DOS 866"),
    "koi8-r": Encoding(N_("Cyrillic"), "KOI8-R"),
}
"""What a file can be read as, by the name Python knows, in the order that people choose from."""
_LANGUAGES = {
    "windows-1250": "bs cs hr hu pl ro sk sl sq",
    "windows-1253": "el",
    "windows-1254": "az tr",
    "windows-1255": "he",
    "windows-1256": "ar fa ur",
    "windows-1257": "et lt lv",
    "windows-1258": "vi",
    "cp874": "th",
    "cp932": "ja",
    "cp949": "ko",
    "cp950": "zh-hant zh-tw zh-hk",
}
_HINTS = {language: one for one, names in _LANGUAGES.items() for language in names.split()}
"""What programs of a language write; for the others the bytes tell enough."""
_LATIN = {"windows-1250", "windows-1254", "windows-1257"}
_ANY_BYTES = "mac-roman"  # it has a letter for each byte, also for those that Windows-1252 lacks
_KANA = re.compile("[\u3040-\u30ff]")
_NOT_ASCII = re.compile("[^\0-\x7f]")
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


def decode(data: bytes, encoding: str = "", *, languages: Sequence[str] = ()) -> tuple[str, str]:
    """Return the text of a file and the encoding it was read in; raises FileRefused.

    `encoding` is what someone chose; without it the bytes tell, and where they do not, the
    `languages` of who brings it.
    """
    _look_at(data)
    chosen = encoding if encoding in ENCODINGS else guess_encoding(data, languages)
    text = _read(data, chosen)
    if text is None:
        raise FileRefused(_UNREADABLE, encoding=ENCODINGS[chosen].name)
    if _is_binary(text):
        raise FileRefused(_NO_TEXT)
    return text, chosen


def _read(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    if encoding == "windows-1258":  # it writes a letter and its tone one after the other
        text = unicodedata.normalize("NFC", text)
    return text.removeprefix("\ufeff")


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


def guess_encoding(data: bytes, languages: Sequence[str] = ()) -> str:
    """Return the encoding that bytes are most likely written in; they can be read in it.

    A byte order mark or valid UTF-8 settles it. Else by the runs of high bytes: GB 18030 writes
    them in pairs whose first byte stands for a common character; in Cyrillic they come as whole
    words; in Western European text one by one. What the language's own programs write goes first.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if _read(data, "utf-8") is not None:
        return "utf-8"
    guessed = _by_high_bytes(data[:_SAMPLE])
    hinted = _hint(languages)
    if hinted in _LATIN and guessed != "windows-1252":
        hinted = ""
    fitting = (one for one in (hinted, guessed) if one and _read(data, one) is not None)
    return next(fitting, _ANY_BYTES)


def _hint(languages: Sequence[str]) -> str:
    """Return what programs in the first of some languages write; "" where the bytes tell."""
    first = languages[0].lower().replace("_", "-") if languages else ""
    return _HINTS.get(first) or _HINTS.get(first.partition("-")[0], "")


def _look_at(data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise FileRefused(_TOO_LARGE, limit=MOST_BYTES // 2**20)
    look_at_head(data)


def _by_high_bytes(data: bytes) -> str:
    if _is_japanese(data):
        return "cp932"
    runs = _HIGH.findall(data)
    total = sum(map(len, runs))
    if _is_chinese(runs, total):
        return "gb18030"
    in_words = sum(len(run) for run in runs if len(run) > 1)
    return "windows-1251" if in_words * 5 > total * 3 else "windows-1252"


def _is_japanese(data: bytes) -> bool:
    """Tell whether bytes, read as Shift JIS, hold the syllables that Japanese is full of."""
    try:
        text = codecs.getincrementaldecoder("cp932")().decode(data)
    except UnicodeDecodeError:
        return False
    return len(_KANA.findall(text)) * 4 > len(_NOT_ASCII.findall(text))


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
