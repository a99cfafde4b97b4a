"""One contact as organizers see it: history, notes, tags, ban."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.communities import queries
from app.communities.current import current_community, current_contact
from app.communities.forms.desk_members import ContactNoteForm, TagForm
from app.communities.models import Contact, EndReason, JoinedVia, Tag
from app.communities.queries import desk_members as reads
from app.communities.queries.people import notes_about, shown_facets
from app.communities.service import tags as verbs
from app.communities.service.team import mark_team
from app.communities.views.blueprint import blueprint
from app.communities.views.members import contact_or_404
from app.communities.views.viewer import viewer
from app.communities.views.words import facet_kinds, role_names, state_names
from app.core import clock, policy, storage
from app.core.database import db, within
from app.core.errors import NotThere
from app.web import once
from app.web.responses import refusals_shown_in, see_other

PAGE = "communities/desk/contact.html"


@blueprint.get("/c/<slug>/desk/members/<contact_id>")
@policy.may("members.manage")
def desk_contact(slug: str, contact_id: str) -> ResponseReturnValue:
    """Show what organizers know of a contact."""
    return render_template(PAGE, **_page(contact_or_404(contact_id)))


@blueprint.post("/c/<slug>/desk/members/<contact_id>/notes")
@policy.may("members.manage")
def create_contact_note(slug: str, contact_id: str) -> ResponseReturnValue:
    """Keep a note about a contact."""
    contact, form = contact_or_404(contact_id), ContactNoteForm()
    page = _page(contact, note_form=form)
    if not form.validate():
        return render_template(PAGE, **page), 422
    with refusals_shown_in(PAGE, form=form, **page):
        if once.is_first(person_here().id):
            words = form.words.data or ""
            verbs.write_note(contact, author=current_contact(), words=words, now=clock.now())
            db.session.commit()
    return _back(slug, contact_id)


@blueprint.post("/c/<slug>/desk/members/<contact_id>/notes/<note_id>/removal")
@policy.may("members.manage")
def remove_contact_note(slug: str, contact_id: str, note_id: str) -> ResponseReturnValue:
    """Remove a note about a contact."""
    verbs.remove_note(contact_or_404(contact_id), note_id)
    db.session.commit()
    flash(_("The note is removed."), "good")
    return _back(slug, contact_id)


@blueprint.post("/c/<slug>/desk/members/<contact_id>/tags")
@policy.may("members.manage")
def create_contact_tag(slug: str, contact_id: str) -> ResponseReturnValue:
    """Put a tag on a contact."""
    contact, form = contact_or_404(contact_id), TagForm()
    page = _page(contact, tag_form=form)
    if not form.validate():
        return render_template(PAGE, **page), 422
    with refusals_shown_in(PAGE, form=form, **page):
        verbs.put_tag(current_community(), [contact], name=form.tag.data or "")
        db.session.commit()
    return _back(slug, contact_id)


@blueprint.post("/c/<slug>/desk/members/<contact_id>/tags/<tag_id>/removal")
@policy.may("members.manage")
def remove_contact_tag(slug: str, contact_id: str, tag_id: str) -> ResponseReturnValue:
    """Take a tag off a contact."""
    contact = contact_or_404(contact_id)
    tag: Tag | None = db.session.scalar(
        within(Tag, contact.community_id).where(Tag.public_id == tag_id)
    )
    if tag is None:
        raise NotThere
    verbs.take_tag(current_community(), [contact], tag=tag)
    db.session.commit()
    return _back(slug, contact_id)


@blueprint.post("/c/<slug>/desk/members/<contact_id>/team")
@policy.may("community.edit")
def update_team(slug: str, contact_id: str) -> ResponseReturnValue:
    """Count a contact to the team, or like everyone else."""
    contact, is_team = contact_or_404(contact_id), request.form.get("is_team") == "yes"
    if mark_team(contact, is_team=is_team, by=person_here()):
        flash(_("The health numbers follow within the hour, those of the past too."), "good")
    db.session.commit()
    return _back(slug, contact_id)


def _page(
    contact: Contact,
    *,
    note_form: ContactNoteForm | None = None,
    tag_form: TagForm | None = None,
) -> dict[str, Any]:
    community = current_community()
    line = reads.chosen_lines(community, viewer(), [contact.public_id])[0]
    facets: dict[str, list[str]] = {}
    for facet in shown_facets(contact.community_id, [contact.id]):
        facets.setdefault(facet.kind.value, []).append(facet.value)
    return {
        "community": community,
        "contact": contact,
        "line": line,
        "periods": reads.memberships_of(contact),
        "ban": queries.current_ban(contact),
        "notes": notes_about(contact, viewer()),
        "known_tags": [tag.name for tag, _count in reads.tags_of(community.id)],
        "kinds": [(kind, facets[kind.key]) for kind in facet_kinds() if kind.key in facets],
        "roles": role_names(),
        "states": state_names(),
        "doors": _doors(),
        "ends": _ends(),
        "note_form": note_form or ContactNoteForm(None),
        "tag_form": tag_form or TagForm(None),
        "picture_url": storage.file_url(contact.picture_key) if contact.picture_key else None,
        "refusal": None,
    }


def _doors() -> dict[str, str]:
    return {
        JoinedVia.FOUNDING.value: _("founded the community"),
        JoinedVia.OPEN.value: _("came by the open door"),
        JoinedVia.QUESTIONS.value: _("answered the questions"),
        JoinedVia.APPROVAL.value: _("was let in by an organizer"),
        JoinedVia.INVITATION.value: _("came by an invitation"),
        JoinedVia.IMPORT.value: _("claimed an imported card"),
        JoinedVia.EVENT.value: _("stayed after an event"),
    }


def _ends() -> dict[str, str]:
    return {
        EndReason.LEFT.value: _("left"),
        EndReason.REMOVED.value: _("was removed"),
        EndReason.BANNED.value: _("was banned"),
        EndReason.CLOSED.value: _("the community closed"),
        EndReason.ERASED.value: _("closed their account"),
        EndReason.UNDONE.value: _("the import was undone"),
    }


def _back(slug: str, contact_id: str) -> ResponseReturnValue:
    return see_other(url_for("communities.desk_contact", slug=slug, contact_id=contact_id))
