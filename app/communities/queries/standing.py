"""Who someone is in a community and what they may: one statement."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    exists,
    func,
    literal,
    select,
)

from app.communities.models import (
    Ban,
    Community,
    Contact,
    Membership,
    RolePermission,
    RulesConsent,
    RulesVersion,
)
from app.communities.permissions import STRANGER
from app.core.database import db


@dataclass(frozen=True)
class Standing:
    """A caller's place in a community."""

    community: Community
    contact: Contact | None
    membership: Membership | None
    permissions: frozenset[str]
    is_banned: bool
    owes_consent: bool
    unread: int = 0  # messages to them that they have not seen


class _Beside:
    """What a higher feature has every member's request ask beside the standing."""

    unread: Callable[[ColumnElement[int]], ColumnElement[int]] = staticmethod(
        lambda _person_id: literal(0)
    )


def register_unread(clause: Callable[[ColumnElement[int]], ColumnElement[int]]) -> None:
    """Register how a person's unread messages are counted, beside the `Contact` of a statement."""
    _Beside.unread = staticmethod(clause)
    _asked.cache_clear()


def standing(slug: str, person_id: int | None) -> Standing | None:
    """Return the place of a person (None: a stranger) in a community, or None if there is none.

    A suspended community is not there for anyone.
    """
    if person_id is None:
        community = db.session.scalar(select(Community).where(_is_open(slug)))
        return (
            Standing(community, None, None, _strangers(community), False, False)
            if (community)
            else None
        )
    row = db.session.execute(_asked(), {"slug": slug, "person_id": person_id}).first()
    return _judge(*row) if row else None


def is_suspended_for(slug: str, person_id: int) -> bool:
    """Say whether a community is suspended that a person is a member of."""
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    Community.slug == slug,
                    Community.suspended_at.is_not(None),
                    Contact.community_id == Community.id,
                    Contact.person_id == person_id,
                    Membership.contact_id == Contact.id,
                    Membership.left_at.is_(None),
                )
            )
        )
    )


def permissions_of(role: str) -> frozenset[str]:
    """Return the permissions of a role, as its rows say."""
    return frozenset(
        db.session.scalars(select(RolePermission.permission).where(RolePermission.role_key == role))
    )


def _is_open(slug: Any) -> ColumnElement[bool]:
    return and_(Community.slug == slug, Community.suspended_at.is_(None))


def _strangers(community: Community) -> frozenset[str]:
    return STRANGER[community.visibility]


@cache
def _asked() -> Select[Any]:
    """Return the statement, built once: every request of a member asks it."""
    person_id = bindparam("person_id", type_=BigInteger)
    slug = bindparam("slug", type_=String)
    permissions = (
        select(func.array_agg(RolePermission.permission))
        .where(RolePermission.role_key == Membership.role_key)
        .scalar_subquery()
    )
    newest = (
        select(func.max(RulesVersion.id))
        .where(RulesVersion.community_id == Community.id)
        .correlate(Community)  # inside `agreed` too, where it would else mean any community's
        .scalar_subquery()
    )
    agreed = exists().where(
        RulesConsent.contact_id == Contact.id, RulesConsent.rules_version_id == newest
    )
    banned = exists().where(Ban.contact_id == Contact.id, Ban.lifted_at.is_(None))
    unread = _Beside.unread(person_id)
    return (
        select(Community, Contact, Membership, permissions, banned, newest, agreed, unread)
        .outerjoin(
            Contact,
            and_(Contact.community_id == Community.id, Contact.person_id == person_id),
        )
        .outerjoin(
            Membership,
            and_(
                Membership.community_id == Community.id,
                Membership.contact_id == Contact.id,
                Membership.left_at.is_(None),
            ),
        )
        .where(_is_open(slug))
    )


def _judge(  # noqa: PLR0917 - the columns of one row, in their order
    community: Community,
    contact: Contact | None,
    membership: Membership | None,
    permissions: list[str] | None,
    is_banned: bool,  # noqa: FBT001
    rules_version_id: int | None,
    has_agreed: bool,  # noqa: FBT001
    unread: int,
) -> Standing:
    granted = frozenset(permissions or ()) if membership else _strangers(community)
    if is_banned:
        granted = _strangers(community) - {
            "community.join",
            "events.attend_as_guest",
            "tickets.buy",
        }
    owes = membership is not None and rules_version_id is not None and not has_agreed
    return Standing(community, contact, membership, granted, is_banned, owes, unread)
