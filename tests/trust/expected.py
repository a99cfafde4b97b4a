"""Who may reach what: written by hand, not read from the decorators it checks.

A new endpoint without an entry here fails the matrix.
"""

from app.communities.models import Visibility
from tests.trust.wire import Answer

TALKING = ("member", "organizer")
LADDER = ("member", "host", "moderator", "organizer", "owner")
ROLE_OF = {"blocked": "organizer", "paid": "member", "lapsed": "member"}
"""Personas that stand on the rung of another."""
OF_THE_BLOCKED = {
    *("communities.ban", "communities.contact", "communities.create_ban"),
    *("communities.create_contact_note", "communities.create_contact_tag"),
    *("communities.create_removal", "communities.create_report_note"),
    *("communities.desk_contact", "communities.edit_role", "communities.removal"),
    *("communities.remove_contact_note", "communities.remove_contact_tag"),
    *("communities.report", "communities.resolve_report", "communities.return_report"),
    *("communities.review_report", "communities.update_role", "communities.update_team"),
    "communities.create_thanks",
}
"""Routes about the member, or what the member reported: to who blocked them they are not there."""
OF_THE_LADDER = {
    *("billing.create_cancellation", "billing.create_portal", "billing.remove_cancellation"),
    *("events.answer_attendance", "events.return_attendance"),
    *("matching.create_hello", "matching.create_postponement", "matching.create_refusal"),
    *("matching.create_withdrawal", "matching.reasons", "matching.remove_set_aside"),
}
"""Routes to rows that each of the ladder has, and the paid and the lapsed member have not."""
STRANGERS = ("anonymous", "suspended")
OPEN = {Visibility.PUBLIC, Visibility.UNLISTED}
OFFERED = {"between", "buyer", "member", "open", "seat"}

GROUPS: dict[str, str] = {
    # anyone at all, whatever community they belong to
    "anyone": """
        accounts.create_demo_session accounts.create_magic accounts.create_reset
        accounts.create_session accounts.create_sign_up accounts.forgotten accounts.magic
        accounts.mail_sent accounts.sign_in accounts.sign_out accounts.sign_up
        accounts.code accounts.create_code
        communities.index notices.create health.healthz health.readyz home.file home.index
        home.house_preview
        home.outbox home.answer_outbox_mail home.outbox_letter home.outbox_mail
        styleguide.show web.display web.favicon web.hue_sheet web.robots web.static_file
    """,
    # whoever holds a secret link
    "token": """
        billing.cancel_order billing.create_payment billing.order billing.receipt
        accounts.create_person accounts.create_setup accounts.open_address accounts.open_magic
        accounts.open_reset accounts.open_sign_up accounts.setup accounts.update_address
        accounts.update_reset accounts.use_magic communities.accept_invitation
        communities.create_claim communities.invitation communities.show_claim
        events.change_seat events.claim events.confirm_seat events.create_claim events.feed
        events.return_ticket events.ticket events.tickets events.update_ticket
        events.return_seat events.seat home.create_unsubscribe home.unsubscribe
    """,
    # any person of the installation, about themselves
    "person": """
        accounts.address accounts.blocks accounts.confirm accounts.create_address
        accounts.create_erasure accounts.create_export accounts.create_proof
        accounts.create_recovery_codes accounts.create_second_factor accounts.data
        accounts.erasure accounts.notices accounts.password accounts.remove_block
        accounts.remove_other_sessions accounts.remove_second_factor accounts.second_factor
        accounts.second_factor_picture accounts.security accounts.sessions accounts.settings
        accounts.update_language accounts.update_notices accounts.update_password
        accounts.update_settings
        communities.create communities.new events.create_feed events.feeds_page
        events.remove_feed home.me
    """,
    # a row of one person's own, here the site admin's: to everyone else it is not there
    "own": "accounts.remove_session accounts.show_export",
    "site": """
        accounts.create_site_admin accounts.lift_community accounts.lift_person
        accounts.remove_site_admin accounts.site accounts.site_communities accounts.site_people
        accounts.site_person accounts.suspend_community accounts.suspend_person
        accounts.suspension accounts.update_site
        communities.resolve_site_report communities.site_reports
    """,
    # within a community
    "open": """
        billing.membership communities.mark events.calendar events.index events.mailed
        events.preview events.show
    """,
    # a seat of one's own at an event
    "seat": "events.answer_attendance events.return_attendance",
    # the same, but a private community shows its door there
    "front": "communities.rules home.community home.preview",
    # whoever may come to an event without being a member
    "guest": "events.create_guest",
    # whoever may come, as a member or not
    "buyer": "events.create_order",
    "door": "communities.join communities.withdraw_request",
    # the door, for someone with an account
    "knock": "communities.create_membership",
    "member": """
        billing.create_cancellation billing.create_membership billing.create_portal
        billing.remove_cancellation billing.remove_free
        communities.block_contact communities.card communities.consent_to_rules
        communities.contact communities.create_facet communities.end_membership
        communities.create_report communities.create_thanks communities.leave communities.members
        communities.new_report communities.own_reports communities.remove_facet
        communities.remove_picture communities.update_card
        communities.update_facet communities.update_picture communities.welcome
        conversations.index matching.create_hello matching.create_withdrawal
        matching.introductions
        events.create_attendance matching.index matching.update_choices
        matching.choices matching.create_postponement matching.create_refusal
        matching.reasons matching.remove_set_aside matching.step matching.update_step
    """,
    # two members among themselves: to everyone else, owners too, it is not there
    "between": """
        conversations.block conversations.create_closing conversations.create_departure
        conversations.create_message conversations.create_muting conversations.remove_muting
        conversations.show
        matching.create_answer matching.introduction
    """,
    "host": """
        events.attendees events.cancellation
        events.check_in events.create events.create_cancellation events.create_check_in
        events.create_scan events.create_ticket_type events.edit_ticket_type
        events.new_ticket_type events.remove_ticket_type events.ticket_types
        events.update_deadline events.update_ticket_type
        events.create_confirmation events.create_repeats events.create_walk_in events.desk
        events.edit events.export events.new events.remove events.repeats
        events.undo_check_in events.update home.desk
    """,
    "moderator": """
        communities.ban communities.bans communities.create_ban communities.create_removal
        communities.decide_requests communities.end_ban communities.removal
        communities.act_on_members communities.create_contact_note communities.create_contact_tag
        communities.create_report_note communities.desk_contact communities.desk_members
        communities.remove_contact_note communities.remove_contact_tag
        communities.remove_members communities.report communities.reports communities.requests
        communities.resolve_report communities.return_report communities.review_report
    """,
    "organizer": """
        billing.archive_plan billing.create_offline_payment billing.create_plan
        billing.create_refund billing.create_sale billing.edit_plan billing.export_sales
        billing.members billing.money billing.new_plan billing.orders billing.plans
        billing.publish_plan billing.revoke_grant billing.settle_finding billing.show_order
        billing.update_plan
        analytics.people analytics.show analytics.show_cohorts
        analytics.update_counting
        communities.announcement communities.announcements
        communities.checklist communities.consents communities.create_import
        communities.drop_import communities.end_checklist communities.imports
        communities.show_import communities.start_import communities.undo_import
        communities.update_import communities.record_imports
        communities.create_record_import communities.import_rejects
        communities.accounts communities.choose_account communities.create_account_link
        communities.remove_account_link
        communities.create_announcement communities.create_invitation communities.door
        communities.members_csv communities.new_announcement communities.preview_announcement
        communities.edit_role communities.edit_rules communities.invitation_code
        communities.invitations communities.remove_mark communities.revoke_invitation
        communities.roles communities.settings communities.show_invitation
        communities.update_door communities.update_mark communities.update_role
        communities.update_rules communities.update_settings communities.update_team
        events.cancel_ticket events.create_sale events.export_tickets events.issued
        events.new_sale events.sales
    """,
    "owner": """
        billing.account_return billing.create_account billing.disconnect
        communities.closing communities.create_closing communities.create_export
        communities.end_closing communities.export communities.transfer_ownership
    """,
}

EXCUSED: dict[str, tuple[Answer, ...]] = {
    # the way is open, but this world holds no such row
    "accounts.create_demo_session": (Answer.NOTHING,),  # no demo
    "accounts.create_recovery_codes": (Answer.NOTHING,),  # nobody has a second factor
    "accounts.second_factor_picture": (Answer.NOTHING,),  # nor begins with one
    "communities.mark": (Answer.NOTHING, Answer.SIGN_IN),  # nobody chose one
    "communities.choose_account": (Answer.NOTHING,),  # no account is named
    "communities.create_account_link": (Answer.NOTHING,),
    "communities.remove_account_link": (Answer.NOTHING,),
    "home.file": (Answer.NOTHING,),
    "home.answer_outbox_mail": (Answer.NOTHING,),
    "home.outbox_letter": (Answer.NOTHING,),
    "home.outbox_mail": (Answer.NOTHING,),
    # the answer itself leads to the sign-in page or the door
    "accounts.code": (Answer.SIGN_IN,),
    "accounts.update_address": (Answer.SIGN_IN,),
    "communities.create_claim": (Answer.SIGN_IN,),
    "accounts.create_code": (Answer.SIGN_IN,),
    "accounts.sign_out": (Answer.SIGN_IN,),
    "communities.accept_invitation": (Answer.SIGN_IN,),
    "communities.create_membership": (Answer.OFFER,),
    "communities.withdraw_request": (Answer.OFFER,),
    # pictures for chats: none is drawn where strangers see nothing
    "home.preview": (Answer.NOTHING,),
}
"""Answers that stand for `in` at some endpoints, with the reason."""

GROUP_OF = {name: group for group, names in GROUPS.items() for name in names.split()}


def expected(persona: str, endpoint: str, visibility: Visibility) -> Answer:
    """Return the answer that a persona of side a gets there."""
    group, role = GROUP_OF[endpoint], ROLE_OF.get(persona, persona)
    if group in {"anyone", "token"}:
        return Answer.IN
    if group == "person":
        return Answer.SIGN_IN if persona in STRANGERS else Answer.IN
    if group in {"own", "site"}:
        return _one_of(persona, persona == "site_admin")
    if persona in ROLE_OF and _is_missing(persona, endpoint):
        return Answer.NOTHING
    return _within(role, group) if role in LADDER else _outside(persona, group, visibility)


def _is_missing(persona: str, endpoint: str) -> bool:
    """Say whether what a persona's rung would reach is not there for them."""
    if persona == "blocked":
        return endpoint in OF_THE_BLOCKED or GROUP_OF[endpoint] == "between"
    return endpoint in OF_THE_LADDER or GROUP_OF[endpoint] == "between"


def _within(persona: str, group: str) -> Answer:
    """Return what someone gets who belongs."""
    if group == "guest":
        return Answer.NOTHING  # members have a seat of their own
    if group == "between":
        return Answer.IN if persona in TALKING else Answer.NOTHING
    rung = LADDER.index(group) if group in LADDER else 0
    return Answer.IN if LADDER.index(persona) >= rung else Answer.NOTHING


def _outside(persona: str, group: str, visibility: Visibility) -> Answer:
    """Return what someone gets who does not belong."""
    is_banned = persona == "banned"
    if group in {"open", "front"} and visibility in OPEN:
        return Answer.IN
    if group == "front" and visibility is Visibility.PRIVATE and not is_banned:
        return Answer.OFFER
    if group in {"guest", "buyer"} and visibility in OPEN and not is_banned:
        return Answer.IN
    is_door = group == "door" or (group == "knock" and persona not in STRANGERS)
    if is_door and visibility is not Visibility.SECRET and not is_banned:
        return Answer.IN
    if persona in STRANGERS:
        return Answer.SIGN_IN
    may_knock = visibility is not Visibility.SECRET and not is_banned
    if group == "seat" and visibility in OPEN:
        may_knock = False  # they may look at the event: the seat is what is not there
    return Answer.OFFER if may_knock and group in OFFERED else Answer.NOTHING


def _one_of(persona: str, is_allowed: bool) -> Answer:  # noqa: FBT001 - one private use
    if persona in STRANGERS:
        return Answer.SIGN_IN
    return Answer.IN if is_allowed else Answer.NOTHING
