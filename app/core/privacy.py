"""Declarations on columns: what is about a person, how it is exported, how it is erased."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Erasure(StrEnum):
    """What becomes of a column's value when its person is erased."""

    DELETE = "delete"  # the whole row goes
    BLANK = "blank"  # the value is emptied, the row stays
    TOMBSTONE = "tombstone"  # the row stays and points at an anonymous stone
    KEEP = "keep"  # kept by law or because it says nothing about who; the reason is given


DELETE, BLANK, TOMBSTONE, KEEP = Erasure.DELETE, Erasure.BLANK, Erasure.TOMBSTONE, Erasure.KEEP


@dataclass(frozen=True)
class Personal:
    """How one column that holds or points at a person is exported and erased."""

    export: str | None
    erase: Erasure
    blank: object = None
    reason: str = ""


def personal(
    export: str | None, *, erase: Erasure, blank: object = None, reason: str = ""
) -> dict[str, Any]:
    """Return `info` for a column about a person.

    `export` is the name in the person's export (None: not exported, with a reason);
    `blank` is what stands there after a BLANK erasure. KEEP needs a reason.
    """
    if (export is None or erase is KEEP) and not reason:
        text = "a column kept or left out of the export needs its reason"
        raise ValueError(text)
    return {"privacy": Personal(export, erase, blank, reason)}


impersonal: dict[str, Any] = {"privacy": None}
"""`info` for a text or JSON column that says nothing about a person."""
