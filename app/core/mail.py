"""Mail on the wire: a stored mail as a MIME message, and one talk with the mail server.

Only `core.tasks` calls this; everything else goes through `notify`.
"""

import smtplib
import ssl
from base64 import b64decode
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import SplitResult, unquote, urlsplit

from app.core import clock
from app.core.models import MailState, OutgoingMail
from app.core.text import wire_address

TIMEOUT = 30
# Seven bits, so that no server on the way has to be asked for more.
POLICY = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True)
class Verdict:
    """How a talk with the mail server ended; `state` None means: try again later."""

    state: MailState | None
    error: str | None = None  # codes and kinds of error only: a server's words may hold addresses


class BadAddress(ValueError):
    """A stored address, name or subject cannot stand in a header."""


SENT = Verdict(MailState.SENT)


def compose(mail: OutgoingMail, *, sender: str) -> EmailMessage:
    """Return a mail as a MIME message; BadAddress when its address is none.

    Every header is one line: newlines were taken out when it was stored, and the library refuses
    what is left.
    """
    try:
        message = _headers(mail, sender)
    except (ValueError, IndexError, MessageError):
        raise BadAddress from None  # the library raises all three for what it cannot parse
    message.set_content(mail.text_body)
    message.add_alternative(mail.html_body, subtype="html")
    for file in mail.attachments.get("files", ()):
        kind, _, subtype = file["content_type"].partition("/")
        content = b64decode(file["base64"])
        message.add_attachment(content, maintype=kind, subtype=subtype, filename=file["name"])
    # Last: what begins with Content- moves into the first part when a second one is added.
    message["Content-Language"] = mail.language.replace("_", "-")
    return message


def _headers(mail: OutgoingMail, sender: str) -> EmailMessage:
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(mail.from_name, addr_spec=sender)
    message["To"] = Address(mail.to_name, addr_spec=wire_address(mail.to_address))
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    if mail.reply_to:
        message["Reply-To"] = Address(addr_spec=wire_address(mail.reply_to))
    if mail.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return message


def transmit(message: EmailMessage, smtp_url: str) -> Verdict:
    """Hand a message to the mail server and say how it ended; without one it is in the outbox."""
    if not smtp_url:
        return SENT
    try:
        with connect(urlsplit(smtp_url)) as server:
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        return _verdict(error)
    return SENT


def _verdict(error: Exception) -> Verdict:
    """Tell a refusal for good from trouble that passes."""
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            code = next(iter(refused.values()))[0]
            return _by_code(code, MailState.BOUNCED, "recipient")
        case smtplib.SMTPNotSupportedError():
            return Verdict(MailState.BOUNCED, "unsupported address")
        case smtplib.SMTPAuthenticationError(smtp_code=code):
            return Verdict(None, f"sign-in {code}")
        case smtplib.SMTPResponseException(smtp_code=code):
            return _by_code(code, MailState.FAILED, "message")
        case _:
            return Verdict(None, type(error).__name__)


def _by_code(code: int, final: MailState, what: str) -> Verdict:
    """A code of 500 and above is for good, one below asks to come again."""
    return Verdict(final if code >= 500 else None, f"{what} {code}")


def connect(address: SplitResult) -> smtplib.SMTP:
    """Open a talk with the mail server of a `smtp://name:password@host:port` address."""
    """Return a talk with the mail server, encrypted and signed in."""
    host = address.hostname or "localhost"
    if address.scheme == "smtps":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, address.port or 465, timeout=TIMEOUT, context=context
        )
    else:
        server = smtplib.SMTP(host, address.port or 587, timeout=TIMEOUT)
        _secure(server, host, is_needed=bool(address.password))
    if address.username:
        server.login(unquote(address.username), unquote(address.password or ""))
    return server


def _secure(server: smtplib.SMTP, host: str, *, is_needed: bool) -> None:
    """Encrypt the talk where the server can; a password never travels in the clear."""
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
        server.ehlo()
    elif is_needed and host not in {"localhost", "127.0.0.1", "::1"}:
        server.close()
        sentence = "the mail server offers no encryption"
        raise smtplib.SMTPException(sentence)
