"""Rows the product starts from (roles and what they may, weights) and the append-only triggers."""

import sqlalchemy as sa
from alembic import op

revision = "0003_rows_and_guards"
down_revision = "0002_tables"
branch_labels = None
depends_on = None

MEMBER = (
    "card.edit",
    "community.join",
    "community.leave",
    "community.view",
    "conversations.take_part",
    "events.attend",
    "events.view",
    "events.view_members",
    "matches.view",
    "members.block",
    "members.view",
    "membership.manage",
    "plans.view",
    "reports.create",
    "rules.consent",
    "tickets.buy",
)
HOST = (*MEMBER, "desk.view", "events.check_in", "events.manage")
MODERATOR = (
    *HOST,
    "joining.decide",
    "members.ban",
    "members.manage",
    "members.remove",
    "reports.handle",
)
ORGANIZER = (
    *MODERATOR,
    "community.edit",
    "health.view",
    "invitations.manage",
    "joining.edit",
    "members.announce",
    "members.export",
    "members.import",
    "money.manage",
    "money.view",
    "plans.manage",
    "roles.assign",
    "rules.edit",
    "tickets.refund",
)
OWNER = (
    *ORGANIZER,
    "community.close",
    "community.export",
    "money.connect",
    "roles.assign_owner",
)
ROLES = {
    "member": (10, MEMBER),
    "host": (20, HOST),
    "moderator": (30, MODERATOR),
    "organizer": (40, ORGANIZER),
    "owner": (50, OWNER),
}
WEIGHTS = {
    "member.joined": 3,
    "card.completed": 2,
    "event.seat_taken": 3,
    "event.checked_in": 6,
    "event.created": 8,
    "bought": 4,
    "renewed": 4,
    "introduced": 4,
    "found_useful": 8,
}
FUNCTION = """
CREATE FUNCTION kith_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END;
$$
"""
AUDIT = """
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION kith_refuse_change()
"""
# A fact may be voided, moved to another contact (merge, erasure) or linked to a channel's person;
# what happened, when, and how much it weighed stays. Rows go only with their whole community, and
# imported ones when their import is taken back. A reply may find what it answers later.
ACTIVITY = """
CREATE TRIGGER activity_append_only
BEFORE UPDATE OF id, community_id, type, happened_at, recorded_at, channel_id, source, source_uid,
    thread, subject, weight, text_length ON activity
FOR EACH STATEMENT EXECUTE FUNCTION kith_refuse_change()
"""

VOID_ONCE = """
CREATE TRIGGER activity_void_once BEFORE UPDATE OF void_at ON activity FOR EACH ROW
WHEN (OLD.void_at IS NOT NULL AND NEW.void_at IS DISTINCT FROM OLD.void_at)
EXECUTE FUNCTION kith_refuse_change()
"""
REPLY_ONCE = """
CREATE TRIGGER activity_reply_once BEFORE UPDATE OF reply_to_id ON activity FOR EACH ROW
WHEN (OLD.reply_to_id IS NOT NULL AND NEW.reply_to_id <> OLD.reply_to_id)
EXECUTE FUNCTION kith_refuse_change()
"""
IMPORT_STAYS = """
CREATE TRIGGER activity_import_stays BEFORE UPDATE OF import_run_id ON activity FOR EACH ROW
WHEN (NEW.import_run_id IS NOT NULL AND NEW.import_run_id IS DISTINCT FROM OLD.import_run_id)
EXECUTE FUNCTION kith_refuse_change()
"""
LOSS = """
CREATE FUNCTION kith_refuse_loss() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- a cascade runs inside a trigger of its own: depth 2 and more
    IF pg_trigger_depth() = 1 THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END;
$$
"""
KEPT = """
CREATE TRIGGER activity_kept BEFORE DELETE ON activity FOR EACH ROW
WHEN (OLD.import_run_id IS NULL)
EXECUTE FUNCTION kith_refuse_loss()
"""

# What a transaction is for and what it moved stays; its contact may change by a merge of cards.
# Rows go only with their whole community.
LEDGER_TXN = """
CREATE TRIGGER ledger_txn_append_only
BEFORE UPDATE OF id, public_id, community_id, account, source, source_id, order_id, happened_at,
    recorded_at ON ledger_txn
FOR EACH STATEMENT EXECUTE FUNCTION kith_refuse_change()
"""
LEDGER_ENTRY = """
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR TRUNCATE ON ledger_entry
FOR EACH STATEMENT EXECUTE FUNCTION kith_refuse_change()
"""
LEDGER_KEPT = """
CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW
EXECUTE FUNCTION kith_refuse_loss()
"""
# The entries of a transaction come in one statement; after it they must sum to zero.
BALANCE = """
CREATE FUNCTION kith_check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM ledger_entry
        WHERE txn_id IN (SELECT txn_id FROM written)
        GROUP BY txn_id, currency HAVING sum(amount_minor) <> 0
    ) THEN
        RAISE EXCEPTION 'the entries of a ledger transaction do not sum to zero'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$
"""
LEDGER_BALANCE = """
CREATE TRIGGER ledger_entry_balance AFTER INSERT ON ledger_entry
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION kith_check_balance()
"""
LEDGER_TABLES = ("ledger_txn", "ledger_entry")


def upgrade() -> None:
    role = sa.table("role", sa.column("key"), sa.column("rank"))
    permission = sa.table("role_permission", sa.column("role_key"), sa.column("permission"))
    weight = sa.table("activity_weight", *map(sa.column, ("type", "version", "weight")))
    op.bulk_insert(role, [{"key": key, "rank": rank} for key, (rank, _) in ROLES.items()])
    op.bulk_insert(
        permission,
        [
            {"role_key": key, "permission": name}
            for key, (_, names) in ROLES.items()
            for name in sorted(names)
        ],
    )
    op.bulk_insert(
        weight,
        [{"type": key, "version": 1, "weight": value} for key, value in WEIGHTS.items()],
    )
    op.execute(FUNCTION)
    op.execute(AUDIT)
    op.execute(ACTIVITY)
    op.execute(VOID_ONCE)
    op.execute(REPLY_ONCE)
    op.execute(IMPORT_STAYS)
    op.execute(LOSS)
    op.execute(KEPT)
    op.execute(LEDGER_TXN)
    op.execute(LEDGER_ENTRY)
    op.execute(BALANCE)
    op.execute(LEDGER_BALANCE)
    for table in LEDGER_TABLES:
        op.execute(LEDGER_KEPT.format(table=table))


def downgrade() -> None:
    for table in LEDGER_TABLES:
        op.execute(f"DROP TRIGGER {table}_kept ON {table}")
    op.execute("DROP TRIGGER ledger_entry_balance ON ledger_entry")
    op.execute("DROP FUNCTION kith_check_balance()")
    op.execute("DROP TRIGGER ledger_entry_append_only ON ledger_entry")
    op.execute("DROP TRIGGER ledger_txn_append_only ON ledger_txn")
    op.execute("DROP TRIGGER activity_kept ON activity")
    op.execute("DROP FUNCTION kith_refuse_loss()")
    op.execute("DROP TRIGGER activity_import_stays ON activity")
    op.execute("DROP TRIGGER activity_reply_once ON activity")
    op.execute("DROP TRIGGER activity_void_once ON activity")
    op.execute("DROP TRIGGER activity_append_only ON activity")
    op.execute("DROP TRIGGER audit_entry_append_only ON audit_entry")
    op.execute("DROP FUNCTION kith_refuse_change()")
    op.execute("DELETE FROM activity_weight WHERE community_id IS NULL")
    op.execute("DELETE FROM role_permission")
    # memberships point at roles; stepping below this revision drops those tables right after
    op.execute("ALTER TABLE membership DROP CONSTRAINT IF EXISTS fk_membership_role_key")
    op.execute("DELETE FROM role")
