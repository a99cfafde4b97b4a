"""Mails about belonging: asked, decided, welcomed, removed, rules changed, closing."""

from datetime import datetime

from app.communities import queries
from app.communities.models import (
    Community,
    CommunityExport,
    Contact,
    JoinRequest,
    JoinRequestState,
    Membership,
    RulesVersion,
)
from app.communities.queries.addressees import addressee, addressees
from app.communities.service.mails import tell
from app.core.database import db
from app.core.notices import register_kind
from app.core.text import N_

register_kind("communities.welcome", title=N_("A welcome when you join"), required=True)
register_kind(
    "communities.join_request", title=N_("Someone asks to join"), permission="joining.decide"
)
register_kind("communities.decision", title=N_("The answer to your request"), required=True)
register_kind("communities.removed", title=N_("The end of your membership"), required=True)
register_kind("communities.rules_changed", title=N_("The rules changed"))
register_kind("communities.closing", title=N_("A community closes"), required=True)
register_kind("communities.inherited", title=N_("A community passes to you"), required=True)
register_kind("communities.export", title=N_("Your export is ready"), required=True)


def welcome(membership: Membership, *, community: Community, now: datetime) -> None:
    """Welcome a new member, once a period."""
    if membership.welcomed_at is not None:
        return
    membership.welcomed_at = now
    tell(
        addressee(membership.contact),
        "welcome",
        membership.id,
        subject=N_("Welcome to %(community_name)s"),
        community=community,
        words=community.welcome,
    )


def tell_organizers(request: JoinRequest, *, contact: Contact, community: Community) -> None:
    """Tell those who decide that someone waits; a blocked pair hears nothing of each other."""
    asking = addressee(contact)
    for reader in addressees(queries.contacts_who_may(community.id, "joining.decide")):
        tell(
            reader,
            "join_request",
            f"{request.id}:{reader.contact_id}",
            subject=N_("%(asking_name)s asks to join %(community_name)s"),
            community=community,
            cause=asking,
            asking_name=contact.name,
            answers=request.answers,
        )


def tell_decision(request: JoinRequest, *, community: Community) -> None:
    """Tell someone how their request was decided."""
    is_approved = request.state is JoinRequestState.APPROVED
    tell(
        addressee(request.contact),
        "decision",
        request.id,
        subject=N_("Welcome to %(community_name)s")
        if is_approved
        else N_("Your request to join %(community_name)s"),
        template="approved" if is_approved else "declined",
        community=community,
        reply=request.reply,
        words=community.welcome,
    )


def tell_removed(membership: Membership) -> None:
    """Tell someone that they are a member no more, with the words left for them."""
    tell(
        addressee(membership.contact),
        "removed",
        membership.id,
        subject=N_("Your membership of %(community_name)s has ended"),
        community=db.session.get_one(Community, membership.community_id),
        words=membership.end_words,
    )


def tell_rules_changed(version: RulesVersion) -> int:
    """Ask every member who has not agreed to read the new rules; return how many there are."""
    community = db.session.get_one(Community, version.community_id)
    readers = addressees(queries.members_to_ask(version))
    for reader in readers:
        tell(
            reader,
            "rules_changed",
            f"{version.id}:{reader.contact_id}",
            subject=N_("The rules of %(community_name)s changed"),
            community=community,
            note=version.note,
        )
    return len(readers)


def tell_closing(community: Community) -> int:
    """Tell every member when their community will be gone; return how many there are."""
    readers = addressees(queries.current_members(community.id))
    for reader in readers:
        tell(
            reader,
            "closing",
            f"{community.id}:{community.closing_at}:{reader.contact_id}",
            subject=N_("%(community_name)s is closing"),
            community=community,
            closing_at=community.closing_at,
        )
    return len(readers)


def tell_inherited(membership: Membership, *, community: Community) -> None:
    """Tell someone that they own a community since its last owner is gone."""
    tell(
        addressee(membership.contact),
        "inherited",
        membership.id,
        subject=N_("%(community_name)s is in your hands now"),
        community=community,
    )


def tell_export_ready(export: CommunityExport, *, contact: Contact) -> None:
    """Tell the owner that the export can be fetched."""
    tell(
        addressee(contact),
        "export",
        export.id,
        subject=N_("The export of %(community_name)s is ready"),
        community=db.session.get_one(Community, export.community_id),
        expires_at=export.expires_at,
    )
