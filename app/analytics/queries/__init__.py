"""Reads of a community's health, from roll-ups and closed months."""

from app.analytics.queries.members import active_members, monthly

__all__ = ["active_members", "monthly"]
