"""Reads of accounts, by noun."""

from app.accounts.queries.blocks import blocked_people, blocked_person_ids, not_blocked
from app.accounts.queries.communities import (
    SiteCommunity,
    communities_here,
    community_of_site,
    places_of,
)
from app.accounts.queries.exports import is_given_up, latest_export, my_export
from app.accounts.queries.people import (
    Mailbox,
    PersonRow,
    address_owner,
    addressee,
    erasure_log,
    has_site_admin,
    installation,
    languages_of,
    people_of_site,
    person_by_address,
    person_by_public_id,
    primary_address,
    seen_person,
    site_admin_ids,
)
from app.accounts.queries.sessions import Caller, caller, live_sessions, recovery_codes_left
from app.accounts.queries.tokens import live_token

__all__ = [
    "Caller",
    "Mailbox",
    "PersonRow",
    "SiteCommunity",
    "address_owner",
    "addressee",
    "blocked_people",
    "blocked_person_ids",
    "caller",
    "communities_here",
    "community_of_site",
    "erasure_log",
    "has_site_admin",
    "installation",
    "is_given_up",
    "languages_of",
    "latest_export",
    "live_sessions",
    "live_token",
    "my_export",
    "not_blocked",
    "people_of_site",
    "person_by_address",
    "person_by_public_id",
    "places_of",
    "primary_address",
    "recovery_codes_left",
    "seen_person",
    "site_admin_ids",
]
