"""Roles: the permission map as a table, who holds what, and how it changes."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.communities import queries
from app.communities.current import current_community, current_membership, may
from app.communities.models import Contact, Membership
from app.communities.service import roles as service
from app.communities.views.blueprint import blueprint
from app.communities.views.permissions import permission_groups
from app.communities.views.viewer import hand
from app.communities.views.words import role_names
from app.core import policy, storage
from app.core.database import db
from app.core.errors import NotThere
from app.web.responses import refusals_shown_in, see_other

PAGE = "communities/roles/show.html"
EDIT = "communities/roles/edit.html"


@blueprint.get("/c/<slug>/desk/roles", endpoint="roles")
@policy.may("roles.assign")
def show_roles(slug: str) -> ResponseReturnValue:
    """Show who holds which role, and what each role may."""
    roles = queries.roles()
    return render_template(
        PAGE,
        community=current_community(),
        me=current_membership(),
        holders=queries.holders(current_community().id, person_here().id),
        roles=roles,
        groups=permission_groups(frozenset().union(*(role.permissions for role in roles))),
        names=role_names(),
        file_url=storage.file_url,
    )


@blueprint.get("/c/<slug>/desk/members/<contact_id>/role")
@policy.may("roles.assign")
def edit_role(slug: str, contact_id: str) -> ResponseReturnValue:
    """Show which roles a member can be given."""
    return render_template(EDIT, **_page(*_member_or_404(contact_id)))


@blueprint.post("/c/<slug>/desk/members/<contact_id>/role")
@policy.may("roles.assign")
def update_role(slug: str, contact_id: str) -> ResponseReturnValue:
    """Give a member a role; it counts from their next request on."""
    contact, membership = _member_or_404(contact_id)
    role = request.form.get("role", "")
    with refusals_shown_in(EDIT, **_page(contact, membership)):
        service.assign_role(membership, role, by=hand())
        db.session.commit()
    names = role_names()
    flash(_("%(name)s is now: %(role)s.", name=contact.name, role=names.get(role, role)), "good")
    return _back(slug)


@blueprint.post("/c/<slug>/desk/members/<contact_id>/ownership")
@policy.may("roles.assign_owner")
def transfer_ownership(slug: str, contact_id: str) -> ResponseReturnValue:
    """Pass the ownership on to a member."""
    contact, membership = _member_or_404(contact_id)
    with refusals_shown_in(EDIT, **_page(contact, membership)):
        service.transfer_ownership(membership, by=hand())
        db.session.commit()
    flash(_("%(name)s owns the community now. You are an organizer.", name=contact.name), "good")
    return _back(slug)


def _member_or_404(contact_id: str) -> tuple[Contact, Membership]:
    contact = queries.seen_contact(current_community().id, contact_id, person_here().id)
    membership = queries.membership_of(contact) if contact else None
    if contact is None or membership is None:
        raise NotThere
    return contact, membership


def _page(contact: Contact, membership: Membership) -> dict[str, Any]:
    mine = current_membership()
    ranks = queries.ranks()
    own_rank = ranks[mine.role_key] if mine else 0
    is_me = mine is not None and mine.id == membership.id
    return {
        "community": current_community(),
        "contact": contact,
        "membership": membership,
        "is_me": is_me,
        "names": role_names(),
        "choices": [key for key, rank in sorted(ranks.items(), key=_by_rank) if rank < own_rank],
        "is_below_me": is_me or ranks[membership.role_key] < own_rank,
        "may_transfer": may("roles.assign_owner") and not is_me,
        "file_url": storage.file_url,
        "refusal": None,
    }


def _by_rank(pair: tuple[str, int]) -> int:
    return -pair[1]


def _back(slug: str) -> ResponseReturnValue:
    return see_other(url_for("communities.roles", slug=slug))
