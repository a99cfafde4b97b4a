"""Who is on which plan, and memberships sold or given by hand."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs

from app.accounts.current import person_here
from app.billing.forms import SaleForm
from app.billing.forms.desk import COMP
from app.billing.models import GrantSource, Interval, PaymentMethod, Plan, Price
from app.billing.queries import money as reads
from app.billing.queries import plans as plans_read
from app.billing.service import grants
from app.billing.service import plans as service
from app.billing.views import words
from app.billing.views.blueprint import blueprint
from app.communities.current import current_community, current_contact
from app.communities.models import Contact
from app.core import audit, clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.money import format_money
from app.web import once
from app.web.responses import refusals_shown_in, see_other

PAGE = "billing/desk/members.html"
FARTHEST = 10_000


@blueprint.get("/c/<slug>/desk/money/members")
@policy.may("money.view")
def members(slug: str) -> ResponseReturnValue:
    """List who has access now, and how."""
    return render_template(PAGE, **_page(_form()))


@blueprint.post("/c/<slug>/desk/money/members")
@policy.may("money.manage")
def create_sale(slug: str) -> ResponseReturnValue:
    """Note a membership that was paid by hand, or give one."""
    form = _form()
    if not form.validate():
        return render_template(PAGE, **_page(form)), 422
    contact, price = _chosen(form)
    with refusals_shown_in(PAGE, **_page(form)):
        if once.is_first(person_here().id):
            _sell(contact, price, form)
            _record("billing.membership_noted", contact.id)
            db.session.commit()
    flash(_("%(name)s is on the plan now.", name=contact.name), "good")
    return see_other(url_for("billing.members", slug=slug))


def _sell(contact: Contact, price: Price, form: SaleForm) -> None:
    now, by, note = clock.now(), current_contact(), form.note.data or ""
    number = form.number.data or 1
    if form.method.data == COMP:
        grants.give(
            contact,
            source=GrantSource.COMP,
            plan=price.plan,
            ends_at=grants.months_later(now, grants.LENGTH[price.interval] * number),
            given_by=by,
            note=note,
            now=now,
        )
        return
    service.sell_by_hand(
        contact,
        price,
        method=PaymentMethod(form.method.data),
        sold_by=by,
        number=number,
        note=note,
        now=now,
    )


@blueprint.post("/c/<slug>/desk/money/grants/<grant_id>/revocation")
@policy.may("money.manage")
def revoke_grant(slug: str, grant_id: str) -> ResponseReturnValue:
    """Take back access that was given by hand."""
    grant = plans_read.grant_by_id(current_community().id, grant_id)
    if grant is None or grant.subscription_id is not None:
        raise NotThere
    grants.revoke(grant, now=clock.now())
    _record("billing.grant_revoked", grant.contact_id)
    db.session.commit()
    name = plans_read.holder_name(grant, viewer_person_id=person_here().id) or _("Someone")
    flash(_("The access of %(name)s is taken back.", name=name), "good")
    return see_other(url_for("billing.members", slug=slug))


def _form() -> SaleForm:
    form, community = SaleForm(), current_community()
    form.contact.choices = [
        SelectChoice(contact.public_id, contact.name)
        for contact in reads.buyers(community.id, viewer_person_id=person_here().id)
    ]
    form.price.choices = [
        SelectChoice(price.public_id, _price_words(plan, price))
        for plan, price in reads.offered_prices(community.id)
    ]
    return form


def _price_words(plan: Plan, price: Price) -> str:
    amount = format_money(price.amount, get_locale())
    if price.interval is Interval.YEAR:
        return str(_("%(plan)s: %(amount)s a year", plan=plan.name, amount=amount))
    return str(_("%(plan)s: %(amount)s a month", plan=plan.name, amount=amount))


def _chosen(form: SaleForm) -> tuple[Contact, Price]:
    community = current_community()
    buyers = reads.buyers(community.id, viewer_person_id=person_here().id)
    chosen = [one for one in buyers if one.public_id == form.contact.data]
    price = plans_read.price_by_id(community.id, form.price.data)
    if not chosen or price is None:
        raise NotThere
    return chosen[0], price


def _page(form: SaleForm) -> dict[str, Any]:
    community = current_community()
    page = min(max(request.args.get("page", 1, type=int), 1), FARTHEST)
    found = reads.on_plans(community.id, clock.now(), viewer_person_id=person_here().id, page=page)
    return {
        "community": community,
        "form": form,
        "found": found,
        "previous": _address(page - 1) if page > 1 else None,
        "next": _address(page + 1) if found.has_next else None,
        "sources": words.grant_sources(),
        "subscription_states": words.subscription_states(),
        "refusal": None,
    }


def _address(page: int) -> str:
    shown = page if page > 1 else None
    return url_for("billing.members", slug=current_community().slug, page=shown)


def _record(action: str, contact_id: int) -> None:
    audit.record(
        action,
        actor=person_here(),
        community_id=current_community().id,
        subject=("contact", contact_id),
    )
