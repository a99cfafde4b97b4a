"""Security headers on every answer."""

from flask import Flask, Response, current_app, g, request

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
_PERMISSIONS = ("camera", "geolocation", "microphone", "payment", "usb")
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def init_app(app: Flask) -> None:
    """Put the headers on every answer of the app."""
    app.after_request(protect)


def widen(directive: str, source: str) -> None:
    """Let this one answer use a further source, such as a worker that reads the camera."""
    g.setdefault("csp_wider", {}).setdefault(directive, []).append(source)


def allow_camera() -> None:
    """Let this one page use the camera, and a worker of ours to read from it."""
    g.allows_camera = True
    widen("worker-src", "'self'")


def protect(answer: Response) -> Response:
    """Add the headers that are not there yet."""
    there = {name.lower() for name, _ in answer.headers}  # asking one by one reads all each time
    answer.headers.extend(
        [(name, value) for name, value in _wanted(answer).items() if name.lower() not in there]
    )
    if answer.mimetype == "text/html" and "is_kept" not in g:
        answer.vary.add("HX-Request")
    if "token" in (request.view_args or {}):
        answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _wanted(answer: Response) -> dict[str, str]:
    wanted = {
        **_FIXED,
        "Content-Security-Policy": _content_policy(),
        "Permissions-Policy": _permissions(),
    }
    if current_app.config["KITH"].is_secure:
        wanted["Strict-Transport-Security"] = "max-age=63072000"
    if answer.mimetype == "text/html":
        wanted["Cache-Control"] = "private, no-cache"
    return wanted


def _content_policy() -> str:
    parts = dict(_POLICY)
    # browsers ask it of the redirect after a form, too: paying begins with a form
    parts["form-action"] = " ".join(["'self'", *current_app.config["KITH"].pay_pages])
    for directive, sources in g.get("csp_wider", {}).items():
        parts[directive] = " ".join([*parts.get(directive, "").split(), *sources])
    if current_app.config["KITH"].is_secure:
        parts["upgrade-insecure-requests"] = ""
    return "; ".join(f"{name} {value}".strip() for name, value in parts.items())


def _permissions() -> str:
    camera = "(self)" if g.get("allows_camera") else "()"
    return ", ".join(f"{name}={camera if name == 'camera' else '()'}" for name in _PERMISSIONS)
