"""Forms that make something once: a second post of the same form leads where the first led.

The form carries a hidden random key. It is spent, with a digest of what was typed, in the
transaction that makes the thing: whoever goes back and types something else makes something else.
A browser that goes back may fetch the form again, with a new key: so what one person sends word
for word within a few minutes counts as sent twice too, and they are told.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import IO

from flask import flash, g, request
from flask_babel import gettext as _
from sqlalchemy import select

from app.core import clock, effects
from app.core.database import db
from app.core.models import SpentEffect

FIELD = "once"
WHILE = timedelta(minutes=10)
"""How long the same words from the same person are taken for the same wish."""
_KEY = re.compile(r"[\w-]{8,32}", re.ASCII)


def key() -> str:
    """Return the key for a form: the one it came with, as its effect was not had, or a new one."""
    return ("" if g.get("once_had") else _posted()) or secrets.token_urlsafe(16)


def is_first(person_id: int, *, counting: Callable[[], None] | None = None) -> bool:
    """Spend the posted form; return False when what it makes is made already.

    Its effect must be had in this transaction: a refusal gives the key back. `counting` is the
    throttle, asked only the first time, and before: it commits.
    """
    spent = _spent(person_id)
    if counting and not (_posted() and _is_known(spent)):
        counting()
    g.once_had = bool(_posted())
    return not _posted() or effects.once(spent)


def led_to(person_id: int, *, counting: Callable[[], None] | None = None) -> str | None:
    """Spend the posted form; return where its first post led, or None when this is the first."""
    if is_first(person_id, counting=counting):
        return None
    return _kept(f"{_spent(person_id)}:")


def made_before(person_id: int, *, counting: Callable[[], None] | None = None) -> str | None:
    """Do as `led_to`; the same words sent again a little later lead there too, with a notice.

    For what nobody makes twice with the same words, such as an event; not for short messages.
    """
    if led := led_to(person_id, counting=counting):
        return led
    if led := _kept(f"{_alike(person_id)}:", since=clock.now() - WHILE):
        flash(_("You sent just the same a few minutes ago. This is what came of it."))
    return led


def keep(person_id: int, path: str) -> str:
    """Keep where the posted form leads, in the transaction of what it made; return the path."""
    if _posted():
        effects.once(f"{_spent(person_id)}:{path}")
    effects.once(f"{_alike(person_id)}:{path}")
    return path


def _kept(start: str, *, since: datetime | None = None) -> str | None:
    """Return the path that was kept under a key."""
    asked = select(SpentEffect.key).where(SpentEffect.key.startswith(start, autoescape=True))
    if since:
        asked = asked.where(SpentEffect.spent_at > since)
    kept = db.session.scalar(asked.order_by(SpentEffect.spent_at.desc()).limit(1))
    return kept.removeprefix(start) if kept else None


def _is_known(spent: str) -> bool:
    return db.session.get(SpentEffect, spent) is not None


def _posted() -> str:
    posted = request.form.get(FIELD, "")
    return posted if _KEY.fullmatch(posted) else ""


def _spent(person_id: int) -> str:
    return f"form:{person_id}:{_posted()}:{_digest((request.path, _typed()))}"


def _alike(person_id: int) -> str:
    # with its query: a copy of something (?from=) is meant to say the same
    return f"alike:{person_id}:{_digest((request.full_path, _typed()))}"


def _typed() -> list[tuple[str, str]]:
    """Return what was typed, and what the files hold; whoever takes a file may close it."""
    if "once_typed" not in g:
        g.once_typed = _read_typed()
    typed: list[tuple[str, str]] = g.once_typed
    return typed


def _read_typed() -> list[tuple[str, str]]:
    typed = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in {FIELD, "csrf_token"}
    ]
    files = [(name, _held(file.stream)) for name, file in request.files.items(multi=True)]
    return sorted([*typed, *files])


def _held(file: IO[bytes]) -> str:
    """Return the digest of a file, which is read from its beginning again afterwards."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # it reads
    file.seek(0)
    return digest


def _digest(sent: object) -> str:
    return hashlib.sha256(repr(sent).encode()).hexdigest()[:16]
