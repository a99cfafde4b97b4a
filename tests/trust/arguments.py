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
        "name": "css/tokens.css",
        "kind": "sign-up",
        "key": "nothing",
        "attendance_id": side.rows["attendance"].public_id,
        "mail_id": MISSING,
        "announcement_id": side.rows["announcement"].public_id,
        "note_id": side.rows["note"].public_id,
        "tag_id": side.rows["tag"].public_id,
        "report_id": side.rows["report"].public_id,
        "import_id": side.rows["import_run"].public_id,
        "token": new_token(),
        "person_id": person.public_id,
        "accounts.lift_community:community_id": side.community.public_id,
        "accounts.suspend_community:community_id": side.community.public_id,
        "session_id": MISSING,
        "export_id": MISSING,
    }


def missing(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the same arguments with ids that no row has."""
    ids = {name: MISSING for name in arguments if name.endswith("_id")}
    return {**arguments, **ids, "number": 999_999}
