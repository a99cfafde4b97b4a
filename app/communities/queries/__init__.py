"""Reads of communities, by noun."""

from app.communities.queries.standing import Standing, permissions_of, standing

__all__ = ["Standing", "permissions_of", "standing"]
