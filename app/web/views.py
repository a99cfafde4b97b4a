"""What the floor itself answers: static files, a hue's stylesheet, the choice of display."""

from typing import cast

from flask import Blueprint, Response, abort, current_app, g, redirect, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

from app.core import policy
from app.web import hue as hues
from app.web.assets import Asset, Assets
from app.web.languages import LANGUAGE_COOKIE, LANGUAGES
from app.web.visitor import THEME_COOKIE, THEMES, local_path

FOR_EVER = "public, max-age=31536000, immutable"
A_YEAR = 31536000

blueprint = Blueprint("web", __name__, template_folder="templates")


def assets() -> Assets:
    """Return the static files of this app."""
    return cast(Assets, current_app.extensions["kith_assets"])


def here() -> str:
    """Return the address of this page, to come back to; a page kept for all has no query."""
    if g.get("is_kept"):
        return request.path
    path = page_above(request.path) if request.method == "POST" else request.path
    return request.full_path.rstrip("?") if path == request.path else path


def page_above(path: str) -> str:
    """Return this path where it can be opened, else the nearest above: a form's may be no page."""
    routes = request_ctx.url_adapter
    while routes and path and not _opens(routes, path):
        path = path.rpartition("/")[0]
    return path or "/"


def _opens(routes: MapAdapter, path: str) -> bool:
    """Say whether a path is a page's: what a form asks for may look like the name of a row."""
    try:
        rule, _ = routes.match(path, "GET", return_rule=True)
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    asked = request.url_rule
    return path != request.path or asked is None or rule.rule == asked.rule


def full_url(path: str) -> str:
    """Return an absolute address below the configured base URL, never the Host header's."""
    base: str = current_app.config["KITH"].base_url
    return base + path


@blueprint.get("/assets/<version>/<path:name>")
@policy.public
def static_file(version: str, name: str) -> ResponseReturnValue:
    """Send a static file; an address of another version is answered but not kept."""
    files = assets()
    asset = files.get(name)
    if asset is None:
        abort(404)
    return _send(asset, FOR_EVER if version == files.version else "no-cache")


@blueprint.get("/assets/<version>/hue/<int:hue>.css")
@policy.public
def hue_sheet(version: str, hue: int) -> ResponseReturnValue:
    """Send the accents of one hue."""
    if hue not in range(360):
        abort(404)
    answer = Response(hues.stylesheet(hue), mimetype="text/css")
    answer.headers["Cache-Control"] = FOR_EVER if version == assets().version else "no-cache"
    return answer


@blueprint.get("/favicon.ico")
@policy.public
def favicon() -> ResponseReturnValue:
    """Send the small picture of a browser's tab."""
    asset = assets().get("img/favicon.ico")
    return _send(asset, "public, max-age=86400") if asset else abort(404)


@blueprint.get("/robots.txt")
@policy.public
def robots() -> ResponseReturnValue:
    """Tell machines what to read: pages for people with a seat are none of theirs."""
    return Response("User-agent: *\nDisallow: /display\n", mimetype="text/plain")


@blueprint.get("/display")
@policy.public
def display() -> ResponseReturnValue:
    """Keep a language or a theme in a cookie and go back to the page."""
    answer = redirect(local_path(request.args.get("next")), 303)
    for name, choices in ((LANGUAGE_COOKIE, tuple(LANGUAGES)), (THEME_COOKIE, THEMES)):
        chosen = request.args.get(name)
        if chosen in choices:
            answer.set_cookie(
                name,
                chosen,
                max_age=A_YEAR,
                samesite="Lax",
                secure=current_app.config["KITH"].is_secure,
            )
    return answer


def _send(asset: Asset, caching: str) -> Response:
    packs = asset.gzipped is not None and request.accept_encodings["gzip"] > 0
    answer = Response(asset.gzipped if packs else asset.body, mimetype=asset.mimetype)
    answer.headers["Cache-Control"] = caching
    if asset.gzipped is not None:
        answer.vary.add("Accept-Encoding")
    if packs:
        answer.headers["Content-Encoding"] = "gzip"
    answer.add_etag()
    answer.make_conditional(request)
    return answer
