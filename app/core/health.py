"""Two questions machines ask: is the process alive, and may it be sent requests."""

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
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
    alembic = current_app.extensions["alembic"]
    current = {revision.revision for revision in alembic.current()}
    return current == {revision.revision for revision in alembic.heads()}


def _answers() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True
