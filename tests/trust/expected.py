"""Who may reach what: written by hand, not read from the decorators it checks.

A new endpoint without an entry here fails the matrix.
"""

from app.communities.models import Visibility
from tests.trust.wire import Answer

LADDER = ("member", "host", "moderator", "organizer", "owner")
STRANGERS = ("anonymous", "suspended")
OPEN = {Visibility.PUBLIC, Visibility.UNLISTED}

GROUPS: dict[str, str] = {
    # anyone at all, whatever community they belong to
    "anyone": """
        accounts.create_demo_session accounts.create_magic accounts.create_reset
        accounts.create_session accounts.create_sign_up accounts.forgotten accounts.magic
        accounts.mail_sent accounts.sign_in accounts.sign_out accounts.sign_up
        accounts.code accounts.create_code
        communities.index health.healthz health.readyz home.index
        styleguide.show web.display web.favicon web.hue_sheet web.robots web.static_file
    """,
    # whoever holds a secret link
    "token": """
        accounts.create_person accounts.create_setup accounts.open_address accounts.open_magic
        accounts.open_reset accounts.open_sign_up accounts.setup accounts.update_address
        accounts.update_reset accounts.use_magic communities.accept_invitation
        communities.invitation
    """,
    # any person of the installation, about themselves
    "person": """
        accounts.address accounts.blocks accounts.confirm accounts.create_address
        accounts.create_erasure accounts.create_export accounts.create_proof
        accounts.create_recovery_codes accounts.create_second_factor accounts.data
        accounts.erasure accounts.notices accounts.password accounts.remove_block
        accounts.remove_other_sessions accounts.remove_second_factor accounts.second_factor
        accounts.second_factor_picture accounts.security accounts.sessions accounts.settings
        accounts.update_notices accounts.update_password accounts.update_settings
        communities.create communities.new home.me
    """,
    # a row of the person's own: somebody else's is not there
    "own": "accounts.remove_session accounts.show_export",
    "site": """
        accounts.create_site_admin accounts.lift_community accounts.lift_person
        accounts.remove_site_admin accounts.site accounts.site_communities accounts.site_people
        accounts.site_person accounts.suspend_community accounts.suspend_person
        accounts.update_site
    """,
    # within a community
    "open": "home.community home.preview communities.mark",
    "door": "communities.join communities.create_membership communities.withdraw_request",
    "member": """
        communities.block_contact communities.card communities.consent_to_rules
        communities.contact communities.create_facet communities.end_membership
        communities.leave communities.members communities.remove_facet
        communities.remove_picture communities.rules communities.update_card
        communities.update_facet communities.update_picture communities.welcome
        matching.index matching.update_choices
    """,
    "host": "home.desk home.end_checklist communities.checklist communities.end_checklist",
    "moderator": """
        communities.ban communities.bans communities.create_ban communities.create_removal
        communities.decide_requests communities.end_ban communities.removal
        communities.requests
    """,
    "organizer": """
        analytics.show communities.consents communities.create_invitation communities.door
        communities.edit_role communities.edit_rules communities.invitation_code
        communities.invitations communities.remove_mark communities.revoke_invitation
        communities.roles communities.settings communities.show_invitation
        communities.update_door communities.update_mark communities.update_role
        communities.update_rules communities.update_settings
    """,
    "owner": """
        communities.closing communities.create_closing communities.create_export
        communities.end_closing communities.export communities.transfer_ownership
    """,
}

GROUP_OF = {name: group for group, names in GROUPS.items() for name in names.split()}


def expected(persona: str, group: str, visibility: Visibility) -> Answer:
    """Return the answer that a persona of side a gets there."""
    if group in {"anyone", "token"}:
        return Answer.IN
    if group in {"person", "own"}:
        return Answer.SIGN_IN if persona in STRANGERS else Answer.IN
    if group == "site":
        return _one_of(persona, persona == "site_admin")
    if persona in LADDER:
        rung = {"open": 0, "door": 0}.get(group, LADDER.index(group) if group in LADDER else 0)
        return Answer.IN if LADDER.index(persona) >= rung else Answer.NOTHING
    return _outside(persona, group, visibility)


def _outside(persona: str, group: str, visibility: Visibility) -> Answer:
    """Return what someone gets who does not belong."""
    is_banned = persona == "banned"
    if group == "open" and visibility in OPEN:
        return Answer.IN
    if group == "door" and visibility is not Visibility.SECRET and not is_banned:
        return Answer.IN
    if persona in STRANGERS:
        return Answer.SIGN_IN
    may_knock = visibility is not Visibility.SECRET and not is_banned
    return Answer.OFFER if may_knock and group in {"open", "member"} else Answer.NOTHING


def _one_of(persona: str, is_allowed: bool) -> Answer:  # noqa: FBT001 - one private use
    if persona in STRANGERS:
        return Answer.SIGN_IN
    return Answer.IN if is_allowed else Answer.NOTHING
