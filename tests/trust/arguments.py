"""What stands for each argument of a route, per side of the world."""

from typing import Any

from flask import current_app

from app.accounts.models import MailToken, Person, TokenPurpose
from app.accounts.service.links import GOOD_FOR
from app.billing.service.links import order_token as page_of_order
from app.communities.service.claims import claim_token
from app.communities.service.invitations import invitation_token
from app.core import clock, notices
from app.core.database import add
from app.core.text import email_key
from app.core.tokens import hash_token, new_token, sign_forever
from app.events.service import claims
from app.events.service.guests import seat_token
from app.events.service.tickets import order_token, ticket_token
from tests.trust.routes import MISSING
from tests.trust.world import Side, World


def arguments_of(side: Side, world: World) -> dict[str, Any]:
    """Return a value for every argument name (or `endpoint:name`) that routes have.

    What is sent along, as a form or a query, stands under `endpoint:sent`.
    """
    person = world.site_admin
    return {
        "slug": side.slug,
        "contact_id": side.people["member"].public_id,
        "communities.end_ban:contact_id": side.people["banned"].public_id,
        "communities.block_contact:contact_id": side.people["met"].public_id,
        **{f"matching.{name}:contact_id": side.people["met"].public_id for name in SUGGESTED},
        **{f"matching.{name}:sent": {"kind": "friend"} for name in SUGGESTED},
        "matching.remove_set_aside:contact_id": side.people["aside"].public_id,
        "communities.decide_requests:sent": {"decision": "approve"},
        "communities.resolve_site_report:report_id": side.rows["site_report"].public_id,
        "events.answer_attendance:event_id": side.rows["walk"].public_id,
        "events.answer_attendance:sent": {"came_for": "yes"},
        "events.return_attendance:event_id": side.rows["walk"].public_id,
        "accounts.remove_block:sent": {"person": world.outsider.public_id},
        "invitation_id": side.rows["invitation"].public_id,
        "event_id": side.rows["event"].public_id,
        "step": "interests",
        "number": side.rows["rules"].number,
        "version": side.community.version,
        "web.static_file:version": "0",
        "web.hue_sheet:version": "0",
        "hue": 200,
        "name": "css/tokens.css",
        "language": "fr",
        "kind": "sign-up",
        "key": "nothing",
        "attendance_id": side.rows["attendance"].public_id,
        "mail_id": MISSING,
        "announcement_id": side.rows["announcement"].public_id,
        "note_id": side.rows["note"].public_id,
        "tag_id": side.rows["tag"].public_id,
        "thread_id": side.rows["thread"].public_id,
        "introduction_id": side.rows["introduction"].public_id,
        "type_id": side.rows["sort"].public_id,
        "ticket_id": side.rows["ticket"].public_id,
        **{f"{name}:event_id": side.rows["ticketed"].public_id for name in TICKETED},
        "report_id": side.rows["report"].public_id,
        "import_kind": "activities",
        "import_id": side.rows["import_run"].public_id,
        "plan_id": side.rows["plan"].public_id,
        "grant_id": side.rows["grant"].public_id,
        "finding_id": side.rows["finding"].public_id,
        "order_id": side.rows["ticket_order"].public_id,
        **tokens_of(side, person),
        "person_id": person.public_id,
        "accounts.lift_community:community_id": side.community.public_id,
        "accounts.suspend_community:community_id": side.community.public_id,
        "accounts.suspension:community_id": side.community.public_id,
        "session_id": world.site_session.public_id,
        "communities.export:export_id": side.rows["export"].public_id,
        "accounts.show_export:export_id": world.site_export.public_id,
    }


LINKS = {
    TokenPurpose.SIGN_UP: ("accounts.open_sign_up", "accounts.create_person"),
    TokenPurpose.RESET: ("accounts.open_reset", "accounts.update_reset"),
    TokenPurpose.MAGIC: ("accounts.open_magic", "accounts.use_magic"),
    TokenPurpose.ADD_EMAIL: ("accounts.open_address", "accounts.update_address"),
}
"""The pages behind each sort of mailed link, which works once and not for long."""
ORDERS = (
    "billing.cancel_order",
    "billing.create_payment",
    "billing.order",
    "billing.receipt",
)
SEAT = ("events.seat", "events.confirm_seat", "events.change_seat", "events.return_seat")

TICKETED = (
    "events.cancel_ticket",
    "events.create_order",
    "events.create_sale",
    "events.create_scan",
    "events.edit_ticket_type",
    "events.export_tickets",
    "events.issued",
    "events.new_sale",
    "events.remove_ticket_type",
    "events.sales",
    "events.ticket_types",
    "events.update_ticket_type",
)
"""Routes of events that one comes to by ticket."""
SUGGESTED = (
    "create_hello",
    "create_postponement",
    "create_refusal",
    "create_withdrawal",
    "reasons",
)
"""Routes of matching about somebody who is suggested."""
TICKETS = ("events.tickets", "events.update_ticket", "events.return_ticket")
CLAIM = ("events.claim", "events.create_claim")


def tokens_of(side: Side, person: Person) -> dict[str, str]:
    """Return a secret that opens each page behind one, and one that opens nothing."""
    key = str(current_app.config["SECRET_KEY"])
    invitation = invitation_token(side.rows["invitation"], secret=key)
    claim = claim_token(side.people["guest"], key)
    kind = min(name for name, one in notices.kinds().items() if not one.required)
    payload = (kind, person.id, None, side.community.id)
    refusal = sign_forever(payload, purpose=notices.PURPOSE, secret=key)
    free = {side.rows["free_sort"].public_id: 1}
    free_claim = claims.claim_token(side.rows["ticketed"], side.people["guest"], free, secret=key)
    tokens = {
        **dict.fromkeys(ORDERS, page_of_order(side.rows["ticket_order"], secret=key)),
        **dict.fromkeys(TICKETS, order_token(side.rows["ticket_order"].public_id, secret=key)),
        **dict.fromkeys(CLAIM, free_claim),
        "events.ticket": ticket_token(side.rows["ticket"], secret=key),
        **dict.fromkeys(SEAT, seat_token(side.rows["attendance"], secret=key)),
        **dict.fromkeys(("communities.invitation", "communities.accept_invitation"), invitation),
        **dict.fromkeys(("communities.show_claim", "communities.create_claim"), claim),
        **dict.fromkeys(("home.unsubscribe", "home.create_unsubscribe"), refusal),
    }
    for purpose, endpoints in LINKS.items():
        tokens |= dict.fromkeys(endpoints, mailed_link(purpose, person))
    return {"token": new_token()} | {f"{name}:token": token for name, token in tokens.items()}


def mailed_link(purpose: TokenPurpose, person: Person, **values: Any) -> str:
    """Return a link as if its mail had arrived."""
    token, now = new_token(), clock.now()
    address = f"link{person.id}@example.net"
    row = {
        "purpose": purpose,
        "token_hash": hash_token(token),
        "person_id": None if purpose is TokenPurpose.SIGN_UP else person.id,
        "address": address,
        "address_key": email_key(address),
        "payload": {"back": "", "language": "en", "zone": "UTC"},
        "created_at": now,
        "expires_at": now + GOOD_FOR[purpose],
    }
    add(MailToken(**{**row, **values}))
    return token


def missing(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the same arguments with ids that no row has."""
    ids = {name: MISSING for name in arguments if name.endswith("_id")}
    return {**arguments, **ids, "number": 999_999}
