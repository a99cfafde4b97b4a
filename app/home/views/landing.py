"""The landing page: what Kith is for strangers, one's communities for those who belong."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from app.accounts.current import current_person
from app.accounts.personas import personas_here
from app.core import clock, policy
from app.core.errors import NotThere
from app.core.storage import file_url
from app.home.queries import gatherings, landing
from app.home.views.blueprint import blueprint
from app.web.languages import LANGUAGES
from app.web.previews import preview_png, shown_in_chats
from app.web.responses import kept_page
from app.web.shell import Shell
from app.web.visitor import is_personless

COMING = 6


@blueprint.get("/")
@policy.public
def index() -> ResponseReturnValue:
    """Say what this is, or show a member where they belong and what comes next."""
    person = current_person()
    if person is not None:
        return render_template(
            "home/mine.html",
            communities=landing.mine(person.id, clock.now()),
            gatherings=gatherings.coming_for(person.id, clock.now(), limit=COMING),
            file_url=file_url,
        )
    front = landing.front(clock.now())
    if is_personless() and not front.is_demo:
        return kept_page(("home.index", front), lambda: _page(front))
    return _page(front)


@blueprint.get("/preview/<language>.png")
@policy.public
def house_preview(language: str) -> ResponseReturnValue:
    """Send the picture a chat shows of a link to a page that is of no community.

    Its address names the language: who fetches it is the chat's server, not the one who shared.
    """
    if language not in LANGUAGES:
        raise NotThere
    with force_locale(language):
        title = _("A home for your community")
    name = Shell().site_name
    return shown_in_chats(preview_png(title, name, name))


def _page(front: landing.Front) -> str:
    personas = personas_here() if front.is_demo else []
    return render_template("home/index.html", front=front, personas=personas, file_url=file_url)
