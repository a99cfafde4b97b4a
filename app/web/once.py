"""Forms that make something once: a second post of the same form leads where the first led.

The form carries a hidden random key. It is spent, with a digest of what was typed, in the
transaction that makes the thing: whoever goes back and types something else makes something else.
"""

import hashlib
import re
import secrets

from flask import request
from sqlalchemy import select

from app.core import effects
from app.core.database import db
from app.core.models import SpentEffect

FIELD = "once"
_KEY = re.compile(r"[\w-]{8,32}", re.ASCII)


def key() -> str:
    """Return the key for a form: the one it came with, as its effect was not had, or a new one."""
    return _posted() or secrets.token_urlsafe(16)


def led_to(person_id: int) -> str | None:
    """Spend the posted form; return where its first post led, or None when this is the first."""
    if not _posted() or effects.once(_spent(person_id)):
        return None
    start = f"{_spent(person_id)}:"
    kept = db.session.scalar(
        select(SpentEffect.key).where(SpentEffect.key.startswith(start, autoescape=True)).limit(1)
    )
    return kept.removeprefix(start) if kept else None


def keep(person_id: int, path: str) -> str:
    """Keep where the posted form leads, in the transaction of what it made; return the path."""
    if _posted():
        effects.once(f"{_spent(person_id)}:{path}")
    return path


def _posted() -> str:
    posted = request.form.get(FIELD, "")
    return posted if _KEY.fullmatch(posted) else ""


def _spent(person_id: int) -> str:
    typed = sorted(
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in {FIELD, "csrf_token"}
    )
    digest = hashlib.sha256(repr(typed).encode()).hexdigest()[:16]
    return f"form:{person_id}:{_posted()}:{digest}"
