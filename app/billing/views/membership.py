"""Membership: choosing a plan, what one has, ending it and going on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.billing import processes, queries
from app.billing.forms import ChoiceForm
from app.billing.models import Grant, Interval, Subscription
from app.billing.processes.subscriptions import portal_url
from app.billing.queries import orders as orders_read
from app.billing.queries import plans as reads
from app.billing.queries.stripe import takes_cards
from app.billing.service import plans as service
from app.billing.service.links import order_url
from app.billing.service.plans import PlanGone
from app.billing.views.blueprint import blueprint, secret
from app.billing.views.words import grant_sources, order_states
from app.communities.current import current_community, current_contact, may, standing
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.links import absolute_url
from app.web.responses import refusals_shown_in, see_other

PAGE = "billing/membership.html"


@dataclass(frozen=True)
class Mine:
    """What the reader has now."""

    grant: Grant | None
    subscription: Subscription | None
    now: datetime

    @property
    def is_going_on(self) -> bool:
        """Whether it renews by itself."""
        return self.subscription is not None and not self.subscription.cancels_at_period_end


@blueprint.get("/c/<slug>/membership")
@policy.may("plans.view")
def membership(slug: str) -> ResponseReturnValue:
    """Show the plans, and to a member what they have."""
    return render_template(PAGE, **_page())


@blueprint.post("/c/<slug>/membership/plans/<plan_id>")
@policy.may("membership.manage")
def create_membership(slug: str, plan_id: str) -> ResponseReturnValue:
    """Take a free plan, or go to the page where another one is paid."""
    contact, plan = current_contact(), reads.plan_by_id(current_community().id, plan_id)
    if plan is None or not plan.is_offered:
        raise NotThere
    form = ChoiceForm()
    with refusals_shown_in(PAGE, **_page()):
        if not form.validate():
            raise PlanGone
        if plan.is_free:
            service.choose_free(contact, plan, now=clock.now())
            db.session.commit()
            flash(_("Welcome: your membership has begun."), "good")
            return see_other(url_for("billing.membership", slug=slug))
        price = reads.offered_price(plan, Interval(form.interval.data or "month"))
        if price is None:
            raise PlanGone
        order_id = service.order_plan(contact, price, now=clock.now()).id
        db.session.commit()
        return see_other(processes.start_checkout(order_id, secret=secret(), now=clock.now()))


@blueprint.post("/c/<slug>/membership/cancellation")
@policy.may("membership.manage")
def create_cancellation(slug: str) -> ResponseReturnValue:
    """Let the membership end with what is paid."""
    with refusals_shown_in(PAGE, **_page()):
        # Whoever pays for two means both; the one shown is the last, so that a retry finds it.
        for subscription_id in [one.id for one in reversed(_all_to_change())]:
            processes.renew_or_stop(subscription_id, stops=True, now=clock.now())
    flash(_("It will not renew. You keep everything until the day that is paid."), "good")
    return see_other(url_for("billing.membership", slug=slug))


@blueprint.post("/c/<slug>/membership/cancellation/removal")
@policy.may("membership.manage")
def remove_cancellation(slug: str) -> ResponseReturnValue:
    """Go on after all."""
    with refusals_shown_in(PAGE, **_page()):
        processes.renew_or_stop(_mine_to_change().id, stops=False, now=clock.now())
    flash(_("Good to have you: your membership renews again."), "good")
    return see_other(url_for("billing.membership", slug=slug))


@blueprint.post("/c/<slug>/membership/portal")
@policy.may("membership.manage")
def create_portal(slug: str) -> ResponseReturnValue:
    """Go to the page where a member changes their card and finds invoices."""
    with refusals_shown_in(PAGE, **_page()):
        back = absolute_url("billing.membership", slug=slug)
        return see_other(portal_url(_mine_to_change().id, back_url=back))


@blueprint.post("/c/<slug>/membership/free/removal")
@policy.may("membership.manage")
def remove_free(slug: str) -> ResponseReturnValue:
    """Give a free plan back."""
    service.leave_free(current_contact(), now=clock.now())
    db.session.commit()
    flash(_("You gave the free plan back."), "good")
    return see_other(url_for("billing.membership", slug=slug))


def _mine_to_change() -> Subscription:
    return _all_to_change()[0]


def _all_to_change() -> list[Subscription]:
    found = reads.live_subscriptions(current_contact().id)
    if not found:
        raise NotThere
    return found


def _page() -> dict[str, Any]:
    community, contact, now = current_community(), standing().contact, clock.now()
    is_member = contact is not None and may("membership.manage")
    mine = Mine(None, None, now)
    orders: list[tuple[Any, str]] = []
    if contact is not None and is_member:
        grant = queries.active_grant(contact.id, now)
        mine = Mine(grant, reads.live_subscription(contact.id), now)
        orders = [
            (order, order_url(order, slug=community.slug, secret=secret()))
            for order in orders_read.orders_of(contact.id)
        ]
    return {
        "community": community,
        "plans": reads.offered_plans(community.id),
        "mine": mine,
        "orders": orders,
        "is_member": is_member,
        "takes_cards": takes_cards(community.id),
        "form": ChoiceForm(),
        "sources": grant_sources(),
        "states": order_states(),
        "refusal": None,
    }
