"""The web server: Stripe's calls, the hosted pages, and the control of it all, on loopback only."""

import json
import socket
import time
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from stripe_sandbox import answering, control_calls, resources
from stripe_sandbox.core.store import Store
from stripe_sandbox.pages import views

LOOPBACK = "127.0.0.1"


class _Handler(WSGIRequestHandler):
    """Keep connections open, and keep quiet."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_request(self, *_: Any) -> None:
        """Say nothing: the caller knows what it asked."""


def create_app(store: Store, public_url: str = "") -> Flask:
    """Return the application over a store."""
    resources.load()
    app = Flask(__name__)
    app.config.update(STORE=store, PUBLIC_URL=public_url.rstrip("/"))
    app.register_blueprint(views.blueprint)
    app.register_blueprint(control_calls.blueprint)
    verbs = ["GET", "POST", "DELETE"]
    for path in ("/v1/<path:_>", "/v2/<path:_>"):
        app.add_url_rule(path, endpoint=path, view_func=_api, methods=verbs)
    return app


def _api(_: str) -> Response:
    """Answer one of Stripe's calls."""
    store: Store = views.store()
    answer = answering.answer(
        store,
        answering.Request(
            verb=request.method,
            path=request.path,
            query=request.query_string.decode(),
            body=request.get_data(),
            headers={name.lower(): value for name, value in request.headers.items()},
            base=views.base(),
        ),
    )
    if answer.wait:
        time.sleep(answer.wait)
    if answer.cut:
        _hang_up()
    return Response(
        json.dumps(answer.body), answer.status, answer.headers, content_type="application/json"
    )


def _hang_up() -> None:
    """Cut the line before the answer, as a network does."""
    line: socket.socket | None = request.environ.get("werkzeug.socket")
    if line is not None:
        line.shutdown(socket.SHUT_RDWR)


def serve(store: Store, port: int, public_url: str = "") -> BaseWSGIServer:
    """Return a server on loopback; port 0 takes a free one."""
    app = create_app(store, public_url)
    return make_server(LOOPBACK, port, app, threaded=True, request_handler=_Handler)


def open_store(folder: Path) -> Store:
    """Return the store in a folder, made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    return Store(folder / "stripe.sqlite3")
