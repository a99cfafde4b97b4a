"""What stands for each argument of a route, per side of the world."""

from typing import Any

from app.accounts.models import Person
from app.core.tokens import new_token
from tests.trust.routes import MISSING
from tests.trust.world import Side


def arguments_of(side: Side, person: Person) -> dict[str, Any]:
    """Return a value for every argument name (or `endpoint:name`) that routes have."""
    return {
        "slug": side.slug,
        "contact_id": side.people["member"].public_id,
        "communities.end_ban:contact_id": side.people["banned"].public_id,
        "invitation_id": side.rows["invitation"].public_id,
        "event_id": side.rows["event"].public_id,
        "number": side.rows["rules"].number,
        "version": side.community.version,
        "web.static_file:version": "0",
        "web.hue_sheet:version": "0",
        "hue": 200,
        "name": "nothing.css",
        "kind": "sign-up",
        "key": "nothing",
        "token": new_token(),
        "person_id": person.public_id,
        "accounts.lift_community:community_id": side.community.public_id,
        "accounts.suspend_community:community_id": side.community.public_id,
        "session_id": MISSING,
        "export_id": MISSING,
    }


def missing(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the same arguments with ids that no row has."""
    return {
        name: MISSING if name.rpartition(":")[2].endswith("_id") else value
        for name, value in arguments.items()
    }
