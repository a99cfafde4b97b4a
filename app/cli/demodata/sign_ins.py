"""Whom one may be in the demo; apart from the seeding, which takes long to load."""

from app.accounts.personas import personas
from app.web.languages import LANGUAGES

PASSWORD = "kith-demo-please"  # noqa: S105 - printed at every start, for an invented person

SIGN_INS = [
    (persona.name, LANGUAGES[persona.language], persona.address, PASSWORD) for persona in personas()
]
"""Name, what they read, address, password."""
