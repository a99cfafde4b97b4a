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
    "events.attend",
    "events.view",
    "events.view_members",
    "matches.view",
    "members.block",
    "members.view",
    "reports.create",
    "rules.consent",
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
    "roles.assign",
    "rules.edit",
)
OWNER = (*ORGANIZER, "community.close", "community.export", "roles.assign_owner")
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
# what happened, when, and how much it weighed stays. Rows go only with their whole community.
ACTIVITY = """
CREATE TRIGGER activity_append_only
BEFORE UPDATE OF id, community_id, type, happened_at, recorded_at, channel_id, source, source_uid,
    thread, reply_to_id, subject, weight ON activity
FOR EACH STATEMENT EXECUTE FUNCTION kith_refuse_change()
"""

VOID_ONCE = """
CREATE TRIGGER activity_void_once BEFORE UPDATE OF void_at ON activity FOR EACH ROW
WHEN (OLD.void_at IS NOT NULL AND NEW.void_at IS DISTINCT FROM OLD.void_at)
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
EXECUTE FUNCTION kith_refuse_loss()
"""


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
    op.execute(LOSS)
    op.execute(KEPT)


def downgrade() -> None:
    op.execute("DROP TRIGGER activity_kept ON activity")
    op.execute("DROP FUNCTION kith_refuse_loss()")
    op.execute("DROP TRIGGER activity_void_once ON activity")
    op.execute("DROP TRIGGER activity_append_only ON activity")
    op.execute("DROP TRIGGER audit_entry_append_only ON audit_entry")
    op.execute("DROP FUNCTION kith_refuse_change()")
    op.execute("DELETE FROM activity_weight WHERE community_id IS NULL")
    op.execute("DELETE FROM role_permission")
    # memberships point at roles; stepping below this revision drops those tables right after
    op.execute("ALTER TABLE membership DROP CONSTRAINT IF EXISTS fk_membership_role_key")
    op.execute("DELETE FROM role")
