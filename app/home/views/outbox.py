"""The outbox: mails as they were written, on a developer's machine and in the demo only."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from io import BytesIO

from flask import Response, current_app, flash, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from app.conversations.processes import Fate, receive
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.models import MailState, OutgoingMail
from app.home.views.blueprint import blueprint
from app.web.responses import see_other
from app.web.visitor import is_at_this_machine

SHOWN = 100
STATES = {
    MailState.QUEUED: _lp("mail", "Waiting"),
    MailState.SENDING: _l("On its way"),
    MailState.SENT: _lp("mail", "Sent"),
    MailState.BOUNCED: _l("Refused"),
    MailState.FAILED: _l("Given up"),
}
FATES = {
    Fate.TAKEN: ("good", _l("Your answer is delivered.")),
    Fate.IGNORED: ("warn", _l("It looks like an automatic answer, so it goes no further.")),
    Fate.NO_SUCH_ADDRESS: ("warn", _l("The address you answered takes no mail any more.")),
    Fate.NOT_THE_OWNER: ("warn", _l("Only the one a mail was written to can answer it.")),
    Fate.REFUSED: ("warn", _l("Your answer was not taken. A mail to you says why.")),
}


class AnswerForm(FlaskForm):
    """Words to answer a mail with."""

    words = TextAreaField(
        _l("Answer this mail"),
        [DataRequired(_l("Write something first.")), Length(max=20_000)],
        render_kw={"rows": 4},
    )


@blueprint.get("/dev/outbox")
@policy.public
def outbox() -> ResponseReturnValue:
    """List the newest mails."""
    _only_on_this_machine()
    newest = select(OutgoingMail).order_by(OutgoingMail.id.desc()).limit(SHOWN)
    return render_template(
        "home/outbox.html", mails=db.session.scalars(newest).all(), states=STATES
    )


@blueprint.get("/dev/outbox/<mail_id>")
@policy.public
def outbox_mail(mail_id: str) -> ResponseReturnValue:
    """Show a mail's headers and text, with its links."""
    return _page_of(_mail(mail_id), AnswerForm(None))


@blueprint.post("/dev/outbox/<mail_id>/answer")
@policy.public
def answer_outbox_mail(mail_id: str) -> ResponseReturnValue:
    """Answer a mail as its reader's mail program would: the whole way, but for the mail server."""
    mail, form = _mail(mail_id), AnswerForm()
    if not mail.reply_to:
        raise NotThere
    if not form.validate():
        return _page_of(mail, form), 422
    fate = receive(_answer_to(mail, form.words.data or ""), now=clock.now())
    tone, words = FATES[fate]
    flash(str(words), tone)
    return see_other(url_for("home.outbox"))


def _answer_to(mail: OutgoingMail, words: str) -> bytes:
    """Return an answer as mail programs write it: the words, then all of the old mail quoted."""
    answer = EmailMessage(policy=SMTP)
    answer["From"] = Address(mail.to_name, addr_spec=mail.to_address)
    answer["To"] = mail.reply_to
    answer["Subject"] = f"Re: {mail.subject}"
    answer["Message-ID"] = make_msgid(domain="outbox.invalid")
    answer["In-Reply-To"] = mail.message_id
    quoted = "".join(f"> {line}\n" for line in mail.text_body.splitlines())
    answer.set_content(f"{words}\n\n{mail.created_at:%d.%m.%Y}, {mail.from_name}:\n{quoted}")
    return answer.as_bytes()


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


def _page_of(mail: OutgoingMail, form: AnswerForm) -> str:
    return render_template("home/outbox_mail.html", mail=mail, form=form, states=STATES)


def _mail(mail_id: str) -> OutgoingMail:
    _only_on_this_machine()
    mail = db.session.scalar(select(OutgoingMail).where(OutgoingMail.public_id == mail_id))
    if mail is None:
        raise NotThere
    return mail


def _only_on_this_machine() -> None:
    """Mails hold links that sign people in: nobody else may ever see them."""
    if current_app.config["KITH"].is_production or not is_at_this_machine():
        raise NotThere
