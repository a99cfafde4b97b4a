"""Kith, put together: the factory that joins the floors into one application."""

from datetime import timedelta
from importlib import import_module
from inspect import iscoroutinefunction

from flask import Flask
from flask_alembic import Alembic
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from app import web
from app.core import jobs, policy, postgres
from app.core.connections import PlainCursor
from app.core.database import Base, db, is_ours
from app.core.validation import LARGEST_REQUEST
from app.web.addresses import AddressBook
from config import ROOT, Settings

FEATURES = (
    "accounts",
    "activity",
    "communities",
    "conversations",
    "billing",
    "events",
    "matching",
    "analytics",
)
"""From the ground up: a higher one may register itself in the hooks of a lower one."""

ROOMS = ("models", "tasks", "current", "answers", "webhooks", "views")
"""What a feature may bring to the application; each is optional and joins by `init_app`."""

CORE = ("connections", "models", "logs", "validation", "limits", "health", "notify", "storage")


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application, ready to serve.

    Raises RuntimeError when a route declares no policy, SettingsRefused for unusable settings.
    """
    app = AddressBook(__name__, static_folder=None)
    settings = settings or config.load()
    _configure(app, settings)
    db.init_app(app)
    _drop_async_teardown(app)
    Alembic(metadatas=Base.metadata, run_mkdir=False).init_app(app)
    for room in CORE:
        _join(app, f"app.core.{room}")
    policy.init_app(app)
    web.init_app(app)
    for feature in (*FEATURES, "home"):
        for room in ROOMS:
            _join(app, f"app.{feature}.{room}")
    jobs.init_app(app)
    policy.check_every_route(app)
    return app


def _drop_async_teardown(app: Flask) -> None:
    """Take out the database extension's closing of async sessions, of which there are none.

    It would start an event loop at the end of every request: half a millisecond of CPU.
    """
    kept = [one for one in app.teardown_appcontext_funcs if not iscoroutinefunction(one)]
    app.teardown_appcontext_funcs[:] = kept


def _configure(app: Flask, settings: Settings) -> None:
    app.config.from_mapping(
        KITH=settings,
        SECRET_KEY=settings.secret(),
        SQLALCHEMY_ENGINES={
            "default": {
                "url": settings.database_url or postgres.attach(settings.data).url,
                # few connections are faster: the rest waits in the application
                "pool_size": 8,
                "max_overflow": 0,
                # an error in the log must not tell what was being written
                "hide_parameters": True,
                "connect_args": {"cursor_factory": PlainCursor},
            }
        },
        ALEMBIC={
            "script_location": str(ROOT / "migrations"),
            "version_locations": [str(ROOT / "migrations" / "versions")],
            "file_template": "%%(year)d%%(month).2d%%(day).2d_%%(rev)s",
        },
        ALEMBIC_CONTEXT={"include_name": is_ours, "compare_type": True},
        SESSION_COOKIE_NAME="__Host-kith" if settings.is_secure else "kith",
        SESSION_COOKIE_SECURE=settings.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=60),
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=2 * 2**20,
        TESTING=settings.environment == "test",
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # the documented way to wrap
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )


def _join(app: Flask, name: str) -> None:
    """Import a room if the feature has it, and let it join the application."""
    try:
        room = import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name != name:
            raise
        return
    if hasattr(room, "init_app"):
        room.init_app(app)
    for blueprint in getattr(room, "BLUEPRINTS", ()):
        app.register_blueprint(blueprint)
