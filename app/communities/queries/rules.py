"""Rules as they stand and stood, and who agreed to them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import selectinload

from app.accounts.queries import not_blocked
from app.communities.models import Contact, Membership, RulesConsent, RulesVersion
from app.core.database import db, within


@dataclass(frozen=True)
class VersionRow:
    """One version in the history, with how many of today's members agreed to it."""

    version: RulesVersion
    consents: int


@dataclass(frozen=True)
class ConsentRow:
    """A member and when they agreed, if they did."""

    contact: Contact
    consented_at: datetime | None


def newest_rules(community_id: int) -> RulesVersion | None:
    """Return the rules as they stand, or None where there are none."""
    found: RulesVersion | None = db.session.scalar(
        within(RulesVersion, community_id)
        .order_by(RulesVersion.number.desc())
        .limit(1)
        .options(selectinload(RulesVersion.rules))
    )
    return found


def rules_numbered(community_id: int, number: int) -> RulesVersion | None:
    """Return one version by its number."""
    found: RulesVersion | None = db.session.scalar(
        within(RulesVersion, community_id)
        .where(RulesVersion.number == number)
        .options(selectinload(RulesVersion.rules))
    )
    return found


def rules_history(community_id: int) -> list[VersionRow]:
    """Return all versions, the newest first."""
    consents = (
        select(func.count())
        .select_from(RulesConsent)
        .join(
            Membership,
            and_(Membership.contact_id == RulesConsent.contact_id, Membership.left_at.is_(None)),
        )
        .where(RulesConsent.rules_version_id == RulesVersion.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(RulesVersion, consents)
        .where(RulesVersion.community_id == community_id)
        .order_by(RulesVersion.number.desc())
    )
    return [VersionRow(*row) for row in rows]


def consent_log(version: RulesVersion, viewer_person_id: int) -> list[ConsentRow]:
    """Return the current members with their yes to a version; those who have not agreed last."""
    rows = db.session.execute(
        within(Contact, version.community_id)
        .with_only_columns(Contact, RulesConsent.consented_at)
        .join(
            Membership,
            and_(Membership.contact_id == Contact.id, Membership.left_at.is_(None)),
        )
        .outerjoin(
            RulesConsent,
            and_(
                RulesConsent.contact_id == Contact.id,
                RulesConsent.rules_version_id == version.id,
            ),
        )
        .where(not_blocked(viewer_person_id, Contact.person_id))
        .order_by(RulesConsent.consented_at.desc().nulls_last(), Contact.sort_key, Contact.id)
    )
    return [ConsentRow(*row) for row in rows]


def members_to_ask(version: RulesVersion) -> list[Contact]:
    """Return the members who have not agreed to a version yet."""
    return list(
        db.session.scalars(
            within(Contact, version.community_id)
            .join(
                Membership,
                and_(Membership.contact_id == Contact.id, Membership.left_at.is_(None)),
            )
            .where(
                ~select(RulesConsent.id)
                .where(
                    RulesConsent.contact_id == Contact.id,
                    RulesConsent.rules_version_id == version.id,
                )
                .exists()
            )
            .order_by(Contact.id)
        )
    )
