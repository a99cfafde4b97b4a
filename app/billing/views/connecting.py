"""Connecting an account with Stripe: opened there, told about there, looked at again here."""

from typing import Any

from flask import current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.billing.gateway import StripeSilent
from app.billing.processes import connecting
from app.billing.queries.stripe import payment_account
from app.billing.service import accounts
from app.billing.views.blueprint import blueprint
from app.billing.views.desk import MONEY, money_page
from app.communities.current import current_community, current_contact
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.links import absolute_url
from app.web.responses import refusals_shown_in, see_other
from config import Settings, StripeAccounts


@blueprint.post("/c/<slug>/desk/money/account")
@policy.may("money.connect")
def create_account(slug: str) -> ResponseReturnValue:
    """Open an account, or go on with its questions; with one account for all, take that one."""
    settings = _settings()
    with refusals_shown_in(MONEY, **money_page()):
        url = connecting.connect(
            current_community(),
            by=current_contact(),
            actor=person_here(),
            is_one=settings.stripe_accounts is StripeAccounts.ONE,
            is_live=settings.is_stripe_live,
            back_url=absolute_url("billing.account_return", slug=slug),
            now=clock.now(),
        )
    return see_other(url) if url else _back(slug)


@blueprint.get("/c/<slug>/desk/money/account")
@policy.may("money.connect")
def account_return(slug: str) -> ResponseReturnValue:
    """Come back from Stripe's questions: look how the account stands."""
    account = payment_account(current_community().id)
    if account is not None and account.stripe_id:
        try:
            connecting.look(account.stripe_id, now=clock.now())
        except StripeSilent:
            db.session.rollback()
    return redirect(url_for("billing.money", slug=slug), 303)


@blueprint.post("/c/<slug>/desk/money/account/disconnection")
@policy.may("money.connect")
def disconnect(slug: str) -> ResponseReturnValue:
    """Take no more cards."""
    account = payment_account(current_community().id)
    if account is None:
        raise NotThere
    accounts.disconnect(account, actor=person_here(), now=clock.now())
    db.session.commit()
    flash(
        _("Cards are not taken any more. Subscriptions that run already go on at Stripe."), "good"
    )
    return _back(slug)


def _settings() -> Settings:
    settings: Any = current_app.config["KITH"]
    return settings  # type: ignore[no-any-return]  # create_app puts it there


def _back(slug: str) -> ResponseReturnValue:
    return see_other(url_for("billing.money", slug=slug))
