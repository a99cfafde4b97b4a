"""The blueprint that the views of health register with."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from app.analytics.drawing import stacked_months, tone
from app.analytics.intervals import Share
from app.analytics.views import words

blueprint = Blueprint("analytics", __name__, template_folder="../templates")
GLOBALS: dict[str, Callable[..., Any]] = {
    "stacked_months": stacked_months,
    "health_tone": tone,
    "share_of": Share,
    "health_label": words.label,
    "health_change": words.label_of_change,
    "health_import": words.import_name,
    "awake_means": words.awake_means,
    "weekday_name": words.weekday_name,
    "hour_name": words.hour_name,
}
for name, one in GLOBALS.items():
    blueprint.add_app_template_global(one, name)
