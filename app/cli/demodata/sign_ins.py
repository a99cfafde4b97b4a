"""Whom one may be in the demo; apart from the seeding, which takes long to load."""

from app.accounts.personas import personas

PASSWORD = "kith-demo-please"  # noqa: S105 - printed at every start, for an invented person

SIGN_INS = [(persona.name, persona.address, PASSWORD) for persona in personas()]
"""Name, address, password."""
