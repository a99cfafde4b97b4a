"""Announcements: write, look at it, send; and what was sent."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.communities.current import current_community, current_contact
from app.communities.forms.announcements import AnnouncementForm
from app.communities.models import Announcement
from app.communities.queries import announcements as reads
from app.communities.queries.desk_members import chosen_lines
from app.communities.service import announcements as verbs
from app.communities.views.blueprint import blueprint
from app.communities.views.desk_members import address_of, filter_asked
from app.communities.views.viewer import hand, viewer
from app.communities.views.words import role_names, state_names
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.web import once
from app.web.responses import refusals_shown_in, see_other

NEW = "communities/announcements/new.html"
PREVIEW = "communities/announcements/preview.html"


@blueprint.get("/c/<slug>/desk/announcements")
@policy.may("members.announce")
def announcements(slug: str) -> ResponseReturnValue:
    """List what was announced."""
    return render_template(
        "communities/announcements/index.html",
        community=current_community(),
        announcements=reads.announcements(current_community().id, viewer()),
    )


@blueprint.get("/c/<slug>/desk/announcements/new")
@policy.may("members.announce")
def new_announcement(slug: str) -> ResponseReturnValue:
    """Write to members, or to those a filter leaves."""
    return render_template(NEW, **_page(AnnouncementForm()))


@blueprint.post("/c/<slug>/desk/announcements/preview")
@policy.may("members.announce")
def preview_announcement(slug: str) -> ResponseReturnValue:
    """Show an announcement as its readers get it, with their number."""
    form = AnnouncementForm()
    page = _page(form)
    if not form.validate() or request.form.get("act") == "change":
        return render_template(NEW, **page), 422 if form.errors else 200
    with refusals_shown_in(NEW, **page):
        if not page["number"]:
            raise verbs.NobodyReached
        page["draft"] = verbs.tidied(_draft(form))
        if request.form.get("act") == "trial":
            verbs.send_trial(
                current_community(), page["draft"], author=current_contact(), now=clock.now()
            )
            db.session.commit()
            flash(_("A trial mail is on its way to you."), "good")
    return render_template(PREVIEW, **page)


@blueprint.post("/c/<slug>/desk/announcements")
@policy.may("members.announce")
def create_announcement(slug: str) -> ResponseReturnValue:
    """Send an announcement, once for each look at it."""
    form, person_id = AnnouncementForm(), person_here().id
    page = _page(form)
    if not form.validate():
        return render_template(NEW, **page), 422
    with refusals_shown_in(NEW, **page):
        if sent := once.made_before(person_id):
            return see_other(sent)
        made = verbs.announce(
            current_community(),
            _draft(form),
            author=current_contact(),
            by=hand(),
            now=clock.now(),
        )
        address = url_for("communities.announcement", slug=slug, announcement_id=made.public_id)
        once.keep(person_id, address)
        db.session.commit()
    flash(_("The mails are on their way."), "good")
    return see_other(address)


@blueprint.get("/c/<slug>/desk/announcements/<announcement_id>")
@policy.may("members.announce")
def announcement(slug: str, announcement_id: str) -> ResponseReturnValue:
    """Show what was sent, and to how many."""
    found: Announcement | None = reads.announcement_by_id(current_community().id, announcement_id)
    if found is None:
        raise NotThere
    return render_template(
        "communities/announcements/show.html", community=current_community(), announcement=found
    )


def _draft(form: AnnouncementForm) -> verbs.Draft:
    return verbs.Draft(
        subject=form.subject.data or "",
        words=form.words.data or "",
        audience=_audience(),
        answers_to_author=bool(form.answers_to_author.data),
    )


def _audience() -> dict[str, Any]:
    """Return whom the address or the form names: ticked people, or a filter."""
    ticked = request.values.getlist("to")[:500]
    if ticked:
        return {"contacts": [public_id[:16] for public_id in ticked]}
    return {"filter": filter_asked(request.values).as_json()}


def _page(form: AnnouncementForm) -> dict[str, Any]:
    community, audience = current_community(), _audience()
    ticked = audience.get("contacts", [])
    lines = chosen_lines(community, viewer(), ticked) if ticked else []
    return {
        "community": community,
        "form": form,
        "number": reads.reached(community, viewer(), audience),
        "names": [line.contact.name for line in lines],
        "ticked": ticked,
        "chosen": filter_asked(request.values),
        "address": address_of(filter_asked(request.values), sort=None),
        "roles": role_names(),
        "states": state_names(),
        "author": current_contact(),
        "refusal": None,
    }
