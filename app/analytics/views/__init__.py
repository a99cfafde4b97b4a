"""The edge of analytics: how a community is doing, for those who look after it."""

from app.analytics.views import cohorts, counting, page, people
from app.analytics.views.blueprint import blueprint

__all__ = ["BLUEPRINTS", "cohorts", "counting", "page", "people"]

BLUEPRINTS = (blueprint,)
