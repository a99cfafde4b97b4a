"""Free tickets for strangers: asked for by name and address, theirs when the mail's link is opened.

Nothing is kept meanwhile, and known and unknown addresses get the same answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.communities.models import Community, Contact
from app.communities.service.contacts import guest_contact
from app.core import effects
from app.core.database import db
from app.core.jobs import defer
from app.core.tokens import hash_token, read_signed, sign
from app.events import queries
from app.events.models import Event
from app.events.service.buying import check_address, check_selling, reserve_tickets
from app.events.service.refusals import NothingChosen, NotOnSale

PURPOSE = "events.claim"
GOOD_FOR = 7 * 24 * 3600  # seconds


@dataclass(frozen=True)
class Claim:
    """What a link in a mail stands for."""

    event: Event
    contact: Contact
    chosen: dict[str, int]


def ask_for_free_tickets(
    event: Event,
    chosen: Mapping[str, int],
    *,
    community: Community,
    name: str,
    email: str,
    language: str,
    now: datetime,
    spares_mail: bool = False,
) -> None:
    """Have the link mailed that makes free tickets somebody's. Raises NothingChosen, NotOnSale.

    `spares_mail`: where one for the same event went out of late, none is added.
    """
    check_selling(event, now)
    wanted = {key: number for key, number in chosen.items() if number > 0}
    if not wanted:
        raise NothingChosen
    for sort in event.ticket_types:
        if sort.public_id in wanted and not queries.is_on_sale(sort, event, now):
            raise NotOnSale(title=sort.title)
    contact = guest_contact(community, name=name, email=email, language=language, now=now)
    defer(
        "events.send_claim",
        event_id=event.id,
        contact_id=contact.id,
        chosen=wanted,
        mark=f"{now.timestamp():.0f}",
        spares_mail=spares_mail,
    )


def is_free(event: Event, chosen: Mapping[str, int]) -> bool:
    """Tell whether what a stranger chose costs nothing."""
    prices = {sort.public_id: sort.price_minor for sort in event.ticket_types}
    return not any(prices.get(key, 0) for key, number in chosen.items() if number > 0)


def claim_token(event: Event, contact: Contact, chosen: Mapping[str, int], *, secret: str) -> str:
    """Return the secret by which a stranger confirms; it goes into the mail only."""
    payload = [event.public_id, contact.id, dict(chosen)]
    return sign(payload, purpose=PURPOSE, secret=secret)


def read_claim(token: str, *, secret: str) -> Claim | None:
    """Return what a link stands for, or None when it is forged or old."""
    payload = read_signed(token, purpose=PURPOSE, secret=secret, max_age=GOOD_FOR)
    if not isinstance(payload, list) or len(payload) != 3:
        return None
    contact = db.session.get(Contact, payload[1])
    event = queries.found_event(contact.community_id, payload[0], share=True) if contact else None
    return Claim(event, contact, payload[2]) if event and contact else None


def confirm(claim: Claim, token: str, *, now: datetime) -> None:
    """Give a stranger their free tickets, once a link.

    Raises AddressRefused, and what reserve_tickets raises.
    """
    check_address(claim.contact)
    if not effects.once(f"claim:{hash_token(token)}"):
        return
    reserve_tickets(
        claim.event,
        claim.chosen,
        contact=claim.contact,
        name=claim.contact.name,
        is_member=False,
        now=now,
    )
