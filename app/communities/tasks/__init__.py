"""Background jobs of communities, by noun; importing a module here makes its jobs known."""

from app.communities.tasks import closing, rules

__all__ = ["closing", "rules"]
