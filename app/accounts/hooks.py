"""Moments of a person's account that higher features attend to, in the same transaction."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement

from app.accounts.models import Person, PersonEmail
from app.accounts.queries import languages_of
from app.core.hooks import Hook, Question

address_verified: Hook[[PersonEmail], None] = Hook("address_verified")
"""A person proved an address: communities let them claim the contacts that carry it."""

invites: Hook[[str, str | None, datetime], bool] = Hook("invites")
"""Does a path of this site invite (an address, once one is named) while sign-up is closed?"""

kept_for: Hook[[str], str | None] = Hook("kept_for")
"""For which address is the place kept to which a path of this site leads, if there is one?"""

made_by_invitation: Hook[[Person, str, datetime], None] = Hook("made_by_invitation")
"""An account was made while sign-up is closed, and goes on to a path of this site: what invited
there counts it, or refuses."""

address_changed: Hook[[PersonEmail], None] = Hook("address_changed")
"""A proved address took the place of another: communities know the person by it from now on."""

person_erased: Hook[[Person, datetime], None] = Hook("person_erased")
"""A person is being erased: every feature lets go of what the declarations cannot say.

Called before the declared columns are emptied, so their contacts can still be found.
"""

people_blocked: Hook[[Person, Person, datetime], None] = Hook("people_blocked")
"""One person blocked another: what goes to and fro between them ends in the same transaction."""

hidden_rows: Hook[[str, int], ColumnElement[bool] | None] = Hook("hidden_rows")
"""Rows of a person's own (table name, person id) that tell of someone a block hides from them."""

personal_files: Hook[[Person], dict[str, bytes]] = Hook("personal_files")
"""Files (path within the zip -> bytes) that belong into a person's export."""

suspend_community: Question[[int, datetime | None], None] = Question("suspend_community")
"""A site administrator suspends a community (by id) from a moment on, or lifts it (None)."""


@dataclass(frozen=True)
class Persona:
    """Someone made up whom a visitor of the demo may be, by one click."""

    address: str
    name: str
    words: str  # who they are, marked by `core.text.N_`
    language: str = "en"


demo_personas: Hook[[], list[Persona]] = Hook("demo_personas")
"""The demo's seeding says whom one may be."""


def personas_now() -> list[Persona]:
    """Return whom one may be, each with the language they read by now: a visitor may change it.

    Who was given another address meanwhile is found by it no more.
    """
    lent = [persona for group in demo_personas() for persona in group]
    reads = languages_of(persona.address for persona in lent)
    return [replace(one, language=reads[one.address]) for one in lent if one.address in reads]
