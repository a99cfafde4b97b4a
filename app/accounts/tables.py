"""Tables of higher features, by name: accounts reads them without knowing who they belong to."""

from sqlalchemy import Table

from app.core.database import Base


def table(name: str) -> Table:
    """Return a table of the whole product; KeyError when no feature has it."""
    return Base.metadata.tables[name]
