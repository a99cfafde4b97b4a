"""Rows for tests: valid and dull unless a test says otherwise."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Installation, Person, PersonEmail, PersonSession
from app.billing.models import AccountState, PaymentAccount, Quota
from app.communities.models import (
    Community,
    Contact,
    ContactSource,
    JoinedVia,
    Membership,
    Rule,
    RulesConsent,
    RulesVersion,
)
from app.core import clock
from app.core.database import add, db
from app.core.text import email_key, search_text, sort_key
from app.core.tokens import hash_token, new_token
from app.events.models import Event

_numbers = count(1)


def make_installation(**values: Any) -> Installation:
    """Make (or change) the one row that says what this installation allows."""
    installation = db.session.get(Installation, 1)
    if installation is None:
        return add(Installation(id=1, **{"created_at": clock.now(), **values}))
    for name, value in values.items():
        setattr(installation, name, value)
    db.session.flush()
    return installation


def make_person(*, email: str | None = None, **values: Any) -> Person:
    """Make a person with one verified address."""
    number = next(_numbers)
    person = add(Person(created_at=clock.now(), **values))
    address = email or f"person{number}@example.org"
    add(
        PersonEmail(
            person_id=person.id,
            address=address,
            address_key=email_key(address),
            is_primary=True,
            verified_at=clock.now(),
        )
    )
    return person


def make_community(**values: Any) -> Community:
    """Make a public community with an open door."""
    number = next(_numbers)
    values = {
        "slug": f"community-{number}",
        "name": f"Community {number}",
        "purpose": "To run together on Sundays",
        "hue": 200,
        "created_at": clock.now(),
        **values,
    }
    values.setdefault("search_text", search_text(values["name"], values["purpose"]))
    values.setdefault("sort_key", sort_key(values["name"]))
    return add(Community(**values))


def make_contact(community: Community, *, person: Person | None = None, **values: Any) -> Contact:
    """Make a contact, claimed when a person is given."""
    number = next(_numbers)
    name = values.pop("name", f"Contact {number}")
    email = values.pop("email", person.emails[0].address if person else f"c{number}@example.org")
    values = {"source": ContactSource.JOINING, "created_at": clock.now(), **values}
    return add(
        Contact(
            community_id=community.id,
            person_id=person.id if person else None,
            claimed_at=clock.now() if person else None,
            name=name,
            email=email,
            email_key=email_key(email) if email else None,
            sort_key=sort_key(name),
            search_members_text=search_text(name),
            search_organizers_text=search_text(name, email or ""),
            **values,
        )
    )


def make_membership(contact: Contact, *, role: str = "member", **values: Any) -> Membership:
    """Make a current membership."""
    values = {"joined_at": clock.now(), "joined_via": JoinedVia.OPEN, **values}
    return add(
        Membership(
            community_id=contact.community_id, contact_id=contact.id, role_key=role, **values
        )
    )


def make_member(
    community: Community, *, role: str = "member", person: Person | None = None, **values: Any
) -> Contact:
    """Make a person who is a current member; the contact's `person_id` leads to them."""
    contact = make_contact(community, person=person or make_person(), **values)
    make_membership(contact, role=role)
    return contact


def person_of(contact: Contact) -> Person:
    """Return the person behind a claimed contact."""
    return db.session.scalars(select(Person).where(Person.id == contact.person_id)).one()


def make_rules(
    community: Community, *titles: str, agreed: tuple[Contact, ...] = ()
) -> RulesVersion:
    """Publish a new version of the rules, agreed to by some."""
    number = next(_numbers)
    version = add(RulesVersion(community_id=community.id, number=number, published_at=clock.now()))
    for position, title in enumerate(titles or ("Be kind",)):
        add(
            Rule(
                community_id=community.id,
                rules_version_id=version.id,
                position=position,
                title=title,
            )
        )
    for contact in agreed:
        add(
            RulesConsent(
                community_id=community.id,
                contact_id=contact.id,
                rules_version_id=version.id,
                consented_at=clock.now(),
            )
        )
    return version


def make_account(community: Community, **values: Any) -> PaymentAccount:
    """Make an account at Stripe that takes a community's cards."""
    return add(
        PaymentAccount(
            community_id=community.id,
            **{
                "stripe_id": f"acct_{community.slug}",
                "state": AccountState.READY,
                "connected_at": clock.now(),
                **values,
            },
        )
    )


def make_event(community: Community, *, size: int | None = 50, **values: Any) -> Event:
    """Make a public event a week from now, in Berlin, two hours long."""
    zone = values.setdefault("zone", "Europe/Berlin")
    minutes = values.setdefault("minutes", 120)
    starts_at: datetime = values.pop("starts_at", clock.now() + timedelta(days=7))
    quota = add(Quota(community_id=community.id, size=size))
    return add(
        Event(
            community_id=community.id,
            quota_id=quota.id,
            title=values.pop("title", f"Sunday run {next(_numbers)}"),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
            starts_local=starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None),
            created_at=clock.now(),
            **values,
        )
    )


def sign_in(client: FlaskClient, who: Person | Contact) -> Person:
    """Sign a person (or the person behind a contact) in to a client."""
    person = who if isinstance(who, Person) else person_of(who)
    token = new_session(person.id)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return person


def new_session(person_id: int) -> str:
    """Open a session for a person and return its secret."""
    token = new_token()
    add(
        PersonSession(
            person_id=person_id,
            token_hash=hash_token(token),
            device="Firefox",
            network="127.0.0.1",
            created_at=clock.now(),
            seen_at=clock.now(),
            expires_at=clock.now() + timedelta(days=60),
        )
    )
    return token
