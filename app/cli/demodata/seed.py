"""Seeding: one community of two years, one founded last week, one behind a closed door."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from flask import Flask
from sqlalchemy import delete, select, text

from app.accounts.models import Person
from app.accounts.personas import OWNER, personas
from app.analytics.service import close_months, count_cohorts
from app.cli.console import Advance, progress
from app.cli.demodata import lantern, money, small
from app.cli.demodata.people import lend
from app.cli.local_stripe import LocalStripe
from app.communities.models import Community
from app.core import clock
from app.core.database import db
from app.core.models import OutgoingMail

DONE = (  # by the seeding itself, or long ago
    "matching.refresh",
    "core.send_mail",
    "billing.expire_order",
    "billing.send_receipt",
    "billing.tell_refund",
    "events.send_tickets",
)
ASKED = ("matching.ask", "events.remind")
STEPS: tuple[tuple[str, Callable[[Random, dict[str, Person], datetime], None]], ...] = (
    ("Two years of Lantern Street", lantern.write),
    ("A community founded last week", small.write_new),
    ("A community behind a closed door", small.write_private),
)


def seed(app: Flask, *, now: datetime | None = None, stripe: LocalStripe | None = None) -> None:
    """Write the demo's people and what they did, dated around `now`; the same each time.

    The database must be empty but for its marker row: the caller has made sure of it. With a
    local Stripe, some pay by card.
    """
    with app.app_context():
        now = now or clock.now()
        with progress("Telling stories", len(STEPS) + 2) as advance:
            random = tell(now, advance)
            if stripe:
                money.write_cards(random, lantern.SLUG, stripe, now)
            advance(1)
            for community in db.session.scalars(select(Community)).all():
                close_months(community, now=now)
                count_cohorts(community)
            advance(1)
        _forget_jobs(now)
        db.session.commit()


def tell(now: datetime, advance: Advance = lambda _steps: None) -> Random:
    """Write what people did, nothing that is counted from it; return the dice as they lie."""
    random = Random(1848)  # noqa: S311 - a story, not a secret
    lent = lend(personas(), now=now - timedelta(days=730))
    lent[OWNER.address].is_site_admin = True
    for _, write in STEPS:
        write(random, lent, now)
        advance(1)
    db.session.commit()
    return random


def _forget_jobs(now: datetime) -> None:
    """Take back what the past asked for: nobody of the story waits for a receipt of last year."""
    db.session.execute(
        text(
            "DELETE FROM procrastinate_jobs WHERE task_name = ANY(:done)"
            " OR (task_name = ANY(:asked) AND scheduled_at < :now)"
        ),
        {"done": list(DONE), "asked": list(ASKED), "now": now},
    )
    db.session.execute(delete(OutgoingMail))
