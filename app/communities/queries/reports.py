"""The queue of reports: never shown to the one a report is about, nor across a block."""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.accounts.queries import blocked_person_ids, not_blocked, site_admin_ids
from app.communities.models import (
    Community,
    Contact,
    Membership,
    Report,
    ReportNote,
    ReportState,
    RolePermission,
    Rule,
    RulesVersion,
)
from app.communities.queries.people import Viewer, is_author
from app.core.database import db, within

QUEUE = 100
HANDLES = "reports.handle"


@dataclass(frozen=True)
class Waiting:
    """One report in the queue, with whom it comes from and whom it is about."""

    report: Report
    reporter: Contact
    about: Contact | None
    rule: Rule | None


def queue(community_id: int, viewer: Viewer, state: ReportState) -> list[Waiting]:
    """Return the reports in one state that a moderator may see: the oldest open ones first."""
    order = Report.created_at.desc() if state is ReportState.RESOLVED else Report.created_at.asc()
    rows = db.session.execute(
        _rows(community_id, viewer)
        .where(Report.state == state)
        .order_by(order, Report.id)
        .limit(QUEUE)
    )
    return [Waiting(*row) for row in rows]


def counts(community_id: int, viewer: Viewer) -> dict[ReportState, int]:
    """Return how many reports stand in each state, as far as a moderator may see them."""
    seen = _rows(community_id, viewer).with_only_columns(Report.state, func.count())
    found = dict.fromkeys(ReportState, 0)
    for state, number in db.session.execute(seen.group_by(Report.state)):
        found[state] = number
    return found


def report_by_id(community_id: int, viewer: Viewer, public_id: str) -> Waiting | None:
    """Return one report that a moderator may see."""
    row = db.session.execute(
        _rows(community_id, viewer).where(Report.public_id == public_id)
    ).first()
    return Waiting(*row) if row else None


def log_of(report: Report, viewer: Viewer) -> list[tuple[ReportNote, str | None]]:
    """Return what several hands did and wrote, oldest first, with their names."""
    rows = db.session.execute(
        within(ReportNote, report.community_id)
        .add_columns(Contact.name)
        .outerjoin(Contact, is_author(viewer, ReportNote.author_id))
        .where(ReportNote.report_id == report.id)
        .order_by(ReportNote.id)
    )
    return [(line, name) for line, name in rows]


def handlers(report: Report) -> list[Contact]:
    """Return who may handle a report: not whom it is about, and nobody a block stands before."""
    people = [report.reporter.person_id, report.about_contact and report.about_contact.person_id]
    apart = set().union(*(blocked_person_ids(one) for one in people if one))
    return list(
        db.session.scalars(
            within(Contact, report.community_id)
            .join(Membership, Membership.contact_id == Contact.id)
            .join(RolePermission, RolePermission.role_key == Membership.role_key)
            .where(
                Membership.left_at.is_(None),
                RolePermission.permission == HANDLES,
                Contact.id != report.reporter_id,
                Contact.id.is_distinct_from(report.about_contact_id),
                Contact.person_id.not_in(apart),
            )
            .order_by(Contact.id)
        )
    )


def own_reports(reporter: Contact) -> list[tuple[Report, Rule | None]]:
    """Return what someone reported themself, newest first."""
    rows = db.session.execute(
        within(Report, reporter.community_id)
        .add_columns(Rule)
        .outerjoin(Rule, Rule.id == Report.rule_id)
        .where(Report.reporter_id == reporter.id)
        .order_by(Report.created_at.desc(), Report.id.desc())
        .limit(QUEUE)
    )
    return [(report, rule) for report, rule in rows]


def for_the_site(person_id: int) -> list[tuple[Community, Waiting]]:
    """Return the reports that wait, nobody there may judge, and this administrator may."""
    reporter, about = aliased(Contact), aliased(Contact)
    rows = db.session.execute(
        _joined(select(Community, Report, reporter, about, Rule), reporter, about)
        .join(Community, Community.id == Report.community_id)
        .where(
            Report.state != ReportState.RESOLVED,
            reporter.person_id.is_distinct_from(person_id),
            about.person_id.is_distinct_from(person_id),
            ~_may_be_judged_there(reporter, about),
        )
        .order_by(Report.created_at, Report.id)
    )
    return [(row[0], Waiting(*row[1:])) for row in rows]


def site_report(public_id: str, person_id: int) -> tuple[Community, Waiting] | None:
    """Return one of the reports that wait for this administrator of the site."""
    waiting = for_the_site(person_id)
    return next((one for one in waiting if one[1].report.public_id == public_id), None)


def site_handlers(report: Report) -> list[Person]:
    """Return who looks after the site and has no part in a report."""
    apart = {report.reporter.person_id, report.about_contact and report.about_contact.person_id}
    ids = [one for one in site_admin_ids() if one not in apart]
    return list(db.session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id)))


def rules_to_name(community_id: int) -> list[Rule]:
    """Return the rules as they stand now, for a reporter to name one."""
    newest = (
        select(RulesVersion.id)
        .where(RulesVersion.community_id == community_id)
        .order_by(RulesVersion.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    return list(
        db.session.scalars(
            within(Rule, community_id)
            .where(Rule.rules_version_id == newest)
            .order_by(Rule.position)
        )
    )


def _rows(community_id: int, viewer: Viewer) -> Select[*tuple[Any, ...]]:
    reporter, about = aliased(Contact), aliased(Contact)
    return _joined(select(Report, reporter, about, Rule), reporter, about).where(
        Report.community_id == community_id, _is_for(viewer, reporter, about)
    )


def _joined(
    asked: Select[*tuple[Any, ...]], reporter: type[Contact], about: type[Contact]
) -> Select[*tuple[Any, ...]]:
    return (
        asked.select_from(Report)
        .join(reporter, reporter.id == Report.reporter_id)
        .outerjoin(about, about.id == Report.about_contact_id)
        .outerjoin(Rule, Rule.id == Report.rule_id)
    )


def _may_be_judged_there(reporter: type[Contact], about: type[Contact]) -> ColumnElement[bool]:
    """Say whether somebody of a report's community may handle it: `handlers`, as a condition."""
    judge = aliased(Contact)
    return (
        select(judge.id)
        .join(Membership, Membership.contact_id == judge.id)
        .join(RolePermission, RolePermission.role_key == Membership.role_key)
        .where(
            judge.community_id == Report.community_id,
            Membership.left_at.is_(None),
            RolePermission.permission == HANDLES,
            judge.id != Report.reporter_id,
            judge.id.is_distinct_from(Report.about_contact_id),
            judge.person_id.is_not(None),
            *(
                not_blocked(cast("ColumnElement[int]", judge.person_id), one.person_id)
                for one in (reporter, about)
            ),
        )
        .exists()
    )


def _is_for(viewer: Viewer, reporter: type[Contact], about: type[Contact]) -> ColumnElement[bool]:
    return and_(
        or_(Report.about_contact_id.is_(None), Report.about_contact_id != viewer.contact_id),
        not_blocked(viewer.person_id, reporter.person_id),
        or_(about.id.is_(None), not_blocked(viewer.person_id, about.person_id)),
    )
