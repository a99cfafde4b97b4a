"""Error pages: what happened, what to do, and a number to quote when asking for help."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from urllib.parse import quote, urlencode

from flask import Flask, Response, current_app, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from psycopg.errors import NumericValueOutOfRange
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from app.core.database import db
from app.core.errors import NotThere, RuleViolation, StaleForm
from app.core.policy import AgreeFirst, Kind, OfferInstead, SignInFirst
from app.core.text import N_
from app.core.validation import LARGEST_REQUEST, NotText, only_text
from app.web import shell
from app.web.responses import see_other
from app.web.saying import all_said, said
from app.web.views import here, page_above
from app.web.visitor import is_htmx, is_same_origin

RETRY_SECONDS = 30
LONGEST_KEPT = 100_000
_SECRET = ("password", "code", "token", "secret")
_OF_FORMS = {"csrf_token", "once", "version", "next"}  # what a form says by itself


@dataclass(frozen=True, slots=True)
class Words:
    """What an error page says: a statement, then what to do."""

    title: str
    text: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Both:
    """One field of a stale form: its label, what is saved now (None: nothing to compare), yours."""

    label: str
    theirs: str | None
    yours: str


WORDS = {
    400: Words(
        N_("We could not read that"),
        N_("Something in what was sent is not as it should be. Go back and try once more."),
    ),
    404: Words(
        N_("There is nothing here"),
        N_("The address may be mistyped, or the page has moved or is not open to you."),
    ),
    405: Words(
        N_("This address does not work that way"),
        N_("Please go back and use the buttons on the page."),
    ),
    409: Words(
        N_("Someone saved this before you"),
        N_("Nothing you typed is lost: both texts are below. Take what you need and save again."),
    ),
    410: Words(
        N_("This is no longer here"),
        N_("The link has been used or has expired. You can ask for a new one."),
    ),
    413: Words(
        N_("That file is too large"),
        N_(
            "Please go back and choose one of %(limit)s megabytes at most: what you typed is still "
            "there."
        ),
        {"limit": LARGEST_REQUEST // 2**20},
    ),
    422: Words(
        N_("That is not possible"),
        N_("Go back, change what is named here, and try once more."),
    ),
    429: Words(
        N_("One moment, please"),
        N_("There were many tries in a short time. Wait a minute, then try once more."),
    ),
    500: Words(
        N_("Something broke on our side"),
        N_("It is not your doing. It has been noted; please try again in a minute."),
    ),
    503: Words(
        N_("We are catching our breath"),
        N_("Kith is busy or being mended. Please try again in half a minute."),
    ),
}
_MENDED = N_(
    "The field %(name)s held characters that are no text. They are taken out, and everything else "
    "you typed is below: send it once more."
)
_SIGN_IN_FIRST = Words(
    N_("Sign in first"),
    N_(
        "You are not signed in any more, so nothing was saved yet. Everything you typed is below: "
        "sign in in another window, come back here and send it once more."
    ),
)
_AGREE_FIRST = Words(
    N_("Agree to the rules first"),
    N_(
        "The rules changed, so nothing was saved yet. Everything you typed is below: agree to them "
        "in another window, come back here and send it once more."
    ),
)
# A stranger must not learn from the answer whether a page exists.
_SHOWN_AS = {401: 404, 403: 404, 415: 400, 408: 503, 502: 503, 504: 503}


def init_app(app: Flask) -> None:
    """Answer every kind of error with a page."""
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(NotThere, show_nothing)
    app.register_error_handler(SignInFirst, lambda _: ask_to_sign_in())
    app.register_error_handler(OfferInstead, lambda offer: see_other(offer.url))
    app.register_error_handler(AgreeFirst, ask_to_agree)
    app.register_error_handler(RuleViolation, show_refusal)
    app.register_error_handler(StaleForm, show_both_texts)
    app.register_error_handler(OperationalError, lambda _: error_page(503))
    app.register_error_handler(DataError, show_too_large)


def request_id() -> str:
    """Return the number of this request, as the log has it."""
    if "request_id" not in g:
        g.request_id = token_hex(8)
    return str(g.request_id)


def error_page(status: int, words: Words | None = None, **context: object) -> Response:
    """Render the page of an error, framed plainly: it must not show where it happened."""
    is_broken = status >= 500
    if not is_broken:
        db.session.rollback()
    shell.use_plain_shell(without_viewer=is_broken)
    words = words or WORDS.get(status, WORDS[400 if status < 500 else 500])
    page = render_template(
        "errors/error.html",
        status=status,
        title=gettext(words.title),
        text=gettext(words.text, **all_said(words.values)),
        request_id=request_id(),
        **{"both": (), "form_url": None, "resend": None, "first": None, **context},
    )
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    if status in {429, 503}:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    if is_htmx():
        # A whole page must not land inside the part that asked.
        answer.headers["HX-Retarget"] = "body"
        answer.headers["HX-Reswap"] = "innerHTML"
    return answer


def show_http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer an HTTP error with its page; answers made on purpose pass unchanged."""
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    status = _SHOWN_AS.get(error.code or 500, error.code or 500)
    answer = error_page(status)
    for name in ("Allow", "Retry-After"):
        if name in error.get_response().headers:
            answer.headers[name] = error.get_response().headers[name]
    return answer


def show_nothing(_: NotThere) -> ResponseReturnValue:
    """Answer 404, missing and denied alike; whoever is signed out is asked to sign in instead.

    Only routes that ask for something do so: behind a public route there is nothing to sign in for.
    """
    asks = getattr(g.get("policy"), "kind", Kind.PUBLIC) not in {Kind.PUBLIC, Kind.SIGNED}
    if asks and shell.plain_shell().viewer is None:
        return ask_to_sign_in()
    return error_page(404)


def show_refusal(refusal: RuleViolation) -> Response:
    """Answer a refusal that no form took up; of a form, with all that was typed."""
    if isinstance(refusal, NotText) and request.form and is_same_origin():
        return error_page(400, Words(WORDS[400].title, _MENDED, refusal.values), resend=typed())
    return error_page(refusal.status, Words(WORDS[422].title, refusal.message, refusal.values))


def typed() -> dict[str, object]:
    """Return what was typed into the form that was sent, to be sent once more, and what was not.

    No secrets: what hides on the screen as it is typed should not stand in a page.
    """
    filled = [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"]
    hushed = [name for name, _ in filled if _is_secret(name)]
    long = [name for name, value in filled if len(value) > LONGEST_KEPT]
    kept = [(name, value) for name, value in filled if name not in {*hushed, *long}]
    return {
        "url": _only_address(),
        "fields": [(only_text(name), only_text(value)) for name, value in kept],
        "has_secrets": any(value for name, value in filled if name in hushed),
        "has_long": bool(long),
        "files": [name for name in request.files if request.files[name].filename],
    }


def _is_secret(name: str) -> bool:
    return any(word in name for word in _SECRET)


def _only_address() -> str:
    """Return where the form was sent, with its query, without what is no text."""
    asked = [(only_text(name), only_text(value)) for name, value in request.args.items(multi=True)]
    path = quote(only_text(request.path))
    return f"{path}?{urlencode(asked)}" if asked else path


def show_too_large(error: DataError) -> Response:
    """Answer a number that no column holds; what people type in has bounds, and a form to say so.

    A hidden field can bring it here, changed by hand, but so can a sum of our own: the log hears
    of it either way, and whoever sent no number is not told that it was theirs.
    """
    is_sent = bool(request.form or request.args)
    if not is_sent or not isinstance(error.orig, NumericValueOutOfRange):
        raise error
    current_app.log_exception(sys.exc_info())
    return error_page(400)


def show_both_texts(stale: StaleForm) -> Response:
    """Answer a stale form that no edge put into the words of its fields."""
    both = [Both(name, str(said(fact)), str(said(typed))) for name, fact, typed in stale.facts()]
    return both_texts(both, form_url=page_above(request.path))


def both_texts(both: Sequence[Both], *, form_url: str) -> Response:
    """Answer with what is saved now and what was typed, and lead to the form as it is now."""
    return error_page(409, both=both, form_url=form_url)


def ask_to_sign_in() -> ResponseReturnValue:
    """Lead a stranger to the sign-in page and back here afterwards."""
    back = here()
    address = url_for("accounts.sign_in", next=None if back == "/" else back)
    return _first(address, N_("Sign in"), _SIGN_IN_FIRST)


def ask_to_agree(offer: AgreeFirst) -> ResponseReturnValue:
    """Lead a member to rules that changed and back here afterwards."""
    return _first(offer.url, N_("Read the rules"), _AGREE_FIRST)


def _first(address: str, label: str, words: Words) -> ResponseReturnValue:
    """Lead to what comes first; whoever sent words is shown the way there, and keeps them."""
    if not _has_words():
        return see_other(address)
    return error_page(403, words, resend=typed(), first=(gettext(label), address))


def _has_words() -> bool:
    """Say whether one of our forms was sent with something that somebody typed or chose."""
    if request.method != "POST" or not is_same_origin():
        return False
    return any(
        value.strip() and not value.isdigit()
        for name, value in request.form.items(multi=True)
        if name not in _OF_FORMS and not _is_secret(name)
    )
