"""Stale forms name their fields as the form does."""

from collections.abc import Iterator
from contextlib import contextmanager

from wtforms import Form

from app.core.database import db
from app.core.errors import StaleForm


@contextmanager
def stale_in_words_of(form: Form) -> Iterator[None]:
    """Give the two texts of a stale form the labels a reader knows."""
    try:
        yield
    except StaleForm as stale:
        db.session.rollback()
        labels = {name: str(form[name].label.text) for name in stale.theirs}
        raise StaleForm(
            theirs={labels[name]: text for name, text in stale.theirs.items()},
            yours={labels[name]: text for name, text in stale.yours.items()},
        ) from None
