"""The pages of billing: membership and orders for members, money for organizers."""

from app.billing.views import connecting, desk, membership, orders, plans, sales
from app.billing.views.blueprint import blueprint

__all__ = ["BLUEPRINTS", "connecting", "desk", "membership", "orders", "plans", "sales"]

BLUEPRINTS = (blueprint,)
