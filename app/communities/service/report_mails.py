"""Mails about reports: to those who handle them, and to the one who reported."""

from collections.abc import Sequence

from app.accounts.models import Person
from app.accounts.queries import addressee as mailbox_of
from app.communities.models import Community, Contact, Outcome, Report
from app.communities.queries.addressees import addressee, addressees
from app.communities.service.mails import tell
from app.core.notices import register_kind
from app.core.notify import notify
from app.core.text import N_

register_kind(
    "communities.report", title=N_("A report waits for moderators"), permission="reports.handle"
)
register_kind("communities.site_report", title=N_("A report waits for the site"), required=True)
register_kind("communities.report_outcome", title=N_("What became of your report"), required=True)


def tell_handlers(report: Report, contacts: Sequence[Contact], *, community: Community) -> int:
    """Tell moderators that a report waits; the mail names nobody. Return how many there are."""
    for reader in addressees(contacts):
        tell(
            reader,
            "report",
            f"{report.id}:{reader.contact_id}",
            subject=N_("A report waits in %(community_name)s"),
            community=community,
            report_id=report.public_id,
        )
    return len(contacts)


def tell_site(report: Report, people: Sequence[Person], *, community: Community) -> None:
    """Tell those who look after the site that nobody of a community may judge a report."""
    for person in people:
        notify(
            mailbox_of(person),
            "communities.site_report",
            key=f"communities.site_report:{report.id}:{person.id}",
            subject=N_("A report of %(community_name)s waits for you"),
            template="communities/site_report",
            community_name=community.name,
        )


def tell_reporter(report: Report, *, community: Community) -> None:
    """Tell the reporter how it ended; the mail names nobody, since they may have blocked them."""
    tell(
        addressee(report.reporter),
        "report_outcome",
        report.id,
        subject=N_("What became of your report in %(community_name)s"),
        community=community,
        reported_at=report.created_at,
        acted=report.outcome is not Outcome.NO_ACTION,
        reply=report.reply,
    )
