"""kith reconcile: whether Stripe, the orders and the books agree."""

import sys

import click

from app.billing.processes import reconciling
from app.cli.console import in_sentences, opened, out
from app.core import clock


@click.command("reconcile")
@click.option("--full", is_flag=True, help="Look at the last ninety days, not only at yesterday.")
@in_sentences
def reconcile(full: bool) -> None:  # noqa: FBT001 - click gives flags so
    """Compare orders and books with Stripe; ends with 1 when something does not agree."""
    with opened() as app, app.app_context():
        found = reconciling.reconcile_all(
            is_full=full, secret=str(app.config["SECRET_KEY"]), now=clock.now()
        )
    out.print(f"Communities: {found.communities}. Things that do not agree: {found.findings}.")
    if found.unreachable:
        out.print(f"Communities that could not be compared wholly: {found.unreachable}.")
    if found.findings or found.unreachable:
        out.print("The organizers see them on their Money page.")
        sys.exit(1)
