"""The landing page: what Kith is for strangers, one's communities for those who belong."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.accounts.current import current_person
from app.accounts.hooks import personas_now
from app.core import clock, policy
from app.core.storage import file_url
from app.home.queries import gatherings, landing
from app.home.views.blueprint import blueprint
from app.web.responses import kept_page
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


def _page(front: landing.Front) -> str:
    personas = personas_now() if front.is_demo else []
    return render_template("home/index.html", front=front, personas=personas, file_url=file_url)
