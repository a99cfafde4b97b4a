"""What communities do when an account changes, and when thanks are reported."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from flask import Flask, current_app
from sqlalchemy import ColumnElement
from werkzeug.exceptions import HTTPException

from app.accounts import hooks
from app.accounts.models import Person, PersonEmail
from app.communities.hooks import (
    ReportedMessage,
    message_removed,
    message_reported,
    register_import,
)
from app.communities.models import Community, Contact, Thanks
from app.communities.queries.thanks import hidden_by_a_block, one_thanks
from app.communities.service import claims, invitations, thanks
from app.communities.service.contacts import claim_by_address, mark_erased, readdress
from app.communities.service.imports import ActivitiesWork, MembersWork, forget_lines
from app.communities.service.succession import end_all_memberships
from app.communities.service.suspension import suspend
from app.core import clock
from app.core.database import db

INVITATION, CLAIM = "communities.invitation", "communities.show_claim"


def init_app(_app: Flask) -> None:
    """Attend to the moments of accounts."""
    hooks.address_verified.register(_claim_cards)
    hooks.address_changed.register(readdress)
    hooks.invites.register(_invites)
    hooks.kept_for.register(_kept_for)
    hooks.made_by_invitation.register(_count_account)
    hooks.person_erased.register(_end_memberships)
    hooks.people_blocked.register(_fall_silent)
    hooks.hidden_rows.register(_hidden)
    hooks.suspend_community.register(suspend)
    message_reported.register(_reported)
    message_removed.register(_remove)
    register_import(MembersWork())
    register_import(ActivitiesWork())


def _claim_cards(address: PersonEmail) -> None:
    """Give the person the cards that carry an address they have just proved."""
    claim_by_address(address, now=clock.now())


def _invites(path: str, address: str | None, now: datetime) -> bool:
    """Say whether a path is that of an invitation, or of a place kept for an address."""
    endpoint, asked = _page(path)
    if endpoint == INVITATION:
        return invitations.vouches(asked["token"], secret=_secret(), now=now)
    if endpoint == CLAIM:
        return claims.vouches(asked["slug"], asked["token"], address=address, secret=_secret())
    return False


def _kept_for(path: str) -> str | None:
    """Return the address of the card that a claim link leads to."""
    endpoint, asked = _page(path)
    if endpoint != CLAIM:
        return None
    return claims.kept_for(asked["slug"], asked["token"], secret=_secret())


def _count_account(person: Person, path: str, now: datetime) -> None:
    """Let an invitation count an account that was made because of it."""
    endpoint, asked = _page(path)
    if endpoint == INVITATION:
        invitations.count_account(asked["token"], person=person, secret=_secret(), now=now)


def _page(path: str) -> tuple[str | None, Mapping[str, str]]:
    """Return which page a path leads to, and what it names there."""
    try:
        return current_app.url_map.bind("localhost").match(urlsplit(path).path)
    except HTTPException:
        return None, {}


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _end_memberships(person: Person, now: datetime) -> None:
    """End what the person belongs to; their cards are blanked by the columns' own rules."""
    end_all_memberships(person, now=now)
    thanks.forget(person)
    forget_lines(person)
    mark_erased(person, now=now)


def _fall_silent(person: Person, other: Person, _now: datetime) -> None:
    """Empty the mails in which one thanked the other."""
    thanks.fall_silent(person, other)


def _hidden(table: str, person_id: int) -> ColumnElement[bool] | None:
    """Say which thanks are to or from someone whom a block hides from a person."""
    return hidden_by_a_block(person_id) if table == Thanks.__tablename__ else None


def _reported(
    community: Community, public_id: str, reporter: Contact | None
) -> ReportedMessage | None:
    """Return the words of thanks: to a report they are a message that one person wrote another."""
    made = one_thanks(community.id, public_id, reporter)
    author = db.session.get(Contact, made.from_id) if made else None
    if made is None or author is None:
        return None
    return ReportedMessage(author, made.reason, made.thanked_at, thread_id=None)


def _remove(community: Community, public_id: str, _now: datetime) -> None:
    """Take the words of thanks away after a report ended so."""
    made = one_thanks(community.id, public_id, None)
    if made is not None:
        thanks.remove(made)
