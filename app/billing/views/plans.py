"""Plans at the desk: writing, publishing, taking out of the offer."""

from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.billing.forms import PlanForm
from app.billing.models import Interval, Plan
from app.billing.queries import plans as reads
from app.billing.queries.stripe import payment_account
from app.billing.service import plans as service
from app.billing.service.plans import PlanDraft, PriceImpossible
from app.billing.views.blueprint import blueprint
from app.communities.current import current_community
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.money import Money
from app.web import once
from app.web.responses import refusals_shown_in, see_other
from app.web.stale import stale_in_words_of

EDIT = "billing/desk/plan.html"


@blueprint.get("/c/<slug>/desk/plans")
@policy.may("plans.manage")
def plans(slug: str) -> ResponseReturnValue:
    """List the plans with who is on them."""
    community = current_community()
    return render_template(
        "billing/desk/plans.html",
        community=community,
        plans=reads.plans(community.id),
        counts=reads.members_on_plans(community.id, clock.now()),
        account=payment_account(community.id),
    )


@blueprint.get("/c/<slug>/desk/plans/new")
@policy.may("plans.manage")
def new_plan(slug: str) -> ResponseReturnValue:
    """Write a plan."""
    return render_template(EDIT, **_page(PlanForm(), None))


@blueprint.post("/c/<slug>/desk/plans")
@policy.may("plans.manage")
def create_plan(slug: str) -> ResponseReturnValue:
    """Keep a new plan; nobody sees it before it is published."""
    form = PlanForm()
    if not form.validate():
        return render_template(EDIT, **_page(form, None)), 422
    with refusals_shown_in(EDIT, **_page(form, None)):
        address = once.led_to(person_here().id)
        if address is None:
            plan = service.create_plan(current_community(), _draft(form, None), now=clock.now())
            address = url_for("billing.edit_plan", slug=slug, plan_id=plan.public_id)
            once.keep(person_here().id, address)
            db.session.commit()
    flash(_("The plan is kept. Publish it when it is ready."), "good")
    return see_other(address)


@blueprint.get("/c/<slug>/desk/plans/<plan_id>")
@policy.may("plans.manage")
def edit_plan(slug: str, plan_id: str) -> ResponseReturnValue:
    """Show a plan, to be changed."""
    plan = _found(plan_id)
    return render_template(EDIT, **_page(_filled(plan), plan))


@blueprint.post("/c/<slug>/desk/plans/<plan_id>")
@policy.may("plans.manage")
def update_plan(slug: str, plan_id: str) -> ResponseReturnValue:
    """Change a plan."""
    plan, form = _found(plan_id), PlanForm()
    if not form.validate():
        return render_template(EDIT, **_page(form, plan)), 422
    with refusals_shown_in(EDIT, **_page(form, plan)), stale_in_words_of(form):
        version = int(form.version.data or 0) if (form.version.data or "").isdigit() else 0
        service.update_plan(plan, _draft(form, plan), version=version, now=clock.now())
        db.session.commit()
    flash(_("The plan is saved."), "good")
    return see_other(url_for("billing.edit_plan", slug=slug, plan_id=plan_id))


@blueprint.post("/c/<slug>/desk/plans/<plan_id>/publication")
@policy.may("plans.manage")
def publish_plan(slug: str, plan_id: str) -> ResponseReturnValue:
    """Offer a plan."""
    service.publish_plan(_found(plan_id), now=clock.now())
    db.session.commit()
    flash(_("Members can choose this plan now."), "good")
    return see_other(url_for("billing.plans", slug=slug))


@blueprint.post("/c/<slug>/desk/plans/<plan_id>/archive")
@policy.may("plans.manage")
def archive_plan(slug: str, plan_id: str) -> ResponseReturnValue:
    """Offer a plan no longer."""
    service.archive_plan(_found(plan_id), now=clock.now())
    db.session.commit()
    flash(_("The plan is not offered any more. Whoever is on it stays on it."), "good")
    return see_other(url_for("billing.plans", slug=slug))


def _found(plan_id: str) -> Plan:
    plan = reads.plan_by_id(current_community().id, plan_id)
    if plan is None:
        raise NotThere
    return plan


def _filled(plan: Plan) -> PlanForm:
    month = reads.offered_price(plan, Interval.MONTH)
    year = reads.offered_price(plan, Interval.YEAR)
    return PlanForm(
        name=plan.name,
        words=plan.words,
        monthly=month.amount.major if month else None,
        yearly=year.amount.major if year else None,
        grace_days=plan.grace_days,
        version=str(plan.version),
    )


def _draft(form: PlanForm, plan: Plan | None) -> PlanDraft:
    currency = _currency_of(plan)
    return PlanDraft(
        name=form.name.data or "",
        words=form.words.data or "",
        monthly=_amount(form, "monthly", currency),
        yearly=_amount(form, "yearly", currency),
        grace_days=form.grace_days.data or 0,
    )


def _amount(form: PlanForm, name: str, currency: str) -> Money | None:
    try:
        return form.amount(name, currency)
    except ValueError as error:
        raise PriceImpossible(field=name, currency=currency) from error


def _currency_of(plan: Plan | None) -> str:
    """Return the currency of a plan: that of its prices, else the community's.

    A community that changes its own must not turn the figures of a plan into another amount.
    """
    offers = plan.offers if plan else []
    return offers[0].currency if offers else current_community().currency.upper()


def _page(form: PlanForm, plan: Plan | None) -> dict[str, Any]:
    community = current_community()
    return {
        "community": community,
        "form": form,
        "plan": plan,
        "currency": _currency_of(plan),
        "takes_cards": payment_account(community.id) is not None,
        "refusal": None,
    }
