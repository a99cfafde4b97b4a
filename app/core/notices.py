"""Kinds of mail and what their readers chose about them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from flask import current_app
from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.database import db
from app.core.links import absolute_url
from app.core.models import NoticeChoice
from app.core.tokens import read_forever, sign_forever

PURPOSE = "unsubscribe"


class Addressee(Protocol):
    """Whoever a mail is for: a person, a contact, or an address that is neither yet."""

    @property
    def name(self) -> str:
        """The name to greet."""

    @property
    def address(self) -> str:
        """The e-mail address."""

    @property
    def language(self) -> str:
        """The language to write in, such as `zh_Hans`."""

    @property
    def zone(self) -> str:
        """The IANA zone to write moments in."""

    @property
    def person_id(self) -> int | None:
        """The person, when there is one."""

    @property
    def contact_id(self) -> int | None:
        """The card in the community the mail comes from, when there is one."""


@dataclass(frozen=True)
class NoticeKind:
    """One kind of mail; `title` is marked by `N_` and stands on the page of choices."""

    name: str
    title: str
    default: bool = True
    required: bool = False  # nobody can refuse it: it answers an act of theirs, or guards them
    permission: str | None = None  # it goes only to who may do this in the community it comes from


@dataclass(frozen=True)
class Refusal:
    """What a link in a mail may end: one kind of mail to one reader, in one community or all."""

    kind: str
    person_id: int | None
    contact_id: int | None
    community_id: int | None


MuteCheck = Callable[[Addressee, Addressee], bool]

_kinds: dict[str, NoticeKind] = {}
_mute_checks: list[MuteCheck] = []


def register_kind(
    name: str,
    *,
    title: str,
    default: bool = True,
    required: bool = False,
    permission: str | None = None,
) -> NoticeKind:
    """Register a kind of mail; a second registration under one name must say the same."""
    kind = NoticeKind(name, title, default, required, permission)
    if _kinds.setdefault(name, kind) != kind:
        sentence = f"two kinds of mail are named {name}"
        raise ValueError(sentence)
    return kind


def kinds() -> dict[str, NoticeKind]:
    """Return every kind of mail by name."""
    return dict(_kinds)


def kind_named(name: str) -> NoticeKind:
    """Return a kind of mail; LookupError when nobody registered it."""
    if name not in _kinds:
        sentence = f"nobody registered the kind of mail {name}"
        raise LookupError(sentence)
    return _kinds[name]


def register_mute_check(check: MuteCheck) -> MuteCheck:
    """Register who must not hear of whom: called with the reader and the one the mail tells of."""
    if check not in _mute_checks:
        _mute_checks.append(check)
    return check


def is_muted(to: Addressee, cause: Addressee | None) -> bool:
    """Tell whether a block stands between a reader and the one the mail tells of."""
    return cause is not None and any(check(to, cause) for check in _mute_checks)


def wants(to: Addressee, kind: NoticeKind, community_id: int | None) -> bool:
    """Tell whether a reader wants a kind of mail: chosen here, else for all, else by default.

    Of two choices for one place (as a person, as a contact) the refusal counts.
    """
    if kind.required:
        return True
    rows = db.session.execute(
        select(NoticeChoice.community_id, NoticeChoice.is_wanted)
        .where(NoticeChoice.kind == kind.name, _of(to.person_id, to.contact_id))
        .where(or_(NoticeChoice.community_id.is_(None), NoticeChoice.community_id == community_id))
    ).all()
    here = [row.is_wanted for row in rows if row.community_id is not None]
    return all(here or [row.is_wanted for row in rows] or [kind.default])


def choose(
    kind: str,
    *,
    wanted: bool,
    person_id: int | None = None,
    contact_id: int | None = None,
    community_id: int | None = None,
) -> None:
    """Keep what a reader (a person, else a contact) chose about a kind of mail."""
    statement = insert(NoticeChoice).values(
        kind=kind_named(kind).name,
        is_wanted=wanted,
        person_id=person_id,
        contact_id=None if person_id else contact_id,
        community_id=community_id,
        chosen_at=clock.now(),
    )
    db.session.execute(
        statement.on_conflict_do_update(
            constraint="uq_notice_choice_reader",
            set_={"is_wanted": wanted, "chosen_at": clock.now()},
        )
    )


def choices(person_id: int) -> dict[tuple[str, int | None], bool]:
    """Return a person's choices by (kind, community id)."""
    rows = db.session.execute(
        select(NoticeChoice.kind, NoticeChoice.community_id, NoticeChoice.is_wanted).where(
            NoticeChoice.person_id == person_id
        )
    )
    return {(row.kind, row.community_id): row.is_wanted for row in rows}


def unsubscribe_url(to: Addressee, kind: NoticeKind, community_id: int | None) -> str | None:
    """Return the link that ends a kind of mail for its reader without signing in.

    None for mails nobody can refuse and for readers we keep no choices of.
    """
    if kind.required or not (to.person_id or to.contact_id):
        return None
    payload = (kind.name, to.person_id, to.contact_id, community_id)
    token = sign_forever(payload, purpose=PURPOSE, secret=_secret())
    return absolute_url("home.unsubscribe", token=token)


def read_unsubscribe(token: str) -> Refusal | None:
    """Return what a link may end, or None when we did not sign it or the kind is gone."""
    payload = read_forever(token, purpose=PURPOSE, secret=_secret())
    if not isinstance(payload, list) or payload[0] not in _kinds:
        return None
    return Refusal(*payload)


def refuse(refusal: Refusal, *, wanted: bool = False) -> None:
    """Keep the choice made by a link in a mail; `wanted` takes it back."""
    choose(
        refusal.kind,
        wanted=wanted,
        person_id=refusal.person_id,
        contact_id=refusal.contact_id,
        community_id=refusal.community_id,
    )


def _of(person_id: int | None, contact_id: int | None) -> ColumnElement[bool]:
    readers = [
        column == number
        for column, number in (
            (NoticeChoice.person_id, person_id),
            (NoticeChoice.contact_id, contact_id),
        )
        if number is not None
    ]
    return or_(false(), *readers)


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])
