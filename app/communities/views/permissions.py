"""What each permission allows, in words."""

from collections.abc import Set as AbstractSet

from flask_babel import gettext as _


def permission_groups(known: AbstractSet[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return (heading, [(permission, words)]) of the permissions that some role has."""
    return [
        (heading, kept)
        for heading, rows in _everything()
        if (kept := [(key, words) for key, words in rows if key in known])
    ]


def _everything() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            _("Taking part"),
            [
                ("community.view", _("Read the community's pages")),
                ("members.view", _("See the members")),
                ("card.edit", _("Edit one's own card")),
                ("events.attend", _("Come to events")),
                ("tickets.buy", _("Buy tickets")),
                ("matches.view", _("See suggested matches")),
                ("conversations.take_part", _("Write with members they were introduced to")),
                ("plans.view", _("See the plans")),
                ("membership.manage", _("Choose a plan and end it")),
                ("members.block", _("Block someone")),
                ("reports.create", _("Report what breaks a rule")),
            ],
        ),
        (
            _("Hosting"),
            [
                ("desk.view", _("Open the desk")),
                ("events.manage", _("Make and change events")),
                ("events.check_in", _("Check people in")),
            ],
        ),
        (
            _("Care"),
            [
                ("joining.decide", _("Approve or decline requests")),
                ("reports.handle", _("Handle reports")),
                ("members.manage", _("See and note more about members")),
                ("members.remove", _("Remove members")),
                ("members.ban", _("Ban people")),
            ],
        ),
        (
            _("Organizing"),
            [
                ("invitations.manage", _("Make invitation links")),
                ("members.announce", _("Write to all members")),
                ("members.import", _("Bring people from a file")),
                ("members.export", _("Take the member list out")),
                ("joining.edit", _("Set how people come in")),
                ("rules.edit", _("Write the rules")),
                ("roles.assign", _("Give roles below one's own")),
                ("community.edit", _("Change the settings")),
                ("tickets.refund", _("See ticket sales and give money back")),
                ("plans.manage", _("Write and publish plans")),
                ("money.view", _("See orders, payments and who is on a plan")),
                ("money.manage", _("Note payments, give money back")),
                ("health.view", _("See how healthy the community is")),
            ],
        ),
        (
            _("Owning"),
            [
                ("money.connect", _("Connect an account that takes cards")),
                ("roles.assign_owner", _("Pass the ownership on")),
                ("community.export", _("Take everything out")),
                ("community.close", _("Close the community")),
            ],
        ),
    ]
