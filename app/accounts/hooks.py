"""Moments of a person's account that higher features attend to, in the same transaction."""

from datetime import datetime

from app.accounts.models import Person, PersonEmail
from app.core.hooks import Hook

address_verified: Hook[[PersonEmail], None] = Hook("address_verified")
"""A person proved an address: communities let them claim the contacts that carry it."""

person_erased: Hook[[Person, datetime], None] = Hook("person_erased")
"""A person is being erased: every feature applies the erasure rule of its own columns."""

personal_files: Hook[[Person], dict[str, bytes]] = Hook("personal_files")
"""Files (path within the zip -> bytes) that belong into a person's export."""
