"""Logs: one line of JSON (or of a console) for each request, with its id and without secrets."""

import logging
import re
import sys
import time
from collections.abc import MutableMapping
from secrets import token_hex
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars, unbind_contextvars

REMOVED = "[removed]"
_SECRET_NAMES = re.compile(
    "password|passwd|secret|token|cookie|authorization|csrf|session|signature|otp|recovery"
    "|smtp_url|database_url|^code$|_code$|api_key|^key$",
    re.IGNORECASE,
)
# Each begins where a word begins: a long one is read once, not again from each of its letters.
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]+\.[\w.-]+")
_PASSWORD_IN_URL = re.compile(r"(?<!\w)(\w++://[^:/\s@]*):[^@/\s]+@")
# Random ones have capitals, small letters and digits; names of ours do not.
_TOKEN = re.compile(
    r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{20,}|\b[0-9a-f]{32,}\b"
)
# PostgreSQL repeats the refused row, names and all.
_REFUSED_ROW = re.compile(r"(DETAIL:|Failing row contains|Key \().*")
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,40}")

Event = MutableMapping[str, Any]

CHATTY = ("werkzeug", "procrastinate", "alembic", "PIL", "asyncio", "markdown_it", "stripe")


class _ToStderr(logging.Handler):
    """Writes to whatever stderr is at the moment (a test may have put another in its place)."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except (OSError, ValueError):
            self.handleError(record)


def init_app(app: Flask) -> None:
    """Set up the process's log, and give each request an id and a line."""
    settings = app.config["KITH"]
    configure(level=settings.log.upper(), as_json=settings.is_production)
    app.before_request(begin_request)
    app.after_request(end_request)
    app.teardown_request(forget_request)


def configure(*, level: str, as_json: bool) -> None:
    """Send all logs, libraries' included, through one chain of processors to stderr."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _ToStderr()
    handler.setFormatter(_formatter(shared, as_json=as_json))
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if not isinstance(one, _ToStderr)]
    root.addHandler(handler)
    root.setLevel(level)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel("WARNING")


def begin_request() -> None:
    """Give the request an id: a proxy's where one is trusted, else ours."""
    given = request.headers.get("X-Request-ID", "") if _trusts_proxy() else ""
    g.request_id = given if _REQUEST_ID.fullmatch(given) else token_hex(8)
    g.began_at = time.perf_counter()
    clear_contextvars()
    bind_contextvars(request_id=g.request_id)


def end_request(answer: Response) -> Response:
    """Write the request's line: the route, not the path with its secrets, and never the query."""
    if "request_id" not in g:
        return answer
    answer.headers["X-Request-ID"] = g.request_id
    structlog.get_logger("kith.request").info(
        "request",
        method=request.method,
        route=str(request.url_rule) if request.url_rule else "",
        path=_safe_path(),
        status=answer.status_code,
        ms=round((time.perf_counter() - g.began_at) * 1000, 1),
    )
    return answer


def forget_request(_error: BaseException | None) -> None:
    """Leave the request's id to nothing that this thread does after it."""
    unbind_contextvars("request_id")


def without_secrets(_logger: object, _method: str, event: Event) -> Event:
    """Take secrets out of a log entry: by the names of its fields, and by their look in texts."""
    for name, value in event.items():
        event[name] = _cleaned(name, value)
    return event


def scrub(text: str) -> str:
    """Return a text without what looks like an address, a password, a token or a row."""
    text = _REFUSED_ROW.sub(rf"\1 {REMOVED}", text)
    text = _PASSWORD_IN_URL.sub(rf"\1:{REMOVED}@", text)
    return _TOKEN.sub(REMOVED, _ADDRESS.sub("[address]", text))


def _cleaned(name: str, value: object) -> object:
    if _SECRET_NAMES.search(name):
        return REMOVED
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {inner: _cleaned(str(inner), one) for inner, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned("", one) for one in value]
    return value


def _safe_path() -> str:
    """Return the path with the values of secret arguments left out."""
    path = request.path
    for name, value in (request.view_args or {}).items():
        if _SECRET_NAMES.search(name):
            path = path.replace(str(value), REMOVED)
    return path[:200]


def _trusts_proxy() -> bool:
    return bool(current_app.config["KITH"].trusted_proxies)


def _formatter(shared: list[Any], *, as_json: bool) -> logging.Formatter:
    console = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    ending: list[Any] = [
        structlog.processors.format_exc_info,
        without_secrets,
        structlog.processors.JSONRenderer() if as_json else console,
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
    )
