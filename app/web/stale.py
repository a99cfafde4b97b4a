"""Stale forms: what is saved now beside what was typed, said as the form says it."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import abort, request
from werkzeug.datastructures import FileStorage
from wtforms import Field, FieldList, Form, SelectField, SelectMultipleField

from app.core.errors import StaleForm
from app.web.errors import Both, both_texts
from app.web.saying import said
from app.web.views import page_above


@contextmanager
def stale_in_words_of(
    form: Form, *, page: str | None = None, besides: Collection[str] = ()
) -> Iterator[None]:
    """Answer a stale form with both texts, and lead back to the form as it is now.

    Facts bear the names of the form's fields. `page` is where the form stands, if not at the
    address it is sent to; `besides` are fields of what is replaced and never compared.
    """
    try:
        yield
    except StaleForm as stale:
        order = [field.short_name for field in form]
        both = [
            Both(_name(form[name]), _in_words(form[name], fact), _in_words(form[name], typed))
            for name, fact, typed in sorted(stale.facts(), key=lambda one: order.index(one[0]))
        ]
        filled = [form[name] for name in besides if form[name].data]
        both += [Both(_name(field), None, _in_words(field, field.data)) for field in filled]
        abort(both_texts(both, form_url=page or page_above(request.path)))


def _name(field: Field) -> str:
    """Return the words of a label that more is said after, which ends a question."""
    return _label(field).rstrip("?？ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")


def _label(field: Field) -> str:
    return str(field.label.text)


def _in_words(field: Field, fact: Any) -> str:
    """Return a fact as its field shows it: choices by their labels, a list in paragraphs."""
    if isinstance(field, FieldList):
        return "\n\n".join(_entry_in_words(field, entry) for entry in fact)
    if isinstance(field, SelectMultipleField):
        return "\n".join(_label(choice) for choice in field if choice.data in fact)
    if isinstance(field, SelectField):
        labels = {str(choice.data): _label(choice) for choice in field}
        return labels.get(str(fact), str(fact))
    return str(fact.filename if isinstance(fact, FileStorage) else said(fact))


def _entry_in_words(field: "FieldList[Any]", entry: Mapping[str, object]) -> str:
    """Return the lines of one entry; of boxes that are ticked, their labels."""
    shape = (field.entries or [field.append_entry()])[0].form
    facts = {name: fact for name, fact in entry.items() if fact}
    return "\n".join(
        _label(shape[name]) if fact is True else str(fact) for name, fact in facts.items()
    )
