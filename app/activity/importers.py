"""Activities of other programs in the neutral form: one record into one thing that was told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.foreign.records import Flaw, Refused
from app.core.foreign.values import (
    address,
    key_of_address,
    moment,
    optional,
    shown_name,
    whole,
    word,
    yes,
)
from app.core.text import clean_text

FIELDS = (
    "source", "source_uid", "type", "happened_at", "actor_uid", "actor_name", "actor_email",
    "actor_is_bot", "channel_uid", "channel_name", "thread_uid", "reply_to_uid", "mentions",
    "text_length", "url", "text",
)  # fmt: skip
REQUIRED = ("source", "source_uid", "type", "happened_at", "actor_uid")
MAIN = "main"  # the channel of a source that has only one
OURS = "kith"  # what this site tells itself
MOST_MENTIONS = 50
MOST_TEXT = 20_000
LONGEST_URL = 500
_TYPE = re.compile(r"[a-z][a-z0-9_.-]{0,39}")
_BOT = re.compile(r"\[bot\]$|\(bot\)$|(^|[\s_-])bot$", re.IGNORECASE)
_APART = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Told:
    """One activity as a foreign file tells of it; its fields are the columns of the staging."""

    line: int
    source: str
    channel: str
    channel_name: str
    source_uid: str
    type: str
    happened_at: datetime
    actor_uid: str
    actor_name: str
    actor_email: str | None  # the key of it
    is_bot: bool
    thread: str | None
    reply_to: str | None
    mentions: list[str]
    text_length: int | None
    url: str | None
    words: str | None


def told(line: int, values: Mapping[str, Any], *, now: datetime, with_text: bool) -> Told:
    """Return what a record tells; raises Refused. Texts are dropped unless they were asked for."""
    source = word(values, "source", 32).lower()
    if source == OURS:
        raise Refused(Flaw.OURS, "source")
    kind = word(values, "type", 40).lower()
    if not _TYPE.fullmatch(kind):
        raise Refused(Flaw.NO_TYPE, "type")
    uid, name = word(values, "actor_uid", 120), shown_name(values, "actor_name", 120)
    email = address(values, "actor_email")
    said = yes(values, "actor_is_bot")
    channel = optional(values, "channel_uid", 120) or MAIN
    text = values.get("text")
    text = clean_text(text[:MOST_TEXT]) if isinstance(text, str) else None
    return Told(
        line=line,
        source=source,
        channel=channel,
        channel_name=shown_name(values, "channel_name", 120) or channel,
        source_uid=word(values, "source_uid", 120),
        type=kind,
        happened_at=moment(values, "happened_at", now=now),
        actor_uid=uid,
        actor_name=name,
        actor_email=key_of_address(email) if email else None,
        is_bot=bool(_BOT.search(name) or _BOT.search(uid)) if said is None else said,
        thread=optional(values, "thread_uid", 120),
        reply_to=optional(values, "reply_to_uid", 120),
        mentions=_mentions(values),
        text_length=_length(values, text),
        url=_url(values.get("url")),
        words=text if with_text and text else None,
    )


def _mentions(values: Mapping[str, Any]) -> list[str]:
    """Return whom a record names, each once: a list in JSON, words in a CSV cell."""
    given = values.get("mentions")
    if given is None or given == "":
        return []
    if isinstance(given, str):
        given = [part for part in _APART.split(given) if part]
    if not isinstance(given, list):
        raise Refused(Flaw.WRONG_SORT, "mentions")
    if len(given) > MOST_MENTIONS:
        raise Refused(Flaw.FIELD_TOO_LONG, "mentions")
    found = (optional({"mentions": one}, "mentions", 120) for one in given)
    return list(dict.fromkeys(one for one in found if one))


def _length(values: Mapping[str, Any], text: str | None) -> int | None:
    given = whole(values, "text_length", 10**9)
    return len(text) if given is None and text else given


def _url(value: object) -> str | None:
    """Return a web address, None for anything that a page must not link to."""
    if not isinstance(value, str) or len(value) > LONGEST_URL:
        return None
    is_web = re.fullmatch(r"https?://[^\s\0-\x1f\x7f\ud800-\udfff\"<>]+", value)
    return value if is_web else None
