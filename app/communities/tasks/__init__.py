"""Background jobs of communities, by noun; importing a module here makes its jobs known."""

from app.communities.tasks import announcements, closing, imports, rules

__all__ = ["announcements", "closing", "imports", "rules"]
