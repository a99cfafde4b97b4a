"""Every table as it stood at the first release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "0002_tables"
down_revision = "0001_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("community_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_table", sa.String(length=60), nullable=True),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_actor_id"), "audit_entry", ["actor_id"], unique=False)
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_index(
        "ix_audit_entry_community_id_at", "audit_entry", ["community_id", "at"], unique=False
    )
    op.create_index(
        "ix_audit_entry_subject", "audit_entry", ["subject_table", "subject_id"], unique=False
    )
    op.create_table(
        "erasure_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_entry")),
        sa.UniqueConstraint("person_id", name=op.f("uq_erasure_entry_person_id")),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("demo_seeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "founding",
            sa.Enum(
                "anyone",
                "admins",
                name="founding",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sign_up_open", sa.Boolean(), nullable=False),
        sa.Column("setup_token_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("theme", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_site_admin", sa.Boolean(), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_reason", sa.String(length=500), nullable=True),
        sa.Column("totp_salt", sa.LargeBinary(), nullable=True),
        sa.Column("totp_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=True),
        sa.Column("erasure_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    op.create_table(
        "role",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_role")),
        sa.UniqueConstraint("rank", name=op.f("uq_role_rank")),
    )
    op.create_table(
        "spent_effect",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_spent_effect")),
    )
    op.create_table(
        "throttle",
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_throttle")),
    )
    op.create_index(op.f("ix_throttle_ends_at"), "throttle", ["ends_at"], unique=False)
    op.create_table(
        "block",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("blocker_id", sa.BigInteger(), nullable=False),
        sa.Column("blocked_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("blocker_id <> blocked_id", name=op.f("ck_block_not_oneself")),
        sa.ForeignKeyConstraint(
            ["blocked_id"], ["person.id"], name=op.f("fk_block_blocked_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["blocker_id"], ["person.id"], name=op.f("fk_block_blocker_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
        sa.UniqueConstraint(
            "blocker_id", "blocked_id", name=op.f("uq_block_blocker_id_blocked_id")
        ),
    )
    op.create_index(op.f("ix_block_blocked_id"), "block", ["blocked_id"], unique=False)
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_calendar_feed_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_index(
        op.f("ix_calendar_feed_person_id"), "calendar_feed", ["person_id"], unique=False
    )
    op.create_index(
        "uq_calendar_feed_current",
        "calendar_feed",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "community",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=500), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("welcome", sa.Text(), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "unlisted",
                "private",
                "secret",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "joining",
            sa.Enum(
                "open",
                "questions",
                "approval",
                "invitation",
                name="joining",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("hue", sa.BigInteger(), nullable=False),
        sa.Column("mark_key", sa.String(length=80), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("founder_id", sa.BigInteger(), nullable=True),
        sa.Column("checklist_done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple', search_text)", persisted=True),
            nullable=False,
        ),
        sa.Column("sort_key", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("currency ~ '^[a-z]{3}$'", name=op.f("ck_community_currency_code")),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9](-?[a-z0-9])*$'", name=op.f("ck_community_slug_plain")
        ),
        sa.CheckConstraint("hue BETWEEN 0 AND 359", name=op.f("ck_community_hue_on_the_wheel")),
        sa.ForeignKeyConstraint(
            ["founder_id"], ["person.id"], name=op.f("fk_community_founder_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community")),
        sa.UniqueConstraint("public_id", name=op.f("uq_community_public_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_community_slug")),
    )
    op.create_index(op.f("ix_community_founder_id"), "community", ["founder_id"], unique=False)
    op.create_index(
        "ix_community_search", "community", ["search"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "data_export",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "ready",
                "gone",
                name="export_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("file_key", sa.String(length=80), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_data_export_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_export")),
        sa.UniqueConstraint("public_id", name=op.f("uq_data_export_public_id")),
    )
    op.create_index(op.f("ix_data_export_person_id"), "data_export", ["person_id"], unique=False)
    op.create_table(
        "mail_token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "sign_up",
                "reset",
                "magic",
                "add_email",
                name="token_purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("address_key", sa.String(length=254), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_mail_token_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mail_token_token_hash")),
    )
    op.create_index(op.f("ix_mail_token_address_key"), "mail_token", ["address_key"], unique=False)
    op.create_index(op.f("ix_mail_token_person_id"), "mail_token", ["person_id"], unique=False)
    op.create_table(
        "person_email",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("address_key", sa.String(length=254), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_email_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_email")),
        sa.UniqueConstraint("address_key", name=op.f("uq_person_email_address_key")),
    )
    op.create_index(
        "uq_person_email_primary",
        "person_email",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("is_primary"),
    )
    op.create_table(
        "person_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_person_session_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_session_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_person_session_token_hash")),
    )
    op.create_index(
        op.f("ix_person_session_person_id"), "person_session", ["person_id"], unique=False
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_recovery_code_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(
        op.f("ix_recovery_code_person_id"), "recovery_code", ["person_id"], unique=False
    )
    op.create_table(
        "role_permission",
        sa.Column("role_key", sa.String(length=32), nullable=False),
        sa.Column("permission", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_key"], ["role.key"], name=op.f("fk_role_permission_role_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("role_key", "permission", name=op.f("pk_role_permission")),
    )
    op.create_table(
        "activity_weight",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "weight BETWEEN 1 AND 12", name=op.f("ck_activity_weight_weight_on_the_scale")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_activity_weight_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_weight")),
    )
    op.create_index(
        "uq_activity_weight",
        "activity_weight",
        ["community_id", "type", "version"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "channel",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("uid", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_channel_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_channel_community_id_id")),
        sa.UniqueConstraint(
            "community_id", "source", "uid", name=op.f("uq_channel_community_id_source_uid")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_channel_public_id")),
    )
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "preview",
                "running",
                "done",
                "undoing",
                "undone",
                name="import_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_key", sa.String(length=80), nullable=True),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rejects", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("progress", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_import_run_community_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["person.id"],
            name=op.f("fk_import_run_created_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_import_run_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_import_run_public_id")),
    )
    op.create_index(
        op.f("ix_import_run_created_by_id"), "import_run", ["created_by_id"], unique=False
    )
    op.create_table(
        "join_question",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_join_question_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_question")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_join_question_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_join_question_public_id")),
    )
    op.create_table(
        "quota",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("sold", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("held >= 0", name=op.f("ck_quota_held_positive")),
        sa.CheckConstraint(
            "size IS NULL OR held + sold <= size", name=op.f("ck_quota_never_oversold")
        ),
        sa.CheckConstraint("sold >= 0", name=op.f("ck_quota_sold_positive")),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_quota_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_quota_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_quota_public_id")),
    )
    op.create_table(
        "rules_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_rules_version_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_version")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_rules_version_community_id_id")),
        sa.UniqueConstraint(
            "community_id", "number", name=op.f("uq_rules_version_community_id_number")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_rules_version_public_id")),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_series_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_series_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_series_public_id")),
    )
    op.create_table(
        "stored_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=True),
        sa.Column("height", sa.BigInteger(), nullable=True),
        sa.Column("community_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_stored_file_community_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_stored_file_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("key", name=op.f("uq_stored_file_key")),
    )
    op.create_index(
        op.f("ix_stored_file_community_id"), "stored_file", ["community_id"], unique=False
    )
    op.create_index(op.f("ix_stored_file_person_id"), "stored_file", ["person_id"], unique=False)
    op.create_table(
        "tag",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("name_key", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_tag_community_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_tag_community_id_id")),
        sa.UniqueConstraint("community_id", "name_key", name=op.f("uq_tag_community_id_name_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_tag_public_id")),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_key", sa.String(length=254), nullable=True),
        sa.Column("pronouns", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("about", sa.String(length=600), nullable=False),
        sa.Column("picture_key", sa.String(length=80), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("is_team", sa.Boolean(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "founding",
                "joining",
                "guest",
                "import",
                "by_hand",
                name="contact_source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("import_run_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sort_key", sa.LargeBinary(), nullable=False),
        sa.Column("search_members_text", sa.Text(), nullable=False),
        sa.Column("search_organizers_text", sa.Text(), nullable=False),
        sa.Column(
            "search_members",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple', search_members_text)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "search_organizers",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple', search_organizers_text)", persisted=True),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "import_run_id"],
            ["import_run.community_id", "import_run.id"],
            name=op.f("fk_contact_community_id_import_run_id"),
            ondelete="SET NULL (import_run_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_contact_community_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_contact_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_contact_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contact_public_id")),
    )
    op.create_index(op.f("ix_contact_person_id"), "contact", ["person_id"], unique=False)
    op.create_index(
        "ix_contact_search_members",
        "contact",
        ["search_members"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        "ix_contact_search_organizers",
        "contact",
        ["search_organizers"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index("ix_contact_sort", "contact", ["community_id", "sort_key", "id"], unique=False)
    op.create_index(
        "uq_contact_email",
        "contact",
        ["community_id", "email_key"],
        unique=True,
        postgresql_where=sa.text("email_key IS NOT NULL"),
    )
    op.create_index(
        "uq_contact_person",
        "contact",
        ["community_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("quota_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "taken",
                "released",
                name="hold_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_hold_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["community_id", "quota_id"],
            ["quota.community_id", "quota.id"],
            name=op.f("fk_hold_community_id_quota_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_hold_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_hold_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_hold_public_id")),
    )
    op.create_index(op.f("ix_hold_expires_at"), "hold", ["expires_at"], unique=False)
    op.create_index(op.f("ix_hold_quota_id"), "hold", ["quota_id"], unique=False)
    op.create_table(
        "rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("rules_version_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "rules_version_id"],
            ["rules_version.community_id", "rules_version.id"],
            name=op.f("fk_rule_community_id_rules_version_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_rule_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_rule_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rule_public_id")),
    )
    op.create_index(op.f("ix_rule_rules_version_id"), "rule", ["rules_version_id"], unique=False)
    op.create_table(
        "activity_day",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_activity_day_count_positive")),
        sa.ForeignKeyConstraint(
            ["community_id", "channel_id"],
            ["channel.community_id", "channel.id"],
            name=op.f("fk_activity_day_community_id_channel_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_activity_day_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_activity_day_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_day")),
        sa.UniqueConstraint(
            "community_id",
            "contact_id",
            "day",
            "channel_id",
            "type",
            name=op.f("uq_activity_day_community_id_contact_id_day_channel_id_type"),
        ),
    )
    op.create_index(
        "ix_activity_day_day",
        "activity_day",
        ["community_id", "day", sa.literal_column("contact_id")],
        unique=False,
    )
    op.create_table(
        "announcement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("audience", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "sending",
                "sent",
                name="announcement_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("answers_to_author", sa.Boolean(), nullable=False),
        sa.Column("recipients", sa.BigInteger(), nullable=False),
        sa.Column("written", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "author_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_announcement_community_id_author_id"),
            ondelete="SET NULL (author_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_announcement_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_announcement_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_announcement_public_id")),
    )
    op.create_table(
        "ban",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("banned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("banned_by_id", sa.BigInteger(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "banned_by_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_ban_community_id_banned_by_id"),
            ondelete="SET NULL (banned_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_ban_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_ban_community_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ban")),
    )
    op.create_index(
        "uq_ban_current",
        "ban",
        ["community_id", "contact_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "community_export",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "ready",
                "gone",
                name="community_export_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("file_key", sa.String(length=80), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "requested_by_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_community_export_community_id_requested_by_id"),
            ondelete="SET NULL (requested_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_community_export_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_export")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_community_export_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_community_export_public_id")),
    )
    op.create_table(
        "contact_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "author_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_contact_note_community_id_author_id"),
            ondelete="SET NULL (author_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_contact_note_community_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_contact_note_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_note")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_contact_note_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contact_note_public_id")),
    )
    op.create_index(
        op.f("ix_contact_note_contact_id"), "contact_note", ["contact_id"], unique=False
    )
    op.create_table(
        "contact_tag",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_contact_tag_community_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "tag_id"],
            ["tag.community_id", "tag.id"],
            name=op.f("fk_contact_tag_community_id_tag_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_contact_tag_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_tag")),
        sa.UniqueConstraint(
            "community_id",
            "contact_id",
            "tag_id",
            name=op.f("uq_contact_tag_community_id_contact_id_tag_id"),
        ),
    )
    op.create_index(op.f("ix_contact_tag_tag_id"), "contact_tag", ["tag_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("starts_local", sa.DateTime(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "members",
                name="event_visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "published",
                "cancelled",
                name="event_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("plus_ones", sa.BigInteger(), nullable=False),
        sa.Column("picture_key", sa.String(length=80), nullable=True),
        sa.Column("quota_id", sa.BigInteger(), nullable=False),
        sa.Column("series_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_words", sa.String(length=500), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL)",
            name=op.f("ck_event_cancelled_once"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_event_ends_after_it_starts")),
        sa.CheckConstraint("plus_ones BETWEEN 0 AND 9", name=op.f("ck_event_plus_ones_in_reason")),
        sa.ForeignKeyConstraint(
            ["community_id", "created_by_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_event_community_id_created_by_id"),
            ondelete="SET NULL (created_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "quota_id"],
            ["quota.community_id", "quota.id"],
            name=op.f("fk_event_community_id_quota_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "series_id"],
            ["series.community_id", "series.id"],
            name=op.f("fk_event_community_id_series_id"),
            ondelete="SET NULL (series_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_event_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_event_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_event_public_id")),
        sa.UniqueConstraint(
            "series_id", "starts_local", name=op.f("uq_event_series_id_starts_local")
        ),
    )
    op.create_index(op.f("ix_event_series_id"), "event", ["series_id"], unique=False)
    op.create_index("ix_event_starts", "event", ["community_id", "starts_at"], unique=False)
    op.create_index(op.f("ix_event_starts_at"), "event", ["starts_at"], unique=False)
    op.create_table(
        "facet",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "interest",
                "offer",
                "want",
                "goal",
                "language",
                name="facet_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.Column("value_key", sa.String(length=60), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "members",
                "matching",
                "off",
                name="facet_visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_facet_community_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_facet_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facet")),
        sa.UniqueConstraint(
            "community_id",
            "contact_id",
            "kind",
            "value_key",
            name=op.f("uq_facet_community_id_contact_id_kind_value_key"),
        ),
    )
    op.create_index(op.f("ix_facet_contact_id"), "facet", ["contact_id"], unique=False)
    op.create_index("ix_facet_value", "facet", ["community_id", "kind", "value_key"], unique=False)
    op.create_table(
        "identity",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("uid", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=True),
        sa.Column("is_bot", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_identity_community_id_contact_id"),
            ondelete="SET NULL (contact_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_identity_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_identity_community_id_id")),
        sa.UniqueConstraint(
            "community_id", "source", "uid", name=op.f("uq_identity_community_id_source_uid")
        ),
    )
    op.create_index(op.f("ix_identity_contact_id"), "identity", ["contact_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "trusted",
                "unknown",
                name="invitation_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("max_uses", sa.BigInteger(), nullable=True),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "max_uses IS NULL OR uses <= max_uses", name=op.f("ck_invitation_never_overused")
        ),
        sa.CheckConstraint("uses >= 0", name=op.f("ck_invitation_uses_positive")),
        sa.ForeignKeyConstraint(
            ["community_id", "created_by_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_invitation_community_id_created_by_id"),
            ondelete="SET NULL (created_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_invitation_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_invitation_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitation_public_id")),
    )
    op.create_table(
        "match_choice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "friend",
                "mentor",
                "collaborator",
                name="match_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_match_choice_community_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_match_choice_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_choice")),
        sa.UniqueConstraint(
            "community_id",
            "contact_id",
            "kind",
            name=op.f("uq_match_choice_community_id_contact_id_kind"),
        ),
    )
    op.create_table(
        "notice_choice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("community_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(person_id, contact_id) = 1", name=op.f("ck_notice_choice_one_reader")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_notice_choice_community_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_notice_choice_community_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_notice_choice_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_choice")),
        sa.UniqueConstraint(
            "person_id",
            "contact_id",
            "community_id",
            "kind",
            name="uq_notice_choice_reader",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        op.f("ix_notice_choice_community_id"), "notice_choice", ["community_id"], unique=False
    )
    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("effect_key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("to_name", sa.String(length=200), nullable=False),
        sa.Column("to_address", sa.String(length=320), nullable=False),
        sa.Column("from_name", sa.String(length=200), nullable=False),
        sa.Column("reply_to", sa.String(length=320), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("text_body", sa.Text(), nullable=False),
        sa.Column("html_body", sa.Text(), nullable=False),
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unsubscribe_url", sa.Text(), nullable=True),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blanked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'bounced', 'failed')",
            name=op.f("ck_outgoing_mail_state"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_outgoing_mail_community_id_contact_id"),
            ondelete="SET NULL (contact_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_outgoing_mail_community_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_outgoing_mail_person_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
        sa.UniqueConstraint("effect_key", name=op.f("uq_outgoing_mail_effect_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outgoing_mail_message_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_outgoing_mail_public_id")),
    )
    op.create_index(
        op.f("ix_outgoing_mail_community_id"), "outgoing_mail", ["community_id"], unique=False
    )
    op.create_index(
        op.f("ix_outgoing_mail_contact_id"), "outgoing_mail", ["contact_id"], unique=False
    )
    op.create_index("ix_outgoing_mail_created_at", "outgoing_mail", ["created_at"], unique=False)
    op.create_index(
        op.f("ix_outgoing_mail_person_id"), "outgoing_mail", ["person_id"], unique=False
    )
    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("reporter_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "subject",
            sa.Enum(
                "contact",
                "event",
                "community",
                name="report_subject",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject_public_id", sa.String(length=16), nullable=False),
        sa.Column("about_contact_id", sa.BigInteger(), nullable=True),
        sa.Column("rule_id", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "in_review",
                "resolved",
                name="report_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "no_action",
                "talked",
                "warned",
                "content_removed",
                "removed",
                "banned",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("handled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'resolved') = (outcome IS NOT NULL)",
            name=op.f("ck_report_resolved_with_an_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "about_contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_report_community_id_about_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "handled_by_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_report_community_id_handled_by_id"),
            ondelete="SET NULL (handled_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "reporter_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_report_community_id_reporter_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "rule_id"],
            ["rule.community_id", "rule.id"],
            name=op.f("fk_report_community_id_rule_id"),
            ondelete="SET NULL (rule_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_report_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_report_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_public_id")),
    )
    op.create_index(
        op.f("ix_report_about_contact_id"), "report", ["about_contact_id"], unique=False
    )
    op.create_index(
        "ix_report_queue", "report", ["community_id", "state", "created_at"], unique=False
    )
    op.create_table(
        "rules_consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("rules_version_id", sa.BigInteger(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_rules_consent_community_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "rules_version_id"],
            ["rules_version.community_id", "rules_version.id"],
            name=op.f("fk_rules_consent_community_id_rules_version_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_rules_consent_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_consent")),
        sa.UniqueConstraint(
            "community_id",
            "contact_id",
            "rules_version_id",
            name=op.f("uq_rules_consent_community_id_contact_id_rules_version_id"),
        ),
    )
    op.create_table(
        "suggestion",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "friend",
                "mentor",
                "collaborator",
                name="match_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("contact_id <> other_id", name=op.f("ck_suggestion_not_oneself")),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_suggestion_community_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "other_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_suggestion_community_id_other_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_suggestion_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sa.UniqueConstraint(
            "community_id",
            "contact_id",
            "kind",
            "other_id",
            name=op.f("uq_suggestion_community_id_contact_id_kind_other_id"),
        ),
    )
    op.create_index(op.f("ix_suggestion_other_id"), "suggestion", ["other_id"], unique=False)
    op.create_table(
        "activity",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("identity_id", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("source_uid", sa.String(length=120), nullable=False),
        sa.Column("thread", sa.String(length=120), nullable=True),
        sa.Column("reply_to_id", sa.BigInteger(), nullable=True),
        sa.Column("counterpart_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(length=40), nullable=True),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("import_run_id", sa.BigInteger(), nullable=True),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "contact_id IS NOT NULL OR identity_id IS NOT NULL",
            name=op.f("ck_activity_someone_did_it"),
        ),
        sa.CheckConstraint("weight BETWEEN 1 AND 12", name=op.f("ck_activity_weight_on_the_scale")),
        sa.ForeignKeyConstraint(
            ["community_id", "channel_id"],
            ["channel.community_id", "channel.id"],
            name=op.f("fk_activity_community_id_channel_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_activity_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "counterpart_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_activity_community_id_counterpart_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "identity_id"],
            ["identity.community_id", "identity.id"],
            name=op.f("fk_activity_community_id_identity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "import_run_id"],
            ["import_run.community_id", "import_run.id"],
            name=op.f("fk_activity_community_id_import_run_id"),
            ondelete="SET NULL (import_run_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "reply_to_id"],
            ["activity.community_id", "activity.id"],
            name=op.f("fk_activity_community_id_reply_to_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_activity_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_activity_community_id_id")),
    )
    op.create_index(
        "ix_activity_contact",
        "activity",
        ["community_id", "contact_id", "happened_at"],
        unique=False,
    )
    op.create_index(
        "ix_activity_happened", "activity", ["community_id", "happened_at"], unique=False
    )
    op.create_index(op.f("ix_activity_identity_id"), "activity", ["identity_id"], unique=False)
    op.create_index(
        "uq_activity_source",
        "activity",
        ["community_id", "source", "channel_id", "source_uid"],
        unique=True,
    )
    op.create_table(
        "attendance",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "going",
                "cancelled",
                "expired",
                name="attendance_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("seats", sa.BigInteger(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=True),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived", sa.BigInteger(), nullable=False),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_in_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "arrived = 0 OR state = 'going'", name=op.f("ck_attendance_only_the_going_arrive")
        ),
        sa.CheckConstraint(
            "(arrived > 0) = (checked_in_at IS NOT NULL)",
            name=op.f("ck_attendance_arrived_at_a_moment"),
        ),
        sa.CheckConstraint(
            "arrived BETWEEN 0 AND seats", name=op.f("ck_attendance_no_more_arrive_than_have_seats")
        ),
        sa.CheckConstraint("seats BETWEEN 1 AND 10", name=op.f("ck_attendance_seats_in_reason")),
        sa.ForeignKeyConstraint(
            ["community_id", "checked_in_by_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_attendance_community_id_checked_in_by_id"),
            ondelete="SET NULL (checked_in_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_attendance_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "event_id"],
            ["event.community_id", "event.id"],
            name=op.f("fk_attendance_community_id_event_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "hold_id"],
            ["hold.community_id", "hold.id"],
            name=op.f("fk_attendance_community_id_hold_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_attendance_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_attendance_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attendance_public_id")),
    )
    op.create_index(op.f("ix_attendance_contact_id"), "attendance", ["contact_id"], unique=False)
    op.create_index(
        "ix_attendance_event", "attendance", ["community_id", "event_id", "state"], unique=False
    )
    op.create_index(
        "uq_attendance_current",
        "attendance",
        ["community_id", "event_id", "contact_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('pending', 'going')"),
    )
    op.create_table(
        "event_host",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_event_host_community_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "event_id"],
            ["event.community_id", "event.id"],
            name=op.f("fk_event_host_community_id_event_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_event_host_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_host")),
        sa.UniqueConstraint(
            "community_id",
            "event_id",
            "contact_id",
            name=op.f("uq_event_host_community_id_event_id_contact_id"),
        ),
    )
    op.create_index(op.f("ix_event_host_contact_id"), "event_host", ["contact_id"], unique=False)
    op.create_table(
        "join_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "approved",
                "declined",
                "withdrawn",
                name="join_request_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("invitation_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("reply", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_join_request_community_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "decided_by_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_join_request_community_id_decided_by_id"),
            ondelete="SET NULL (decided_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "invitation_id"],
            ["invitation.community_id", "invitation.id"],
            name=op.f("fk_join_request_community_id_invitation_id"),
            ondelete="SET NULL (invitation_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_join_request_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_request")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_join_request_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_join_request_public_id")),
    )
    op.create_index(
        op.f("ix_join_request_contact_id"), "join_request", ["contact_id"], unique=False
    )
    op.create_index(
        "uq_join_request_waiting",
        "join_request",
        ["community_id", "contact_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("role_key", sa.String(length=32), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "joined_via",
            sa.Enum(
                "founding",
                "open",
                "questions",
                "approval",
                "invitation",
                "import",
                "event",
                name="joined_via",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("invitation_id", sa.BigInteger(), nullable=True),
        sa.Column("welcomed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "left",
                "removed",
                "banned",
                "closed",
                "erased",
                "undone",
                name="end_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("end_words", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(left_at IS NULL) = (end_reason IS NULL)",
            name=op.f("ck_membership_ended_for_a_reason"),
        ),
        sa.CheckConstraint(
            "left_at IS NULL OR left_at >= joined_at",
            name=op.f("ck_membership_ends_after_it_began"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_membership_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "invitation_id"],
            ["invitation.community_id", "invitation.id"],
            name=op.f("fk_membership_community_id_invitation_id"),
            ondelete="SET NULL (invitation_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_membership_community_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["role_key"], ["role.key"], name=op.f("fk_membership_role_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_membership_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_membership_public_id")),
    )
    op.create_index(op.f("ix_membership_contact_id"), "membership", ["contact_id"], unique=False)
    op.create_index(
        "ix_membership_joined", "membership", ["community_id", "joined_at"], unique=False
    )
    op.create_index(
        "uq_membership_current",
        "membership",
        ["community_id", "contact_id"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "report_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "note",
                "taken",
                "returned",
                "resolved",
                name="report_act",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "author_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_report_note_community_id_author_id"),
            ondelete="SET NULL (author_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "report_id"],
            ["report.community_id", "report.id"],
            name=op.f("fk_report_note_community_id_report_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_report_note_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_note")),
    )
    op.create_index(op.f("ix_report_note_report_id"), "report_note", ["report_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_report_note_report_id"), table_name="report_note")
    op.drop_table("report_note")
    op.drop_index(
        "uq_membership_current",
        table_name="membership",
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.drop_index("ix_membership_joined", table_name="membership")
    op.drop_index(op.f("ix_membership_contact_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_index(
        "uq_join_request_waiting",
        table_name="join_request",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index(op.f("ix_join_request_contact_id"), table_name="join_request")
    op.drop_table("join_request")
    op.drop_index(op.f("ix_event_host_contact_id"), table_name="event_host")
    op.drop_table("event_host")
    op.drop_index(
        "uq_attendance_current",
        table_name="attendance",
        postgresql_where=sa.text("state IN ('pending', 'going')"),
    )
    op.drop_index("ix_attendance_event", table_name="attendance")
    op.drop_index(op.f("ix_attendance_contact_id"), table_name="attendance")
    op.drop_table("attendance")
    op.drop_index("uq_activity_source", table_name="activity")
    op.drop_index(op.f("ix_activity_identity_id"), table_name="activity")
    op.drop_index("ix_activity_happened", table_name="activity")
    op.drop_index("ix_activity_contact", table_name="activity")
    op.drop_table("activity")
    op.drop_index(op.f("ix_suggestion_other_id"), table_name="suggestion")
    op.drop_table("suggestion")
    op.drop_table("rules_consent")
    op.drop_index("ix_report_queue", table_name="report")
    op.drop_index(op.f("ix_report_about_contact_id"), table_name="report")
    op.drop_table("report")
    op.drop_index(op.f("ix_outgoing_mail_person_id"), table_name="outgoing_mail")
    op.drop_index("ix_outgoing_mail_created_at", table_name="outgoing_mail")
    op.drop_index(op.f("ix_outgoing_mail_contact_id"), table_name="outgoing_mail")
    op.drop_index(op.f("ix_outgoing_mail_community_id"), table_name="outgoing_mail")
    op.drop_table("outgoing_mail")
    op.drop_index(op.f("ix_notice_choice_community_id"), table_name="notice_choice")
    op.drop_table("notice_choice")
    op.drop_table("match_choice")
    op.drop_table("invitation")
    op.drop_index(op.f("ix_identity_contact_id"), table_name="identity")
    op.drop_table("identity")
    op.drop_index("ix_facet_value", table_name="facet")
    op.drop_index(op.f("ix_facet_contact_id"), table_name="facet")
    op.drop_table("facet")
    op.drop_index(op.f("ix_event_starts_at"), table_name="event")
    op.drop_index("ix_event_starts", table_name="event")
    op.drop_index(op.f("ix_event_series_id"), table_name="event")
    op.drop_table("event")
    op.drop_index(op.f("ix_contact_tag_tag_id"), table_name="contact_tag")
    op.drop_table("contact_tag")
    op.drop_index(op.f("ix_contact_note_contact_id"), table_name="contact_note")
    op.drop_table("contact_note")
    op.drop_table("community_export")
    op.drop_index("uq_ban_current", table_name="ban", postgresql_where=sa.text("lifted_at IS NULL"))
    op.drop_table("ban")
    op.drop_table("announcement")
    op.drop_index("ix_activity_day_day", table_name="activity_day")
    op.drop_table("activity_day")
    op.drop_index(op.f("ix_rule_rules_version_id"), table_name="rule")
    op.drop_table("rule")
    op.drop_index(op.f("ix_hold_quota_id"), table_name="hold")
    op.drop_index(op.f("ix_hold_expires_at"), table_name="hold")
    op.drop_table("hold")
    op.drop_index(
        "uq_contact_person", table_name="contact", postgresql_where=sa.text("person_id IS NOT NULL")
    )
    op.drop_index(
        "uq_contact_email", table_name="contact", postgresql_where=sa.text("email_key IS NOT NULL")
    )
    op.drop_index("ix_contact_sort", table_name="contact")
    op.drop_index("ix_contact_search_organizers", table_name="contact", postgresql_using="gin")
    op.drop_index("ix_contact_search_members", table_name="contact", postgresql_using="gin")
    op.drop_index(op.f("ix_contact_person_id"), table_name="contact")
    op.drop_table("contact")
    op.drop_table("tag")
    op.drop_index(op.f("ix_stored_file_person_id"), table_name="stored_file")
    op.drop_index(op.f("ix_stored_file_community_id"), table_name="stored_file")
    op.drop_table("stored_file")
    op.drop_table("series")
    op.drop_table("rules_version")
    op.drop_table("quota")
    op.drop_table("join_question")
    op.drop_index(op.f("ix_import_run_created_by_id"), table_name="import_run")
    op.drop_table("import_run")
    op.drop_table("channel")
    op.drop_index(
        "uq_activity_weight", table_name="activity_weight", postgresql_nulls_not_distinct=True
    )
    op.drop_table("activity_weight")
    op.drop_table("role_permission")
    op.drop_index(op.f("ix_recovery_code_person_id"), table_name="recovery_code")
    op.drop_table("recovery_code")
    op.drop_index(op.f("ix_person_session_person_id"), table_name="person_session")
    op.drop_table("person_session")
    op.drop_index(
        "uq_person_email_primary", table_name="person_email", postgresql_where=sa.text("is_primary")
    )
    op.drop_table("person_email")
    op.drop_index(op.f("ix_mail_token_person_id"), table_name="mail_token")
    op.drop_index(op.f("ix_mail_token_address_key"), table_name="mail_token")
    op.drop_table("mail_token")
    op.drop_index(op.f("ix_data_export_person_id"), table_name="data_export")
    op.drop_table("data_export")
    op.drop_index("ix_community_search", table_name="community", postgresql_using="gin")
    op.drop_index(op.f("ix_community_founder_id"), table_name="community")
    op.drop_table("community")
    op.drop_index(
        "uq_calendar_feed_current",
        table_name="calendar_feed",
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.drop_index(op.f("ix_calendar_feed_person_id"), table_name="calendar_feed")
    op.drop_table("calendar_feed")
    op.drop_index(op.f("ix_block_blocked_id"), table_name="block")
    op.drop_table("block")
    op.drop_index(op.f("ix_throttle_ends_at"), table_name="throttle")
    op.drop_table("throttle")
    op.drop_table("spent_effect")
    op.drop_table("role")
    op.drop_table("person")
    op.drop_table("installation")
    op.drop_table("erasure_entry")
    op.drop_index("ix_audit_entry_subject", table_name="audit_entry")
    op.drop_index("ix_audit_entry_community_id_at", table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_at"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_actor_id"), table_name="audit_entry")
    op.drop_table("audit_entry")
