"""Words: marking them for translation, cleaning, searching, sorting, addresses of pages.

PostgreSQL is used without ICU and unaccent, so search text and sort keys are computed here at
write time and stored beside the words they come from.
"""

import re
import secrets
import struct
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyuca import Collator

WORD_LENGTH = 64  # to_tsquery raises on words past 2 kB; nobody searches for longer ones than this
QUERY_WORDS = 12
SORT_CHARACTERS = 100
SORT_KEY_BYTES = 1000  # an index entry of PostgreSQL holds about 2.7 kB
SLUG_LENGTH = 40
SLUG_SHORTEST = 3

# Letters that Unicode does not decompose, though people type them without their mark.
_PLAIN_LETTERS = str.maketrans(
    {
        "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i",
        "ħ": "h", "ŋ": "n", "ŧ": "t", "ƒ": "f", "ɓ": "b", "ɗ": "d", "ƙ": "k",
    }
)  # fmt: skip
# Marks that Latin, Greek and Cyrillic readers leave out when typing. Those of other scripts are
# vowels (Devanagari, Thai, Hebrew) or sounds (Japanese) and stay.
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
# Scripts written without spaces: Han, the Japanese syllabaries, Bopomofo.
_CJK = re.compile(
    "([\u3005\u3007\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff])"
)
# Bidirectional overrides, zero-width space, word joiner, byte order mark: they hide or turn text.
_INVISIBLE = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
# Letters by category, empty to the eye.
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")

_TRANSLITERATION = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "є": "ye", "ж": "zh",
        "з": "z", "и": "i", "і": "i", "ј": "j", "к": "k", "л": "l", "љ": "lj", "м": "m", "н": "n",
        "њ": "nj", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "c", "ђ": "dj", "у": "u",
        "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "џ": "dz", "ш": "sh", "щ": "shch", "ъ": "",
        "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "қ": "k", "ң": "ng", "ө": "o",
        "ү": "u", "ұ": "u", "һ": "h", "ә": "a", "ғ": "g",
        "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i",
        "κ": "k", "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s",
        "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o",
    }
)  # fmt: skip


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Mark a message for translation and return it untouched; the edge translates it."""
    return message


def clean_line(text: str) -> str:
    """Return text as one line: composed, without control and hidden characters, spaces single."""
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return " ".join("".join(" " if _is_control(c) else c for c in visible).split())


def clean_text(text: str) -> str:
    """Return text of several lines, their endings made alike, without hidden characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = (_INVISIBLE.sub("", unicodedata.normalize("NFC", line)) for line in lines)
    clean = ("".join(" " if _is_control(c) else c for c in line).rstrip() for line in kept)
    return "\n".join(clean).strip()


def is_blank(text: str | None) -> bool:
    """Tell whether nothing of a text can be seen."""
    return not any(_is_seen(character) for character in text or "")


def normalise(text: str) -> str:
    """Return the form words are compared in: folded, without accents, CJK characters spaced.

    Ё becomes Е and Й becomes И, since both are often typed so.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", folded)).translate(_PLAIN_LETTERS)
    composed = unicodedata.normalize("NFC", bare)
    words = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in composed)
    return " ".join(_CJK.sub(r" \1 ", words).split())


def search_text(*parts: str | None) -> str:
    """Return what `to_tsvector('simple', ...)` is given for these texts; empty ones are skipped."""
    words = normalise(" ".join(part for part in parts if part)).split()
    return " ".join(word[:WORD_LENGTH] for word in words)


def search_query(text: str) -> str | None:
    """Return the argument of `to_tsquery('simple', ...)` for what someone typed, or None.

    Every word must be there, each may be the beginning of a longer one; Chinese and Japanese
    characters typed together must stand together.
    """
    chunks = [found for chunk in text.split() if (found := normalise(chunk).split())]
    room = QUERY_WORDS
    terms: list[str] = []
    for words in chunks:
        terms.extend(_terms(words[:room]))
        room -= len(words)
        if room <= 0:
            break
    return " & ".join(terms) or None


def sort_key(text: str) -> bytes:
    """Return bytes that sort as people sort: by Unicode collation, ties by the text itself.

    Е comes before Ё and both before Ж; Latin before Cyrillic before Chinese. The collation table
    takes a tenth of a second and some memory, so it is read at the first call.
    """
    line = clean_line(text)[:SORT_CHARACTERS]
    weights = _collator().sort_key(line)
    packed = struct.pack(f">{len(weights)}H", *weights)
    return (packed + b"\0\0" + line.encode("utf-8", "replace"))[:SORT_KEY_BYTES]


def email_key(address: str) -> str:
    """Return the form two spellings of one e-mail address share.

    Letters are folded only where that cannot turn one mailbox into another's: the Kelvin sign
    is not a k, straße.de is not strasse.de. Dots and plus signs are the provider's affair.
    """
    local, at, domain = address.strip().rpartition("@")
    folded = unicodedata.normalize("NFC", "".join(_lower(character) for character in local))
    return f"{folded}{at}{_ascii_domain(domain.rstrip('.'))}"


def is_mailable(address: str) -> bool:
    """Tell whether every mail server takes an address: no letters past ASCII before the @.

    The domain may be in any script, see `wire_address`.
    """
    return address.rpartition("@")[0].isascii()


def wire_address(address: str) -> str:
    """Return an e-mail address as every mail server reads it: its domain spelled in ASCII."""
    local, at, domain = address.strip().rpartition("@")
    return address.strip() if domain.isascii() else f"{local}{at}{_ascii_domain(domain)}"


def slugify(name: str) -> str:
    """Return a short address of ASCII letters for a name; random where the script has none."""
    latin = normalise(name).translate(_TRANSLITERATION)
    slug = "-".join(re.findall("[a-z0-9]+", latin))[:SLUG_LENGTH].strip("-")
    missing = sum(c.isalpha() and not c.isascii() for c in latin)
    readable = sum(c.isalnum() and c.isascii() for c in latin)
    if len(slug) >= SLUG_SHORTEST and readable > missing:
        return slug
    return f"c-{secrets.token_hex(4)}"


def defang(name: str) -> str:
    """Return a name that no mail program turns into a link: for words of others in mails."""
    line = clean_line(name).replace("@", " at ")
    line = re.sub(r"[\w+.-]+\s*:\s*/+", "", line)
    return " ".join(re.sub(r"(?<=\w)\.(?=\w)", ". ", line).split())[:80]


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}


def _is_seen(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZC" and character not in _BLANK_LETTERS


def _terms(words: list[str]) -> list[str]:
    """Join neighbours of a spaceless script to phrases; other words match as prefixes."""
    terms: list[str] = []
    phrase: list[str] = []
    for word in [*words, ""]:
        if _CJK.fullmatch(word):
            phrase.append(f"'{word}'")
            continue
        if phrase:
            terms.append(f"({' <-> '.join(phrase)})")
            phrase = []
        if word:
            terms.append(f"'{word[:WORD_LENGTH]}':*")
    return terms


def _lower(character: str) -> str:
    lowered = character.lower()
    turns_ascii = lowered.isascii() and not character.isascii()
    return character if turns_ascii else lowered


def _ascii_domain(domain: str) -> str:
    lowered = domain.lower()
    if lowered.isascii():
        return lowered
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - rarely needed

    try:
        return validate_email(f"a@{lowered}", check_deliverability=False).ascii_domain
    except EmailNotValidError:
        return lowered


@cache
def _collator() -> "Collator":
    from pyuca import Collator  # noqa: PLC0415 - 0.1 s and 20 MB that most processes never need

    return Collator()
