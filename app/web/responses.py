"""Answers of the edge: a page or a part, a refusal shown in its form, a move to another page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from threading import Lock
from typing import Any

from flask import (
    Response,
    abort,
    g,
    get_flashed_messages,
    make_response,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.core.database import db
from app.core.errors import RuleViolation, StaleForm
from app.web import languages
from app.web.compression import packed
from app.web.saying import all_said
from app.web.visitor import chosen_theme, has_session, is_htmx

__all__ = ["flashes", "is_htmx", "kept_page", "page_or_partial", "refusals_shown_in", "see_other"]

KEPT_PAGES = 256  # about 35 kB each
_keeping = Lock()
_kept: dict[tuple[object, ...], "_Kept"] = {}


def page_or_partial(
    template: str, *, page: str | None = None, status: int = 200, **context: Any
) -> Response:
    """Render the part for htmx, and the page around it (by default the part alone) for others."""
    chosen = template if is_htmx() or page is None else page
    return make_response(render_template(chosen, **{"refusal": None, **context}), status)


@contextmanager
def refusals_shown_in(
    template: str, *, page: str | None = None, form: Any = None, **context: Any
) -> Iterator[None]:
    """Turn a refusal into 422 with the same template, everything typed kept.

    The message stands in `refusal`; when the refusal names a field of `form`, it stands beside
    that field instead. A stale form keeps its own page (409).
    """
    try:
        yield
    except StaleForm:
        raise
    except RuleViolation as refusal:
        db.session.rollback()
        message = gettext(refusal.message, **all_said(refusal.values))
        values = {**context, "refusal": message}
        if form is not None:
            values["form"] = form
            if refusal.field and refusal.field in form:
                form[refusal.field].errors = [*form[refusal.field].errors, message]
                values["refusal"] = None
        abort(page_or_partial(template, page=page, status=refusal.status, **values))


def see_other(url: str) -> ResponseReturnValue:
    """Move on after a change; htmx is told to load the whole page."""
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)


def flashes() -> list[tuple[str, str]]:
    """Return (kind, message) pairs kept for this visitor; a stranger's page opens no session."""
    if not has_session():
        return []
    kept: list[tuple[str, str]] = list(get_flashed_messages(with_categories=True))  # type: ignore[arg-type]  # pairs, since asked
    return kept


class _Kept:
    """A page made once for every stranger who reads the same language, and its headers."""

    def __init__(self, text: str) -> None:
        self.body = text.encode()
        self.gzipped = packed(self.body)
        self.plain_headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("ETag", f'W/"{sha256(self.body).hexdigest()[:20]}"'),
            ("Cache-Control", "public, no-cache"),
            ("Vary", "Accept-Encoding, Accept-Language, Cookie, HX-Request"),
        ]
        self.gzipped_headers = [*self.plain_headers, ("Content-Encoding", "gzip")]


def kept_page(key: tuple[object, ...], build: Callable[[], str]) -> Response:
    """Answer a stranger with a page that is made once per key, language and theme.

    `key` must name everything the page depends on (the version of the event, not its id alone).
    Call it only when `is_personless()`; `build` renders the page.
    """
    g.is_kept = True
    full_key = (*key, languages.chosen_language(), chosen_theme())
    kept = _kept.get(full_key)
    if kept is None:
        kept = _Kept(build())
        with _keeping:  # threads share the pages
            while len(_kept) >= KEPT_PAGES:
                del _kept[next(iter(_kept))]
            _kept[full_key] = kept
    return _answer(kept)


def forget_kept_pages() -> None:
    """Throw the kept pages away (tests, a change of settings)."""
    with _keeping:
        _kept.clear()


def kept_already(key: tuple[object, ...]) -> Response | None:
    """Answer a stranger with a page kept under this key, or None when it must be made first."""
    g.is_kept = True
    kept = _kept.get((*key, languages.chosen_language(), chosen_theme()))
    return _answer(kept) if kept else None


def _answer(kept: _Kept) -> Response:
    packs = request.accept_encodings["gzip"] > 0
    answer = Response(
        kept.gzipped if packs else kept.body,
        headers=kept.gzipped_headers if packs else kept.plain_headers,
    )
    if "HTTP_IF_NONE_MATCH" in request.environ:
        answer.make_conditional(request)
    return answer
