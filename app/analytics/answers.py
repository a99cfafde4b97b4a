"""What health attends to: days that were counted anew make closed months read otherwise."""

from datetime import date

from flask import Flask

from app.activity import hooks
from app.analytics import service


def init_app(app: Flask) -> None:  # noqa: ARG001 - called with the app like every answers room
    """Attend to days that changed."""
    hooks.days_changed.register(days_changed)


def days_changed(community_id: int, first: date, last: date) -> None:  # noqa: ARG001
    """Have closed months counted anew: soon, and once for many batches."""
    service.restate_later(community_id)
