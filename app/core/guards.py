"""Triggers that keep promises a constraint cannot: SQL for migrations, as (up, down) statements."""

REFUSE_CHANGE = (
    """
    CREATE OR REPLACE FUNCTION kith_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END;
    $$
    """,
    "DROP FUNCTION IF EXISTS kith_refuse_change()",
)


def append_only(table: str) -> tuple[str, str]:
    """Return the statements that make a table append-only and undo it; names are ours, not input.

    `REFUSE_CHANGE` comes first in a migration and goes last.
    """
    name = f"{table}_append_only"
    moments = "BEFORE UPDATE OR DELETE OR TRUNCATE"
    act = "FOR EACH STATEMENT EXECUTE FUNCTION kith_refuse_change()"
    return (
        f"CREATE TRIGGER {name} {moments} ON {table} {act}",
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
    )


AUDIT_GUARDS = (REFUSE_CHANGE, append_only("audit_entry"))
