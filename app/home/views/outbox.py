"""The outbox: mails as they were written, on a developer's machine and in the demo only."""

from io import BytesIO

from flask import Response, current_app, render_template, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.core import policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.models import OutgoingMail
from app.home.views.blueprint import blueprint

SHOWN = 100


@blueprint.get("/dev/outbox")
@policy.public
def outbox() -> ResponseReturnValue:
    """List the newest mails."""
    _only_on_this_machine()
    newest = select(OutgoingMail).order_by(OutgoingMail.id.desc()).limit(SHOWN)
    return render_template("home/outbox.html", mails=db.session.scalars(newest).all())


@blueprint.get("/dev/outbox/<mail_id>")
@policy.public
def outbox_mail(mail_id: str) -> ResponseReturnValue:
    """Show a mail's headers and text, with its links."""
    return render_template("home/outbox_mail.html", mail=_mail(mail_id))


@blueprint.get("/dev/outbox/<mail_id>/letter")
@policy.public
def outbox_letter(mail_id: str) -> ResponseReturnValue:
    """Show a mail as a mail program would: its own styles, no scripts, no forms."""
    letter = BytesIO(_mail(mail_id).html_body.encode())
    answer: Response = send_file(letter, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self';"
        " sandbox allow-popups allow-top-navigation-by-user-activation"
    )
    return answer


def _mail(mail_id: str) -> OutgoingMail:
    _only_on_this_machine()
    mail = db.session.scalar(select(OutgoingMail).where(OutgoingMail.public_id == mail_id))
    if mail is None:
        raise NotThere
    return mail


def _only_on_this_machine() -> None:
    """Mails hold links that sign people in: nobody else may ever see them."""
    settings = current_app.config["KITH"]
    if settings.is_production or not settings.is_loopback:
        raise NotThere
