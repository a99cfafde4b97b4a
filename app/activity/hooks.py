"""Moments of the ledger that higher features attend to, in the same transaction."""

from datetime import date

from app.core.hooks import Hook

days_changed: Hook[[int, date, date], None] = Hook("days_changed")
"""Days of a community (its id, the first day, the last) were counted anew or got many facts at
once: an import, its undoing, a link, a move to another zone. Roll-ups made of days are stale.
"""
