"""Rules: each change is a new version, and everyone is asked for consent again."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.communities import queries
from app.communities.models import Community, Contact, Rule, RulesConsent, RulesVersion
from app.communities.service.hand import Hand
from app.communities.service.refusals import RulesMissing, RulesNotAccepted, RulesUnchanged
from app.core import audit, jobs
from app.core.database import add, db
from app.core.errors import StaleForm
from app.core.text import clean_line, clean_text


@dataclass(frozen=True)
class Draft:
    """One rule as it is written, before it is published."""

    title: str
    words: str = ""


def publish_rules(
    community: Community,
    drafts: Sequence[Draft],
    *,
    note: str,
    based_on: int,
    by: Hand,
    now: datetime,
) -> RulesVersion:
    """Publish a new version of the rules; its author agrees by publishing.

    `based_on` is the number of the version that was edited, 0 for none. Raises StaleForm when
    another one was published meanwhile.
    """
    cleaned = _clean(drafts)
    _queue_up(community)
    last = queries.newest_rules(community.id)
    _check_change(last, cleaned, note=clean_line(note), based_on=based_on)
    version = _write(
        community, cleaned, number=(last.number if last else 0) + 1, note=note, now=now
    )
    _note_consent(version, by.membership.contact_id, now=now)
    audit.record(
        "rules.published",
        actor=by.person,
        community_id=community.id,
        subject=("rules_version", version.id),
        number=version.number,
    )
    jobs.defer("communities.tell_rules_changed", version_id=version.id)
    return version


def _write(
    community: Community, drafts: Sequence[Draft], *, number: int, note: str, now: datetime
) -> RulesVersion:
    version = add(
        RulesVersion(
            community_id=community.id, number=number, note=clean_line(note), published_at=now
        )
    )
    db.session.add_all(
        Rule(
            community_id=community.id,
            rules_version_id=version.id,
            position=position,
            title=draft.title,
            words=draft.words,
        )
        for position, draft in enumerate(drafts, 1)
    )
    db.session.flush()
    return version


def consent(contact: Contact, *, agrees_to: int | None, now: datetime) -> None:
    """Write down a yes to the rules as they stand; raises RulesNotAccepted.

    `agrees_to` is the number of the version that was read: rules that changed meanwhile are
    shown again. Where there are no rules nothing is asked.
    """
    version = queries.newest_rules(contact.community_id)
    if version is None:
        return
    if agrees_to != version.number:
        raise RulesNotAccepted
    _note_consent(version, contact.id, now=now)


def _note_consent(version: RulesVersion, contact_id: int, *, now: datetime) -> None:
    db.session.execute(
        insert(RulesConsent)
        .values(
            community_id=version.community_id,
            contact_id=contact_id,
            rules_version_id=version.id,
            consented_at=now,
        )
        .on_conflict_do_nothing()
    )


def _clean(drafts: Sequence[Draft]) -> list[Draft]:
    cleaned = [Draft(clean_line(draft.title), clean_text(draft.words)) for draft in drafts]
    kept = [draft for draft in cleaned if draft.title]
    if not kept:
        raise RulesMissing
    return kept


def _queue_up(community: Community) -> None:
    """Let publishers of one community pass one after the other: numbers have no gaps."""
    db.session.execute(
        select(Community.id).where(Community.id == community.id).with_for_update(key_share=True)
    )


def _check_change(
    last: RulesVersion | None, drafts: list[Draft], *, note: str, based_on: int
) -> None:
    standing = [Draft(rule.title, rule.words) for rule in last.rules] if last else []
    if last is not None and last.number != based_on:
        StaleForm.unless_same(
            theirs={"rules": _rows(standing), "note": last.note},
            yours={"rules": _rows(drafts), "note": note},
        )
    if standing == drafts:
        raise RulesUnchanged


def _rows(drafts: Sequence[Draft]) -> list[dict[str, object]]:
    return [asdict(draft) for draft in drafts]
