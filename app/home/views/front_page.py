"""A community's front page: personless and kept for strangers, with faces for members."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.current import current_person
from app.communities import queries as communities
from app.communities.current import current_community, current_membership, standing
from app.communities.models import Contact
from app.communities.queries.people import Viewer
from app.core import clock, policy
from app.core.errors import NotThere
from app.core.storage import storage
from app.home.queries import front_page
from app.home.queries.gatherings import coming_here
from app.home.views.blueprint import blueprint
from app.web.previews import preview_png, shown_in_chats
from app.web.responses import kept_already, kept_page
from app.web.visitor import is_personless

COMING = 5


def kept() -> ResponseReturnValue | None:
    """Answer a stranger from the kept page, if it is made already: one statement."""
    if not is_personless():
        return None
    slug = (request.view_args or {}).get("slug", "")
    g.fingerprint = front_page.fingerprint(slug, clock.now())
    return kept_already(_key()) if g.fingerprint else None


@blueprint.get("/c/<slug>")
@policy.may("community.view", shortcut=kept)
def community(slug: str) -> ResponseReturnValue:
    """Show what a community is for, what comes next, and how to come in."""
    contact = standing().contact
    if contact is not None and current_membership() is not None:
        return _members_page(contact)
    if g.get("fingerprint"):
        return kept_page(_key(), _strangers_page)
    return _strangers_page()


@blueprint.get("/c/<slug>/preview/<int:version>.png")
@policy.may("community.view")
def preview(slug: str, version: int) -> ResponseReturnValue:
    """Send the picture a chat shows of a link here; `version` makes its address new."""
    here = current_community()
    if here.visibility not in front_page.OPEN or version > here.version:
        raise NotThere
    mark = None
    if here.mark_key:
        with storage().open(here.mark_key) as file:
            mark = file.read()
    return shown_in_chats(preview_png(here.name, here.purpose, here.name, here.hue, mark=mark))


def _key() -> tuple[object, ...]:
    return "home.community", g.fingerprint


def _strangers_page() -> str:
    contact = standing().contact
    return render_template(
        "home/community.html",
        community=current_community(),
        members=front_page.member_count(current_community()),
        gatherings=coming_here(current_community(), None, clock.now(), limit=COMING),
        faces=(),
        waiting=communities.waiting_request(contact) if contact else None,
        is_member=False,
        is_signed_in=current_person() is not None,
    )


def _members_page(contact: Contact) -> str:
    here, person = current_community(), current_person()
    viewer = Viewer(person_id=person.id if person else 0, contact_id=contact.id)
    return render_template(
        "home/community.html",
        community=here,
        members=front_page.member_count(here),
        gatherings=coming_here(here, contact.id, clock.now(), limit=COMING),
        faces=front_page.newest_faces(here, viewer),
        waiting=None,
        is_member=True,
        is_signed_in=True,
    )
