"""The product's words: gather them for translators, compile and check what they wrote.

`.venv/bin/python tools/words.py update` gathers new messages into every language's file,
`compile` compiles the files for the running product, `check` exits with 1 when a message is
missing, unused or fuzzy.
"""

import re
import sys
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "app" / "translations"
LANGUAGES = ("fr", "id", "ru", "zh_Hans")  # English is the source
TEMPLATES = ("**/templates/**.html", "**/templates/**.txt")
METHODS = [("**.py", "python"), *((pattern, "jinja2") for pattern in TEMPLATES)]
OPTIONS = {pattern: {"trimmed": "true"} for pattern in TEMPLATES}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
KEYWORDS = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "N_n": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "_lp": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@cache
def gather() -> Catalog:
    """Return every message that the product says, in the order of the files."""
    catalog = Catalog(project="Kith", charset="utf-8")
    found = extract_from_dir(
        ROOT / "app", method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS
    )
    for _, _, message, _, context in found:
        catalog.add(message, context=context)
    return catalog


def path_of(language: str) -> Path:
    """Return where a language's words stand."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """Read a language's words, or begin an empty file."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, project="Kith", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update() -> None:
    """Bring every language's file to the messages of today, keeping what is translated."""
    template = gather()
    for language in LANGUAGES:
        catalog = read(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        path_of(language).write_bytes(as_po(catalog))
        missing = sum(1 for one in catalog if one.id and not is_done(one))
        print(f"{language}: {len(catalog)} messages, {missing} missing")


def as_po(catalog: Catalog) -> bytes:
    """Return a catalogue as a file without dates and places: it changes when its words do."""
    out = BytesIO()
    write_po(out, catalog, omit_header=False, no_location=True, sort_output=True, width=100)
    dated = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Last-Translator', b'"Generated-By')
    return b"".join(
        line for line in out.getvalue().splitlines(keepends=True) if not line.startswith(dated)
    )


def compile_all() -> None:
    """Compile every language."""
    for language in LANGUAGES:
        path_of(language).with_suffix(".mo").write_bytes(compiled(read(language)))


def compiled(catalog: Catalog) -> bytes:
    """Return the binary form that the running product reads."""
    catalog.fuzzy = False
    catalog.creation_date = LONG_AGO  # the same words make the same file on every day
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def is_done(message: Message) -> bool:
    """Say whether a message is translated in all its plural forms."""
    said = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(said) and all(said) and not message.fuzzy


def faults(language: str) -> list[str]:
    """Return what is wrong with a language: missing, unused, fuzzy, or placeholders that differ."""
    wanted = {(m.context, _key(m)): m for m in gather() if m.id}
    have = {(m.context, _key(m)): m for m in read(language) if m.id}
    found = [f"missing: {key[1]}" for key in wanted if key not in have or not is_done(have[key])]
    found += [f"unused: {key[1]}" for key in have if key not in wanted]
    for key, message in have.items():
        found += [f"fuzzy: {key[1]}"] if message.fuzzy else []
        found += [f"placeholders: {key[1]}"] if is_done(message) and not _agrees(message) else []
    return found


def _key(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def _agrees(message: Message) -> bool:
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    said = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    allowed = set(PLACEHOLDER.findall(" ".join(map(str, ids))))
    needed = set.intersection(*(set(PLACEHOLDER.findall(str(one))) for one in ids))
    return all(
        needed - {"num", "count", "number"} <= set(PLACEHOLDER.findall(str(one))) <= allowed
        for one in said
    )


def check() -> int:
    """Print every fault; return the exit code."""
    found = {language: faults(language) for language in LANGUAGES}
    for language, lines in found.items():
        for line in lines:
            print(f"{language}: {line}")
    return 1 if any(found.values()) else 0


COMMANDS = {"update": update, "compile": compile_all, "check": check}

if __name__ == "__main__":
    sys.exit(COMMANDS[sys.argv[1]]() or 0)
