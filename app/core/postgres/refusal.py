"""The one refusal of the embedded server."""


class PostgresRefused(Exception):
    """The embedded PostgreSQL cannot run here; the message says why and how to mend it."""
