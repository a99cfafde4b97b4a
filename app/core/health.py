"""Two questions machines ask: is the process alive, and may it be sent requests."""

from functools import cache

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from app.core import policy
from app.core.database import db

blueprint = Blueprint("health", __name__)
BLUEPRINTS = (blueprint,)


@blueprint.get("/healthz")
@policy.public
def healthz() -> ResponseReturnValue:
    """Say that this process answers; asks nobody else."""
    return jsonify(alive=True)


@blueprint.get("/readyz")
@policy.public
def readyz() -> ResponseReturnValue:
    """Say whether the database answers and has the tables this version needs."""
    checks = {"database": _answers()}
    checks["migrations"] = checks["database"] and is_migrated()
    is_ready = all(checks.values())
    return jsonify(ready=is_ready, checks=checks), 200 if is_ready else 503


def is_migrated() -> bool:
    """Tell whether the database is at the newest migration."""
    if not inspect(db.session.connection()).has_table("alembic_version"):
        return False
    current = db.session.scalars(text("SELECT version_num FROM alembic_version"))
    return set(current) == _newest()


@cache
def _newest() -> set[str]:
    """Return the newest revisions of this version's migrations, read once."""
    return set(current_app.extensions["alembic"].script_directory.get_heads())


def _answers() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True
