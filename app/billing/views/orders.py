"""An order's own page: whoever has its link sees it, pays it, cancels it, prints its receipt."""

from typing import Any

from flask import current_app, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.billing import gateway, processes
from app.billing.hooks import Described, item_kind
from app.billing.models import Order, OrderLine
from app.billing.queries import orders as reads
from app.billing.queries.plans import is_had_already
from app.billing.queries.stripe import takes_cards
from app.billing.service.attempts import SubscribedMeanwhile
from app.billing.service.links import order_token, order_url, read_order_token
from app.billing.service.payments import UNPAID
from app.billing.views.blueprint import blueprint, secret
from app.billing.views.words import TONES, methods, order_states
from app.communities.models import Community
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.money import Money
from app.web.csrf import exempt, refuse
from app.web.responses import refusals_shown_in, see_other
from app.web.shell import use_hue
from app.web.visitor import is_same_origin

PAGE = "billing/order.html"


@blueprint.get("/c/<slug>/orders/<token>")
@policy.signed
def order(slug: str, token: str) -> ResponseReturnValue:
    """Show an order; one that waits for money asks Stripe whether it came."""
    found = _found(slug, token)
    if found.is_open and found.total_minor:
        _look(found.id)
        found = _found(slug, token)
    return render_template(PAGE, **_page(found, slug))


@blueprint.get("/c/<slug>/orders/<token>/receipt")
@policy.signed
def receipt(slug: str, token: str) -> ResponseReturnValue:
    """Show a receipt, made to be printed."""
    found = _found(slug, token)
    if found.number is None:
        raise NotThere
    return render_template("billing/receipt.html", **_page(found, slug))


@blueprint.post("/c/<slug>/orders/<token>/payment")
@exempt
@policy.signed
def create_payment(slug: str, token: str) -> ResponseReturnValue:
    """Go to the page where an order is paid."""
    if not is_same_origin():
        return refuse(None)
    found = _found(slug, token)
    with refusals_shown_in(PAGE, **_page(found, slug)):
        return see_other(processes.start_checkout(found.id, secret=secret(), now=clock.now()))


@blueprint.post("/c/<slug>/orders/<token>/cancellation")
@exempt
@policy.signed
def cancel_order(slug: str, token: str) -> ResponseReturnValue:
    """End an unpaid order; what was paid meanwhile stays paid."""
    if not is_same_origin():
        return refuse(None)
    found = _found(slug, token)
    address = order_url(found, slug=slug, secret=secret())
    if processes.cancel_order(found.id, secret=secret(), now=clock.now()):
        flash(_("The order is cancelled. Nothing was charged."), "good")
    elif _found(slug, token).state in UNPAID:
        said = _("The payment service does not answer. The order is closed as soon as it does.")
        flash(said, "warn")
    return see_other(address)


def _look(order_id: int) -> None:
    """Ask Stripe how an order stands; the page shows what we know when it is silent, or says no.

    It refuses every word about an account whose organizer took our access back.
    """
    try:
        processes.sync_order(order_id, now=clock.now())
    except (gateway.StripeSilent, gateway.StripeRefused):
        db.session.rollback()


def _found(slug: str, token: str) -> Order:
    public_id = read_order_token(token, secret=secret())
    found = reads.order_in(slug, public_id) if public_id else None
    if found is None:
        raise NotThere
    return found


def _ways(lines: list[tuple[OrderLine, Described]], slug: str) -> dict[str, str]:
    """Return where the things of an order are to be seen: address -> words.

    What has a page of its own says itself how it is opened; several lines may share one. What was
    taken back is not there to be opened.
    """
    ways: dict[str, str] = {}
    for line, item in lines:
        is_had = line.order.is_settled and line.withdrawn < line.quantity
        if item.endpoint is None or not (is_had or item.news):
            continue
        stands_here = current_app.url_map.is_endpoint_expecting(item.endpoint, "slug")
        values = {"slug": slug, **item.values} if stands_here else dict(item.values)
        way = url_for(item.endpoint, **values)
        ways.setdefault(way, item.text if item.values else item.title)
    return ways


def _page(found: Order, slug: str) -> dict[str, Any]:
    community = db.session.get_one(Community, found.community_id)
    use_hue(community.hue)
    lines = [(line, item_kind(line.item_kind).describe(line)) for line in reads.lines_of(found.id)]
    is_needless = found.state in UNPAID and is_had_already(found)
    return {
        "order": found,
        "as_money": Money,
        "slug": slug,
        "community": community,
        "lines": lines,
        "ways": _ways(lines, slug),
        "news": list(dict.fromkeys(item.news for _line, item in lines if item.news)),
        "payment": reads.paid_payment(found.id),
        "refunds": reads.standing_refunds(found.id),
        "seconds_left": (
            int((found.expires_at - clock.now()).total_seconds())
            if found.is_open and found.expires_at
            else 0
        ),
        "token": order_token(found, secret=secret()),
        "token_url": order_url(found, slug=slug, secret=secret()),
        "states": order_states(),
        "tones": TONES,
        "methods": methods(),
        "is_needless": is_needless,
        "takes_cards": found.state in UNPAID and takes_cards(found.community_id),
        "refusal": _(SubscribedMeanwhile.message) if is_needless else None,
    }
