"""The one door for outgoing words: a mail is written for its reader now, and sent by a job.

    notify(contact, "events.seat_confirmed", key=f"seat:{attendance.id}",
           subject=N_("Your seat at %(title)s"), template="events/seat_confirmed",
           community=community, title=event.title, event=event)

The templates `mail/<template>.html` and `.txt` see the values, `reader`, `community`, `subject`,
`unsubscribe_url`, `base_url` and `link_to(endpoint, ...)`. Values called name or title are
defanged, so that a name like "Win at evil.example" becomes no link; the filter `defang` does the
same for others.
"""

from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import css_inline
from flask import Flask, current_app, g
from flask_babel import force_locale, gettext
from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core import clock, jobs, tasks
from app.core.database import db, new_public_id
from app.core.links import absolute_url
from app.core.models import EMPTIED, MailState, OutgoingMail
from app.core.notices import (
    Addressee,
    NoticeKind,
    is_muted,
    kind_named,
    register_kind,
    register_mute_check,
    unsubscribe_url,
    wants,
)
from app.core.text import clean_line, defang

__all__ = ["Addressee", "Attachment", "notify", "register_kind", "register_mute_check", "withdraw"]

DEFANGED = ("name", "title")
_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)


class Place(Protocol):
    """The community a mail comes from."""

    @property
    def id(self) -> int:
        """Its id."""

    @property
    def name(self) -> str:
        """Its name."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail, such as an invitation for calendars."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Words:
    """A mail as written for its reader."""

    subject: str
    text: str
    html: str


def init_app(app: Flask) -> None:
    """Give templates the filter `defang` and make the jobs of this floor known."""
    app.jinja_env.filters["defang"] = defang
    app.extensions["kith.core_tasks"] = tasks


def notify(  # noqa: PLR0913 - the one door has a name for everything a mail may need
    to: Addressee,
    kind: str,
    *,
    key: str,
    subject: str,
    template: str,
    community: Place | None = None,
    cause: Addressee | None = None,
    reply_to: str | None = None,
    at: datetime | None = None,
    attachments: Sequence[Attachment] = (),
    **values: object,
) -> OutgoingMail | None:
    """Write a mail and put off its sending, in the current transaction.

    `key` names the effect: a second call with it changes nothing and returns the first mail.
    `subject` is marked by `N_`; `cause` is the one the mail tells of. None is returned when the
    reader does not want this kind of mail, has no address, or is blocked from `cause`.
    """
    if already := _written_already(key):
        return already
    notice = kind_named(kind)
    place = community.id if community else None
    if not to.address or is_muted(to, cause) or not wants(to, notice, place):
        return None
    link = unsubscribe_url(to, notice, place)
    words = _write(to, subject, template, {**values, "community": community, "link": link})
    mail_id = _store(key, notice, to, words, _facts(community, reply_to, at, attachments, link))
    if mail_id is not None:
        jobs.defer("core.send_mail", at=at, mail_id=mail_id)
    return _written_already(key)


def was_written(start: str, *, since: datetime) -> bool:
    """Say whether a mail whose key begins like this was written of late."""
    written = OutgoingMail.effect_key.startswith(start, autoescape=True)
    return bool(db.session.scalar(select(exists().where(OutgoingMail.created_at > since, written))))


def withdraw(keys: Collection[str]) -> None:
    """Empty mails that tell of someone who is to be told of no more; one not sent yet stays so.

    A talk with the mail server that has begun is not cut short.
    """
    if not keys:
        return
    ours = update(OutgoingMail).where(OutgoingMail.effect_key.in_(keys))
    is_alive = OutgoingMail.state.in_([MailState.QUEUED, MailState.SENDING])
    db.session.execute(ours.where(is_alive).values(state=MailState.FAILED))
    db.session.execute(ours.values(**EMPTIED, last_error="withdrawn", blanked_at=clock.now()))


def _written_already(key: str) -> OutgoingMail | None:
    return db.session.scalar(select(OutgoingMail).where(OutgoingMail.effect_key == key))


def _write(to: Addressee, subject: str, template: str, values: Mapping[str, object]) -> Words:
    """Render a mail in the reader's language and zone, apart from the request that caused it."""
    with current_app.app_context(), force_locale(to.language):
        g.reader_zone = to.zone
        safe = {name: _safe(name, value) for name, value in values.items()}
        line = clean_line(gettext(subject, **safe))
        safe |= {
            "reader": to,
            "reader_name": defang(to.name),
            "subject": line,
            "unsubscribe_url": values["link"],
            "base_url": current_app.config["KITH"].base_url,
            "link_to": absolute_url,
        }
        find = current_app.jinja_env.get_template
        return Words(
            subject=line[:400],
            text=find(f"mail/{template}.txt").render(safe).strip() + "\n",
            html=_inliner.inline(find(f"mail/{template}.html").render(safe)),
        )


def _safe(name: str, value: object) -> object:
    is_name = name in DEFANGED or name.endswith(tuple(f"_{word}" for word in DEFANGED))
    return defang(value) if is_name and isinstance(value, str) else value


def _facts(
    community: Place | None,
    reply_to: str | None,
    at: datetime | None,
    attachments: Sequence[Attachment],
    link: str | None,
) -> dict[str, object]:
    return {
        "community_id": community.id if community else None,
        "from_name": defang(community.name) if community else "Kith",
        "reply_to": clean_line(reply_to) if reply_to else None,
        "due_at": at,
        "unsubscribe_url": link,
        "attachments": {"files": [_as_json(one) for one in attachments]} if attachments else {},
    }


def _as_json(attachment: Attachment) -> dict[str, str]:
    return {
        "name": clean_line(attachment.name),
        "content_type": attachment.content_type,
        "base64": b64encode(attachment.content).decode(),
    }


def _store(
    key: str, kind: NoticeKind, to: Addressee, words: Words, facts: Mapping[str, object]
) -> int | None:
    """Keep the mail; None when another transaction wrote it first."""
    public_id = new_public_id()
    statement = (
        insert(OutgoingMail)
        .values(
            effect_key=key,
            public_id=public_id,
            kind=kind.name,
            person_id=to.person_id,
            contact_id=to.contact_id,
            to_name=clean_line(to.name)[:200],
            to_address=clean_line(to.address),
            language=to.language,
            subject=words.subject,
            text_body=words.text,
            html_body=words.html,
            message_id=f"<{public_id}@{current_app.config['KITH'].host}>",
            created_at=clock.now(),
            **facts,
        )
        .on_conflict_do_nothing(index_elements=[OutgoingMail.effect_key])
        .returning(OutgoingMail.id)
    )
    return db.session.execute(statement).scalar_one_or_none()
