"""The link in a mail that ends mails of its kind, without signing in."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.core import notices, policy
from app.core.database import db
from app.core.errors import NotThere
from app.home.views.blueprint import blueprint
from app.web.csrf import protection


@blueprint.get("/unsubscribe/<token>")
@policy.signed
def unsubscribe(token: str) -> ResponseReturnValue:
    """Ask whether to end the mails; a mail program that looks at the link ends nothing."""
    return _page(token, _refusal(token), state="asked")


@blueprint.post("/unsubscribe/<token>")
@policy.signed
def create_unsubscribe(token: str) -> ResponseReturnValue:
    """End the mails, or with `undo` take that back; a mail program's one click needs no page."""
    refusal = _refusal(token)
    wanted = "undo" in request.form
    notices.refuse(refusal, wanted=wanted)
    db.session.commit()
    if request.form.get("List-Unsubscribe") == "One-Click":
        return Response("OK\n", mimetype="text/plain")
    return _page(token, refusal, state="undone" if wanted else "done")


# Mail programs post here from nowhere (RFC 8058): the signed link is what authorises.
protection.exempt(create_unsubscribe)


def _refusal(token: str) -> notices.Refusal:
    refusal = notices.read_unsubscribe(token)
    if refusal is None:
        raise NotThere
    return refusal


def _page(token: str, refusal: notices.Refusal, *, state: str) -> str:
    title = gettext(notices.kind_named(refusal.kind).title)
    return render_template("home/unsubscribe.html", token=token, kind_title=title, state=state)
