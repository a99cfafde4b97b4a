"""The end of a membership: leaving, removing, banning, and lifting a ban."""

from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.communities import queries
from app.communities.current import current_community
from app.communities.forms.joining import BanForm, RemovalForm
from app.communities.models import Contact, Membership
from app.communities.service import memberships as service
from app.communities.views.blueprint import blueprint
from app.communities.views.viewer import hand
from app.core import clock, policy, storage
from app.core.database import db
from app.core.errors import NotThere
from app.web.responses import refusals_shown_in, see_other

LEAVE = "communities/belonging/leave.html"
REMOVE = "communities/belonging/remove.html"
BAN = "communities/belonging/ban.html"


@blueprint.get("/c/<slug>/leave")
@policy.may("community.leave")
def leave(slug: str) -> ResponseReturnValue:
    """Say what leaving means, before it is done."""
    return render_template(LEAVE, community=current_community(), refusal=None)


@blueprint.post("/c/<slug>/membership/end")
@policy.may("community.leave")
def end_membership(slug: str) -> ResponseReturnValue:
    """Leave the community."""
    with refusals_shown_in(LEAVE, community=current_community()):
        service.leave(hand().membership, now=clock.now())
        db.session.commit()
    flash(_("You have left %(name)s.", name=current_community().name), "good")
    return see_other(url_for("home.index"))


@blueprint.get("/c/<slug>/desk/members/<contact_id>/removal")
@policy.may("members.remove")
def removal(slug: str, contact_id: str) -> ResponseReturnValue:
    """Say what removing means, before it is done."""
    contact, _membership = _member_or_404(contact_id)
    return render_template(REMOVE, **_page(contact, RemovalForm(None)))


@blueprint.post("/c/<slug>/desk/members/<contact_id>/removal")
@policy.may("members.remove")
def create_removal(slug: str, contact_id: str) -> ResponseReturnValue:
    """Remove a member."""
    contact, membership = _member_or_404(contact_id)
    form = RemovalForm()
    if not form.validate():
        return render_template(REMOVE, **_page(contact, form)), 422
    with refusals_shown_in(REMOVE, **_page(contact, form)):
        service.remove(membership, words=form.words.data or "", by=hand(), now=clock.now())
        db.session.commit()
    flash(_("%(name)s is a member no more.", name=contact.name), "good")
    return see_other(url_for("communities.desk_members", slug=slug))


@blueprint.get("/c/<slug>/desk/bans", endpoint="bans")
@policy.may("members.ban")
def list_bans(slug: str) -> ResponseReturnValue:
    """List who may not come back."""
    return render_template(
        "communities/belonging/bans.html",
        community=current_community(),
        rows=queries.current_bans(current_community().id, person_here().id),
        file_url=storage.file_url,
    )


@blueprint.get("/c/<slug>/desk/members/<contact_id>/ban")
@policy.may("members.ban")
def ban(slug: str, contact_id: str) -> ResponseReturnValue:
    """Say what banning means, before it is done."""
    return render_template(BAN, **_page(_other_or_404(contact_id), BanForm(None)))


@blueprint.post("/c/<slug>/desk/members/<contact_id>/ban")
@policy.may("members.ban")
def create_ban(slug: str, contact_id: str) -> ResponseReturnValue:
    """Ban a person."""
    contact = _other_or_404(contact_id)
    form = BanForm()
    if not form.validate():
        return render_template(BAN, **_page(contact, form)), 422
    with refusals_shown_in(BAN, **_page(contact, form)):
        service.ban(contact, reason=form.reason.data or "", by=hand(), now=clock.now())
        db.session.commit()
    flash(_("The doors stay shut for %(name)s.", name=contact.name), "good")
    return see_other(url_for("communities.bans", slug=slug))


@blueprint.post("/c/<slug>/desk/members/<contact_id>/ban/end")
@policy.may("members.ban")
def end_ban(slug: str, contact_id: str) -> ResponseReturnValue:
    """Lift a ban."""
    contact = _other_or_404(contact_id)
    found = queries.current_ban(contact)
    if found is not None:
        service.lift_ban(found, by=hand(), now=clock.now())
        db.session.commit()
    flash(_("%(name)s may come back.", name=contact.name), "good")
    return see_other(url_for("communities.bans", slug=slug))


def _other_or_404(contact_id: str) -> Contact:
    """Return a contact that is not oneself."""
    contact = queries.seen_contact(current_community().id, contact_id, person_here().id)
    if contact is None or contact.person_id == person_here().id:
        raise NotThere
    return contact


def _member_or_404(contact_id: str) -> tuple[Contact, Membership]:
    contact = _other_or_404(contact_id)
    membership = queries.membership_of(contact)
    if membership is None:
        raise NotThere
    return contact, membership


def _page(contact: Contact, form: Any) -> dict[str, Any]:
    return {
        "community": current_community(),
        "contact": contact,
        "form": form,
        "picture_url": storage.file_url(contact.picture_key) if contact.picture_key else None,
        "refusal": None,
    }
