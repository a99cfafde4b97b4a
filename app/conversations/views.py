"""The edge of conversations: a member's messages, one thread, and the ways to end one."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import service as accounts
from app.accounts.current import person_here
from app.accounts.models import Person
from app.communities.current import current_community, current_contact, note_unread
from app.conversations import queries
from app.conversations.forms import MessageForm
from app.conversations.processes import count
from app.conversations.queries import Taking, Talk
from app.conversations.service import messages, threads
from app.conversations.service.messages import Draft
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.replies import reply_domain
from app.core.storage import file_url
from app.web import once
from app.web.responses import refusals_shown_in, see_other

blueprint = Blueprint("conversations", __name__, template_folder="templates")
BLUEPRINTS = (blueprint,)

SHOW = "conversations/show.html"


@blueprint.get("/c/<slug>/messages")
@policy.may("conversations.take_part")
def index(slug: str) -> ResponseReturnValue:
    """List a member's conversations, the newest first."""
    return render_template(
        "conversations/index.html",
        slug=slug,
        threads=queries.threads_of(_me()),
        file_url=file_url,
    )


@blueprint.get("/c/<slug>/messages/<thread_id>")
@policy.may("conversations.take_part")
def show(slug: str, thread_id: str) -> ResponseReturnValue:
    """Show a conversation, and keep how far it was read."""
    found = _talk_or_404(thread_id)
    page = _page(slug, found, MessageForm(None))
    newest = page["messages"][-1].id if page["messages"] and page["is_newest"] else 0
    is_new = threads.mark_read(found, newest)
    if is_new:
        note_unread(queries.unread(_me()))
    shown = render_template(SHOW, **page)
    if is_new:
        db.session.commit()
    return shown


@blueprint.post("/c/<slug>/messages/<thread_id>")
@policy.may("conversations.take_part")
def create_message(slug: str, thread_id: str) -> ResponseReturnValue:
    """Write into a conversation, once for each look at it."""
    form, found = MessageForm(), _talk_or_404(thread_id)
    page = _page(slug, found, form)
    if not form.validate():
        return render_template(SHOW, **page), 422
    with refusals_shown_in(SHOW, **page):
        if once.is_first(person_here().id, counting=partial(count, current_contact().id)):
            draft = Draft(words=form.words.data or "")
            messages.write(found, draft, community=current_community(), now=clock.now())
            db.session.commit()
    return see_other(f"{_address(slug, thread_id)}#newest")


@blueprint.post("/c/<slug>/messages/<thread_id>/closing")
@policy.may("conversations.take_part")
def create_closing(slug: str, thread_id: str) -> ResponseReturnValue:
    """End a conversation for both; what was said stays readable."""
    threads.close(_talk_or_404(thread_id), now=clock.now())
    db.session.commit()
    flash(_("The conversation has ended. Neither of you can write here any more."), "good")
    return see_other(_address(slug, thread_id))


@blueprint.post("/c/<slug>/messages/<thread_id>/muting")
@policy.may("conversations.take_part")
def create_muting(slug: str, thread_id: str) -> ResponseReturnValue:
    """Let a conversation tell one nothing any more; the other is not told."""
    threads.mute(_talk_or_404(thread_id), now=clock.now())
    db.session.commit()
    flash(_("Muted. What is said here waits quietly until you look."), "good")
    return see_other(_address(slug, thread_id))


@blueprint.post("/c/<slug>/messages/<thread_id>/muting/removal")
@policy.may("conversations.take_part")
def remove_muting(slug: str, thread_id: str) -> ResponseReturnValue:
    """Let a conversation tell one again what is new in it."""
    threads.unmute(_talk_or_404(thread_id))
    db.session.commit()
    flash(_("You hear of new messages here again."), "good")
    return see_other(_address(slug, thread_id))


@blueprint.post("/c/<slug>/messages/<thread_id>/departure")
@policy.may("conversations.take_part")
def create_departure(slug: str, thread_id: str) -> ResponseReturnValue:
    """Take a conversation out of one's own messages."""
    threads.leave(_talk_or_404(thread_id), now=clock.now())
    db.session.commit()
    flash(_("The conversation is gone from your messages."), "good")
    return see_other(url_for("conversations.index", slug=slug))


@blueprint.post("/c/<slug>/messages/<thread_id>/block")
@policy.may("members.block")
def block(slug: str, thread_id: str) -> ResponseReturnValue:
    """Block the other one, whether their card can be found in the list of members or not."""
    other_id = _talk_or_404(thread_id).other.person_id
    other = db.session.get(Person, other_id) if other_id else None
    if other is None:
        raise NotThere
    accounts.block(person_here(), other, now=clock.now())
    db.session.commit()
    flash(_("Done. You two do not see each other any more, anywhere here."), "good")
    return see_other(url_for("conversations.index", slug=slug))


def _me() -> Taking:
    return Taking(current_community().id, current_contact().id, person_here().id)


def _talk_or_404(thread_id: str) -> Talk:
    found = queries.talk(_me(), thread_id)
    if found is None:
        raise NotThere
    return found


def _page(slug: str, found: Talk, form: MessageForm) -> dict[str, Any]:
    rows, has_older = queries.messages_of(found, before=request.args.get("before"))
    picture_key = found.other.picture_key
    return {
        "slug": slug,
        "thread": found.thread,
        "other": found.other,
        "read_to": found.mine.read_to,
        "is_muted": found.mine.muted_at is not None,
        "messages": rows,
        "has_older": has_older,
        "is_newest": not request.args.get("before"),
        "answers_by_mail": bool(reply_domain()),
        "picture_url": file_url(picture_key) if picture_key else None,
        "form": form,
        "refusal": None,
    }


def _address(slug: str, thread_id: str) -> str:
    return url_for("conversations.show", slug=slug, thread_id=thread_id)
