"""kith reconcile: whether Stripe, the orders and the books agree."""

import sys

import click

from app.billing.gateway.client import NoKey
from app.billing.processes import reconciling
from app.cli.console import in_sentences, opened, out
from app.core import clock

WITHOUT_KEY = (
    "KITH_STRIPE_KEY is not set, but communities take cards with it: what Stripe knows of them "
    "could not be asked. Everything else was compared; the organizers see it on their Money page. "
    "Set the key again, or let the communities disconnect their accounts."
)


@click.command("reconcile")
@click.option("--full", is_flag=True, help="Look at the last ninety days, not only at yesterday.")
@in_sentences
def reconcile(full: bool) -> None:  # noqa: FBT001 - click gives flags so
    """Compare orders and books with Stripe; ends with 1 when something does not agree."""
    with opened() as app, app.app_context():
        secret = str(app.config["SECRET_KEY"])
        try:
            found = reconciling.reconcile_all(is_full=full, secret=secret, now=clock.now())
        except ExceptionGroup as mistakes:
            if mistakes.split(NoKey)[1] is not None:
                raise
            raise click.ClickException(WITHOUT_KEY) from None
    out.print(f"Communities: {found.communities}. Things that do not agree: {found.findings}.")
    if found.unreachable:
        out.print(f"Communities that could not be compared wholly: {found.unreachable}.")
    if found.findings or found.unreachable:
        out.print("The organizers see them on their Money page.")
        sys.exit(1)
