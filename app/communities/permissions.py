"""The permission map: which built-in role may do what, and what strangers may.

The rows of `role` and `role_permission` are seeded from here by the migration; requests read the
rows, so a change of a row counts from the next request on.
"""

from app.communities.models import Visibility

MEMBER = frozenset(
    {
        "community.view",
        "community.leave",
        "community.join",
        "rules.consent",
        "card.edit",
        "members.view",
        "members.block",
        "reports.create",
        "events.view",
        "events.view_members",
        "events.attend",
        "tickets.buy",
        "matches.view",
        "plans.view",
        "membership.manage",
        "conversations.take_part",
    }
)
HOST = MEMBER | {"desk.view", "events.manage", "events.check_in"}
MODERATOR = HOST | {
    "reports.handle",
    "members.manage",
    "members.remove",
    "members.ban",
    "joining.decide",
}
ORGANIZER = MODERATOR | {
    "members.export",
    "members.import",
    "members.announce",
    "invitations.manage",
    "joining.edit",
    "rules.edit",
    "roles.assign",
    "community.edit",
    "health.view",
    "tickets.refund",
    "money.view",
    "money.manage",
    "plans.manage",
}
OWNER = ORGANIZER | {"money.connect", "roles.assign_owner", "community.export", "community.close"}

BUILT_IN: dict[str, tuple[int, frozenset[str]]] = {
    "member": (10, MEMBER),
    "host": (20, HOST),
    "moderator": (30, MODERATOR),
    "organizer": (40, ORGANIZER),
    "owner": (50, OWNER),
}
"""Role -> (rank, permissions)."""

OPEN_HOUSE = frozenset(
    {
        "community.view",
        "community.join",
        "events.view",
        "events.attend_as_guest",
        "tickets.buy",
        "plans.view",
    }
)
STRANGER: dict[Visibility, frozenset[str]] = {
    Visibility.PUBLIC: OPEN_HOUSE,
    Visibility.UNLISTED: OPEN_HOUSE,
    Visibility.PRIVATE: frozenset({"community.join"}),
    Visibility.SECRET: frozenset(),
}
"""What someone who is not a member may do, by the community's visibility."""

WITHOUT_CONSENT = frozenset(
    {"community.view", "community.join", "community.leave", "rules.consent", "events.view"}
)
"""What remains open to a member who has not yet agreed to changed rules."""
