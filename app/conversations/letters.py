"""A mail as it came from a mail server, read with care: anybody may have written anything."""

import hashlib
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from typing import cast

from app.conversations.quotes import new_words, words_of_html
from app.core.text import clean_text

LARGEST = 12 * 2**20
PARTS = 60
_AUTOMATIC_SENDERS = re.compile(
    r"^(mailer-daemon|postmaster|no-?reply|bounces?)([+.@-]|$)", re.IGNORECASE
)
_RECIPIENTS = ("X-Original-To", "Delivered-To", "Envelope-To", "To", "Cc")


class Unreadable(Exception):
    """No letter can be made of these bytes."""


@dataclass(frozen=True)
class Letter:
    """What counts of a mail: from whom, to which addresses, and what was newly written."""

    sender: str
    recipients: tuple[str, ...]
    words: str
    left_out: int  # files that came with it
    is_automatic: bool  # an out-of-office note, a bounce, a list: never answered, never passed on
    digest: str  # the same mail delivered twice has the same


def read(raw: bytes, *, recipient: str = "", sender: str | None = None) -> Letter:
    """Return the letter in a raw mail; raises Unreadable.

    `recipient` and `sender` are the envelope's, where the mail server says them; an empty sender is
    a bounce.
    """
    if len(raw) > LARGEST:
        raise Unreadable
    try:
        mail = message_from_bytes(raw, policy=policy.default)
        return _letter(mail, raw, recipient, sender)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        # the library raises all of these for mail that was made to break it
        raise Unreadable from error


def _letter(mail: EmailMessage, raw: bytes, recipient: str, sender: str | None) -> Letter:
    parts = list(mail.walk())
    if len(parts) > PARTS:
        raise Unreadable
    authors = getaddresses([str(one) for one in mail.get_all("From", [])])
    address = authors[0][1] if len(authors) == 1 else ""
    given = [recipient] if recipient else []
    named = [str(one) for name in _RECIPIENTS for one in mail.get_all(name, [])]
    words, left_out = _body(parts)
    identity = str(mail.get("Message-ID", "")).strip().encode("utf-8", "replace") or raw
    return Letter(
        sender=address,
        recipients=tuple(dict.fromkeys(found for _, found in getaddresses(given or named))),
        words=words,
        left_out=left_out,
        is_automatic=_is_automatic(mail, address, sender),
        digest=hashlib.sha256(identity).hexdigest(),
    )


def _is_automatic(mail: EmailMessage, address: str, sender: str | None) -> bool:
    """Tell what no human wrote to us just now: to answer or pass it on could go round for ever."""
    says = {name.lower(): str(value).strip().lower() for name, value in mail.items()}
    return bool(
        sender == ""
        or says.get("return-path") == "<>"
        or says.get("auto-submitted", "no").split(";")[0].strip() != "no"
        or says.get("precedence") in {"bulk", "junk", "list", "auto_reply"}
        or {"list-id", "list-unsubscribe", "x-autoreply", "x-autorespond"} & set(says)
        or mail.get_content_type() in {"multipart/report", "message/delivery-status"}
        or _AUTOMATIC_SENDERS.match(parseaddr(address)[1])
    )


def _body(parts: list[EmailMessage]) -> tuple[str, int]:
    """Return the new words, from the plain text if there is any, and how many files came along."""
    texts: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    left_out = 0
    for part in parts:
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        if kind in texts and not part.get_filename() and not part.is_attachment():
            texts[kind].append(_text(part))
        else:
            left_out += 1
    plain = "\n".join(texts["text/plain"]).strip()
    found = plain or "\n".join(words_of_html(one) for one in texts["text/html"])
    return new_words(clean_text(found)), left_out


def _text(part: EmailMessage) -> str:
    content = cast(bytes, part.get_payload(decode=True) or b"")
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:  # a character set that nobody knows
        return content.decode("utf-8", "replace")
