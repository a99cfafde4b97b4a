"""The organizer's money: what came, what went back, what does not agree."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.billing.forms import PaymentForm, RefundForm
from app.billing.hooks import item_kind
from app.billing.models import Finding, Order, OrderState, PaymentMethod, RefundReason
from app.billing.queries import money as reads
from app.billing.queries import orders as orders_read
from app.billing.queries import reconciling
from app.billing.queries.stripe import payment_account
from app.billing.service import findings, payments, refunds
from app.billing.service.links import order_url
from app.billing.service.refunds import NoSuchAmount, Part
from app.billing.views import words
from app.billing.views.blueprint import blueprint, secret
from app.communities.current import current_community, current_contact
from app.core import audit, clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.money import Money
from app.core.tables import as_csv
from app.web import once
from app.web.responses import refusals_shown_in, see_other

MONEY = "billing/desk/money.html"
ORDER = "billing/desk/order.html"
LATELY = timedelta(days=30)


@blueprint.get("/c/<slug>/desk/money")
@policy.may("money.view")
def money(slug: str) -> ResponseReturnValue:
    """Show how the money stands."""
    return render_template(MONEY, **money_page())


@blueprint.get("/c/<slug>/desk/money/orders")
@policy.may("money.view")
def orders(slug: str) -> ResponseReturnValue:
    """List the orders, all or those in one state."""
    asked = request.args.get("state", "")
    state = OrderState(asked) if asked in {one.value for one in OrderState} else None
    page = max(1, request.args.get("page", 1, type=int))
    found, number = reads.orders(
        current_community().id, viewer_person_id=person_here().id, state=state, page=page
    )
    return render_template(
        "billing/desk/orders.html",
        community=current_community(),
        orders=found,
        number=number,
        page=page,
        pages=max(1, -(-number // reads.PAGE)),
        chosen=state,
        **_words(),
    )


@blueprint.get("/c/<slug>/desk/money/orders/<order_id>", endpoint="show_order")
@policy.may("money.view")
def show_order(slug: str, order_id: str) -> ResponseReturnValue:
    """Show one order with all that happened to its money."""
    return render_template(ORDER, **_order_page(_found(order_id)))


@blueprint.post("/c/<slug>/desk/money/orders/<order_id>/refunds")
@policy.may("money.manage")
def create_refund(slug: str, order_id: str) -> ResponseReturnValue:
    """Send money back: all of it with what was bought, or a part as a kindness."""
    found, form = _found(order_id), RefundForm()
    if not form.validate():
        return render_template(ORDER, **_order_page(found, refund_form=form)), 422
    with refusals_shown_in(ORDER, **_order_page(found, refund_form=form)):
        if once.is_first(person_here().id):
            refunds.refund(
                found,
                _parts(found, form),
                reason=RefundReason.ASKED,
                now=clock.now(),
                asked_by=current_contact(),
                note=form.note.data or "",
            )
            _record("billing.refunded", found)
            db.session.commit()
    flash(_way_back(found), "good")
    return see_other(url_for("billing.show_order", slug=slug, order_id=order_id))


@blueprint.post("/c/<slug>/desk/money/orders/<order_id>/payments")
@policy.may("money.manage")
def create_offline_payment(slug: str, order_id: str) -> ResponseReturnValue:
    """Note that an open order was paid by hand."""
    found, form = _found(order_id), PaymentForm()
    if not form.validate():
        return render_template(ORDER, **_order_page(found, payment_form=form)), 422
    with refusals_shown_in(ORDER, **_order_page(found, payment_form=form)):
        if once.is_first(person_here().id):
            payments.record_offline_payment(
                found,
                method=PaymentMethod(form.method.data),
                recorded_by=current_contact(),
                now=clock.now(),
                note=form.note.data or "",
            )
            _record("billing.paid_by_hand", found)
            db.session.commit()
    flash(_("The payment is noted."), "good")
    return see_other(url_for("billing.show_order", slug=slug, order_id=order_id))


@blueprint.post("/c/<slug>/desk/money/findings/<finding_id>/settlement")
@policy.may("money.manage")
def settle_finding(slug: str, finding_id: str) -> ResponseReturnValue:
    """Note that a finding was dealt with."""
    found = reconciling.finding_by_id(current_community().id, finding_id)
    if found is None:
        raise NotThere
    findings.settle_finding(found, by=current_contact(), now=clock.now())
    db.session.commit()
    flash(_("It is noted as dealt with."), "good")
    return see_other(url_for("billing.money", slug=slug))


@blueprint.get("/c/<slug>/desk/money/sales.csv")
@policy.may("money.view")
def export_sales(slug: str) -> ResponseReturnValue:
    """Hand out every sale and refund as the ledger has it."""
    community = current_community()
    numbers = reads.order_numbers(community.id)
    header = ["date", "receipt", "name", "what", "item", "quantity", "amount", "currency"]
    rows = [
        [
            txn.happened_at.isoformat(),
            numbers.get(txn.order_id or 0),
            name or _("Someone"),
            entry.name.value,
            entry.item_kind or "",
            entry.quantity,
            Money(-entry.amount_minor, entry.currency).major,
            entry.currency,
        ]
        for txn, entry, name in reads.sold_orders(community.id, viewer_person_id=person_here().id)
    ]
    return Response(
        as_csv(header, rows),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=sales.csv"},
    )


def money_page() -> dict[str, Any]:
    """Return what the money page shows; connecting shows its refusals there too."""
    community, now, viewer = current_community(), clock.now(), person_here().id
    latest, number = reads.orders(community.id, viewer_person_id=viewer, per_page=8)
    found = reconciling.open_findings(community.id)
    return {
        "community": community,
        "sums": reads.sums(community.id, now - LATELY, now + timedelta(seconds=1)),
        "zero": Money.zero(community.currency.upper()),
        "on_plans": reads.people_on_plans(community.id, now),
        "renewing": reads.subscribers(community.id),
        "orders": latest,
        "number": number,
        "account": payment_account(community.id),
        **_found_out(found),
        "names": reads.names_in(community.id, found, viewer_person_id=viewer),
        "about": reads.orders_in(community.id, found, viewer_person_id=viewer),
        "last_run": reconciling.last_run(community.id),
        "refusal": None,
        **_words(),
    }


def _found_out(found: Sequence[Finding]) -> dict[str, Any]:
    """Return findings in words, apart from them what is to be given back by hand."""
    owed = [(one, words.owed_by_hand(one)) for one in found]
    by_hand = [(one, amount) for one, amount in owed if amount]
    return {
        "findings": [(one, words.said_of(one)) for one, amount in owed if not amount],
        "by_hand": by_hand,
        "owing": len({one.order_id for one, _amount in by_hand}),
        "owed": words.in_all([amount for _one, amount in by_hand]),
    }


def _words() -> dict[str, Any]:
    return {"states": words.order_states(), "tones": words.TONES, "methods": words.methods()}


def _found(order_id: str) -> Order:
    found = orders_read.order_by_id(current_community().id, order_id)
    if found is None:
        raise NotThere
    return found


def _order_page(
    found: Order, *, refund_form: RefundForm | None = None, payment_form: PaymentForm | None = None
) -> dict[str, Any]:
    lines, disputes = orders_read.lines_of(found.id), reads.disputes_of(found.id)
    return {
        "community": current_community(),
        "order": found,
        "buyer": reads.buyer_name(found, viewer_person_id=person_here().id),
        "as_money": Money,
        "lines": [(line, item_kind(line.item_kind).describe(line)) for line in lines],
        "payments": orders_read.payments_of(found.id),
        "paid": orders_read.paid_payment(found.id),
        "refunds": orders_read.refunds_of(found.id),
        "disputes": disputes,
        "is_lost": any(one.is_lost for one in disputes),
        "is_kept": any(one.keeps_money for one in disputes),
        "page_url": order_url(found, slug=current_community().slug, secret=secret()),
        "refund_form": refund_form or RefundForm(formdata=None),
        "payment_form": payment_form or PaymentForm(formdata=None),
        "payment_states": words.payment_states(),
        "refund_states": words.refund_states(),
        "can_refund": found.state in refunds.REFUNDABLE,
        "can_pay": found.state in payments.UNPAID | {OrderState.EXPIRED},
        "refusal": None,
        **_words(),
    }


def _parts(found: Order, form: RefundForm) -> list[Part]:
    """Return what goes back: the rest of every line, or money alone on the first one."""
    lines = orders_read.lines_of(found.id)
    if form.amount.data is None:
        paid = orders_read.paid_payment(found.id)
        rest = [Part(line, line.quantity - line.withdrawn) for line in lines]
        return _all_that_is_left(found, rest, paid.left) if paid and paid.left else rest
    try:
        amount = Money.of(form.amount.data, found.currency)
    except ValueError as error:
        raise NoSuchAmount(field="amount", currency=found.currency) from error
    return [Part(lines[0], 0, amount)]


def _way_back(found: Order) -> str:
    paid = orders_read.paid_payment(found.id)
    if paid is None or paid.method is PaymentMethod.STRIPE:
        return str(_("The money is on its way back."))
    return str(_("It is noted. Give the money back by hand, if you have not done so yet."))


def _all_that_is_left(found: Order, rest: list[Part], left: Money) -> list[Part]:
    """Send back what is left, which is another sum than the lines' worth after a kindness."""
    amounts = refunds.amounts_within(found, rest, left)
    amounts[0] += left - sum(amounts[1:], amounts[0])
    return [Part(one.line, one.number, each) for one, each in zip(rest, amounts, strict=True)]


def _record(action: str, found: Order) -> None:
    audit.record(
        action,
        actor=person_here(),
        community_id=found.community_id,
        subject=("billing_order", found.id),
    )
