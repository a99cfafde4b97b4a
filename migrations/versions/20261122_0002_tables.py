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
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("notice_id", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("object_id", sa.String(length=255), nullable=False),
        sa.Column("api_version", sa.String(length=60), nullable=False),
        sa.Column("is_thin", sa.Boolean(), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "done",
                "ignored",
                "parked",
                name="notice_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("account", "notice_id", name=op.f("uq_notice_account_notice_id")),
    )
    op.create_index("ix_notice_state", "notice", ["state", "received_at"], unique=False)
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
        "health_month",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("definition", sa.String(length=16), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("numbers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_imported", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "extract(day from month) = 1", name=op.f("ck_health_month_begins_on_the_first")
        ),
        sa.CheckConstraint("people >= 0", name=op.f("ck_health_month_people_positive")),
        sa.CheckConstraint("version > 0", name=op.f("ck_health_month_version_from_one")),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_health_month_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_health_month")),
        sa.UniqueConstraint(
            "community_id",
            "month",
            "definition",
            "version",
            name=op.f("uq_health_month_community_id_month_definition_version"),
        ),
    )
    op.create_table(
        "health_setting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("sleeping_months", sa.BigInteger(), nullable=False),
        sa.Column("is_strict", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "sleeping_months BETWEEN 1 AND 24",
            name=op.f("ck_health_setting_sleeping_months_in_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_health_setting_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_health_setting")),
        sa.UniqueConstraint("community_id", name=op.f("uq_health_setting_community_id")),
    )
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "members",
                "activities",
                "orders",
                name="import_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="members",
            nullable=False,
        ),
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
    op.create_index(
        "ix_import_run_newest",
        "import_run",
        ["community_id", "kind", sa.literal_column("id DESC")],
        unique=False,
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
        "match_round",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
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
        sa.Column("computed_on", sa.Date(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model", sa.String(length=20), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("suggested", sa.BigInteger(), nullable=False),
        sa.Column("coverage", sa.Double(), nullable=False),
        sa.Column("gini", sa.Double(), nullable=False),
        sa.CheckConstraint(
            "coverage BETWEEN 0 AND 1", name=op.f("ck_match_round_coverage_is_a_share")
        ),
        sa.CheckConstraint("gini BETWEEN 0 AND 1", name=op.f("ck_match_round_gini_is_a_share")),
        sa.CheckConstraint(
            "suggested <= people AND suggested >= 0",
            name=op.f("ck_match_round_suggested_are_people"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_match_round_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_round")),
        sa.UniqueConstraint(
            "community_id",
            "kind",
            "computed_on",
            name=op.f("uq_match_round_community_id_kind_computed_on"),
        ),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("grace_days", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("grace_days BETWEEN 0 AND 60", name=op.f("ck_plan_grace_in_reason")),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_plan_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_plan_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_plan_public_id")),
    )
    op.create_index("ix_plan_open", "plan", ["community_id", "position"], unique=False)
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
        "recon_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "reach",
            sa.Enum(
                "small",
                "full",
                name="recon_reach",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("is_unreachable", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_recon_run_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recon_run")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_recon_run_community_id_id")),
    )
    op.create_index(
        "ix_recon_run_started", "recon_run", ["community_id", "started_at"], unique=False
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
        "stripe_route",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("object_id", sa.String(length=255), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "session",
                "intent",
                "charge",
                "invoice",
                "subscription",
                "refund",
                "dispute",
                "account",
                name="routed",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_stripe_route_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_route")),
        sa.UniqueConstraint("account", "object_id", name=op.f("uq_stripe_route_account_object_id")),
    )
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
        "thread",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "introduction",
                name="thread_origin",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "last_message_at >= opened_at", name=op.f("ck_thread_written_after_it_opened")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_thread_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_thread_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_thread_public_id")),
        info={"kith.between_members": True},
    )
    op.create_table(
        "voucher",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("code_key", sa.String(length=40), nullable=False),
        sa.Column("item_kind", sa.String(length=20), nullable=True),
        sa.Column("item_id", sa.String(length=16), nullable=True),
        sa.Column("percent_off", sa.BigInteger(), nullable=True),
        sa.Column("amount_off_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("max_uses", sa.BigInteger(), nullable=True),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(amount_off_minor IS NULL) = (currency IS NULL)",
            name=op.f("ck_voucher_amount_in_money"),
        ),
        sa.CheckConstraint(
            "(percent_off IS NULL) <> (amount_off_minor IS NULL)",
            name=op.f("ck_voucher_one_kind_of_reduction"),
        ),
        sa.CheckConstraint("amount_off_minor > 0", name=op.f("ck_voucher_amount_positive")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_voucher_held_positive")),
        sa.CheckConstraint(
            "max_uses IS NULL OR held + used <= max_uses", name=op.f("ck_voucher_never_overused")
        ),
        sa.CheckConstraint(
            "percent_off BETWEEN 1 AND 100", name=op.f("ck_voucher_percent_in_reason")
        ),
        sa.CheckConstraint("used >= 0", name=op.f("ck_voucher_used_positive")),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_voucher_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher")),
        sa.UniqueConstraint(
            "community_id", "code_key", name=op.f("uq_voucher_community_id_code_key")
        ),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_voucher_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_voucher_public_id")),
    )
    op.create_index(
        "ix_voucher_open",
        "voucher",
        ["community_id"],
        unique=False,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "channel",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("uid", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("import_run_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "import_run_id"],
            ["import_run.community_id", "import_run.id"],
            name=op.f("fk_channel_community_id_import_run_id"),
            ondelete="SET NULL (import_run_id)",
        ),
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
    op.create_index(op.f("ix_channel_import_run_id"), "channel", ["import_run_id"], unique=False)
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
        "billing_order",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "reserved",
                "awaiting_payment",
                "processing",
                "paid",
                "partially_refunded",
                "refunded",
                "expired",
                "cancelled",
                "payment_failed",
                "refunded_late",
                name="order_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "online",
                "desk",
                "renewal",
                name="order_source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_disputed", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("subtotal_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("voucher_id", sa.BigInteger(), nullable=True),
        sa.Column("sold_by_id", sa.BigInteger(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_billing_order_currency_code")),
        sa.CheckConstraint(
            "subtotal_minor >= 0 AND discount_minor >= 0 AND tax_minor >= 0 AND total_minor >= 0",
            name=op.f("ck_billing_order_amounts_positive"),
        ),
        sa.CheckConstraint(
            "total_minor = subtotal_minor - discount_minor + tax_minor",
            name=op.f("ck_billing_order_total_adds_up"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_billing_order_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "sold_by_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_billing_order_community_id_sold_by_id"),
            ondelete="SET NULL (sold_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "voucher_id"],
            ["voucher.community_id", "voucher.id"],
            name=op.f("fk_billing_order_community_id_voucher_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_billing_order_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_order")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_billing_order_community_id_id")),
        sa.UniqueConstraint(
            "community_id", "number", name=op.f("uq_billing_order_community_id_number")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_billing_order_public_id")),
    )
    op.create_index(
        op.f("ix_billing_order_contact_id"), "billing_order", ["contact_id"], unique=False
    )
    op.create_index(
        op.f("ix_billing_order_expires_at"), "billing_order", ["expires_at"], unique=False
    )
    op.create_index(
        "ix_billing_order_placed", "billing_order", ["community_id", "placed_at"], unique=False
    )
    op.create_index(
        "ix_billing_order_state", "billing_order", ["community_id", "state"], unique=False
    )
    op.create_index(
        op.f("ix_billing_order_voucher_id"), "billing_order", ["voucher_id"], unique=False
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
        sa.Column("refund_hours", sa.BigInteger(), nullable=True),
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
        sa.CheckConstraint(
            "refund_hours BETWEEN 0 AND 8760", name=op.f("ck_event_refund_hours_in_reason")
        ),
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
        "finding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "paid_not_fulfilled",
                "fulfilled_not_paid",
                "amount_differs",
                "refund_missing",
                "refund_failed",
                "unmatched_money",
                "counter_drift",
                "two_subscriptions",
                "ledger_differs",
                "notice_parked",
                "hold_stuck",
                name="finding_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "run_id"],
            ["recon_run.community_id", "recon_run.id"],
            name=op.f("fk_finding_community_id_run_id"),
            ondelete="SET NULL (run_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "settled_by_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_finding_community_id_settled_by_id"),
            ondelete="SET NULL (settled_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_finding_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_finding_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_finding_public_id")),
    )
    op.create_index(
        "uq_finding_open",
        "finding",
        ["community_id", "kind", "subject"],
        unique=True,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "hello",
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
        sa.Column(
            "role",
            sa.Enum(
                "peer",
                "mentor",
                "mentee",
                name="match_role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("line", sa.String(length=280), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "met",
                "taken_back",
                "expired",
                "ended",
                name="hello_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'waiting') = (ended_at IS NULL)", name=op.f("ck_hello_ended_unless_waiting")
        ),
        sa.CheckConstraint("contact_id <> other_id", name=op.f("ck_hello_not_oneself")),
        sa.CheckConstraint("expires_at > said_at", name=op.f("ck_hello_expires_later")),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_hello_community_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "other_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_hello_community_id_other_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_hello_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hello")),
        sa.UniqueConstraint(
            "community_id",
            "contact_id",
            "kind",
            "other_id",
            name=op.f("uq_hello_community_id_contact_id_kind_other_id"),
        ),
        info={"kith.between_members": True},
    )
    op.create_index("ix_hello_expires", "hello", ["state", "expires_at"], unique=False)
    op.create_index(op.f("ix_hello_other_id"), "hello", ["other_id"], unique=False)
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
        sa.Column("import_run_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "NOT (is_bot AND contact_id IS NOT NULL)", name=op.f("ck_identity_bots_are_nobody")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_identity_community_id_contact_id"),
            ondelete="SET NULL (contact_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "import_run_id"],
            ["import_run.community_id", "import_run.id"],
            name=op.f("fk_identity_community_id_import_run_id"),
            ondelete="SET NULL (import_run_id)",
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
    op.create_index(
        "ix_identity_email",
        "identity",
        ["community_id", "email_key"],
        unique=False,
        postgresql_where=sa.text("email_key IS NOT NULL AND contact_id IS NULL"),
    )
    op.create_index(op.f("ix_identity_import_run_id"), "identity", ["import_run_id"], unique=False)
    op.create_table(
        "introduction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("lower_id", sa.BigInteger(), nullable=False),
        sa.Column("higher_id", sa.BigInteger(), nullable=False),
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
        sa.Column(
            "state",
            sa.Enum(
                "introduced",
                "met",
                "useful",
                "ended",
                name="introduction_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("introduced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended_by",
            sa.Enum(
                "left",
                "blocked",
                "erased",
                name="ended_by",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'ended') = (ended_at IS NOT NULL)",
            name=op.f("ck_introduction_ended_at_a_moment"),
        ),
        sa.CheckConstraint(
            "(state = 'ended') = (ended_by IS NOT NULL)",
            name=op.f("ck_introduction_ended_for_a_reason"),
        ),
        sa.CheckConstraint("lower_id < higher_id", name=op.f("ck_introduction_in_order")),
        sa.ForeignKeyConstraint(
            ["community_id", "higher_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_introduction_community_id_higher_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "lower_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_introduction_community_id_lower_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "thread_id"],
            ["thread.community_id", "thread.id"],
            name=op.f("fk_introduction_community_id_thread_id"),
            ondelete="SET NULL (thread_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_introduction_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_introduction_community_id_id")),
        sa.UniqueConstraint(
            "community_id",
            "lower_id",
            "higher_id",
            name=op.f("uq_introduction_community_id_lower_id_higher_id"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_introduction_public_id")),
        info={"kith.between_members": True},
    )
    op.create_index(op.f("ix_introduction_higher_id"), "introduction", ["higher_id"], unique=False)
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
        info={"kith.between_members": True},
    )
    op.create_table(
        "match_impression",
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
        sa.Column(
            "role",
            sa.Enum(
                "peer",
                "mentor",
                "mentee",
                name="match_role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("shown_on", sa.Date(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("propensity", sa.Double(), nullable=False),
        sa.Column("model", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "propensity > 0 AND propensity <= 1",
            name=op.f("ck_match_impression_propensity_is_a_chance"),
        ),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_match_impression_ranked_from_one")),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_match_impression_community_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "other_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_match_impression_community_id_other_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_match_impression_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_impression")),
        sa.UniqueConstraint(
            "community_id",
            "contact_id",
            "kind",
            "other_id",
            "shown_on",
            name=op.f("uq_match_impression_community_id_contact_id_kind_other_id_shown_on"),
        ),
        info={"kith.between_members": True},
    )
    op.create_index(
        op.f("ix_match_impression_other_id"), "match_impression", ["other_id"], unique=False
    )
    op.create_index(
        "ix_match_impression_shown", "match_impression", ["community_id", "shown_on"], unique=False
    )
    op.create_table(
        "match_profile",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("experience", sa.BigInteger(), nullable=True),
        sa.Column(
            "experience_visibility",
            sa.Enum(
                "public",
                "members",
                "matching",
                "off",
                name="experience_visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column(
            "hours_visibility",
            sa.Enum(
                "public",
                "members",
                "matching",
                "off",
                name="hours_visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column(
            "place_visibility",
            sa.Enum(
                "public",
                "members",
                "matching",
                "off",
                name="place_visibility",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("mentees", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "place = '' OR place_visibility IN ('matching', 'off')",
            name=op.f("ck_match_profile_a_shown_place_is_the_cards"),
        ),
        sa.CheckConstraint(
            "experience BETWEEN 0 AND 70", name=op.f("ck_match_profile_experience_in_a_life")
        ),
        sa.CheckConstraint(
            "hours BETWEEN 0 AND 2097151", name=op.f("ck_match_profile_hours_of_one_week")
        ),
        sa.CheckConstraint(
            "mentees BETWEEN 0 AND 20", name=op.f("ck_match_profile_mentees_in_reason")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_match_profile_community_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_match_profile_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_profile")),
        sa.UniqueConstraint(
            "community_id", "contact_id", name=op.f("uq_match_profile_community_id_contact_id")
        ),
    )
    op.create_table(
        "match_set_aside",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("contact_id <> other_id", name=op.f("ck_match_set_aside_not_oneself")),
        sa.CheckConstraint(
            "until IS NULL OR until > set_at", name=op.f("ck_match_set_aside_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_match_set_aside_community_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "other_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_match_set_aside_community_id_other_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_match_set_aside_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_set_aside")),
        sa.UniqueConstraint(
            "community_id",
            "contact_id",
            "other_id",
            name=op.f("uq_match_set_aside_community_id_contact_id_other_id"),
        ),
        info={"kith.between_members": True},
    )
    op.create_index(
        op.f("ix_match_set_aside_other_id"), "match_set_aside", ["other_id"], unique=False
    )
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "via",
            sa.Enum(
                "page",
                "mail",
                name="message_via",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("left_out", sa.BigInteger(), nullable=False),
        sa.Column("mail_key", sa.String(length=64), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("left_out >= 0", name=op.f("ck_message_left_out_is_a_count")),
        sa.ForeignKeyConstraint(
            ["community_id", "author_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_message_community_id_author_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "thread_id"],
            ["thread.community_id", "thread.id"],
            name=op.f("fk_message_community_id_thread_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_message_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_message_community_id_id")),
        sa.UniqueConstraint(
            "community_id",
            "thread_id",
            "mail_key",
            name=op.f("uq_message_community_id_thread_id_mail_key"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_message_public_id")),
        info={"kith.between_members": True},
    )
    op.create_index(op.f("ix_message_author_id"), "message", ["author_id"], unique=False)
    op.create_index(
        "ix_message_thread", "message", ["community_id", "thread_id", "id"], unique=False
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
        "payment_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("stripe_id", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "ready",
                "restricted",
                "disconnected",
                name="account_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("card_payments", sa.String(length=32), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("connected_by_id", sa.BigInteger(), nullable=True),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disconnected_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "connected_by_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_payment_account_community_id_connected_by_id"),
            ondelete="SET NULL (connected_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_payment_account_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_account")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_payment_account_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payment_account_public_id")),
    )
    op.create_index(
        "uq_payment_account_current",
        "payment_account",
        ["community_id"],
        unique=True,
        postgresql_where=sa.text("disconnected_at IS NULL"),
    )
    op.create_index(
        "uq_payment_account_stripe",
        "payment_account",
        ["stripe_id"],
        unique=True,
        postgresql_where=sa.text("stripe_id <> '' AND disconnected_at IS NULL"),
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
                "message",
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
        sa.Column(
            "role",
            sa.Enum(
                "peer",
                "mentor",
                "mentee",
                name="match_role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("propensity", sa.Double(), nullable=False),
        sa.Column("model", sa.String(length=20), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'mentor') = (role <> 'peer')",
            name=op.f("ck_suggestion_only_mentoring_has_two_ends"),
        ),
        sa.CheckConstraint("contact_id <> other_id", name=op.f("ck_suggestion_not_oneself")),
        sa.CheckConstraint(
            "propensity > 0 AND propensity <= 1", name=op.f("ck_suggestion_propensity_is_a_chance")
        ),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_suggestion_ranked_from_one")),
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
        info={"kith.between_members": True},
    )
    op.create_index(op.f("ix_suggestion_other_id"), "suggestion", ["other_id"], unique=False)
    op.create_table(
        "thread_member",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_to", sa.BigInteger(), nullable=False),
        sa.Column("reply_key", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_thread_member_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "thread_id"],
            ["thread.community_id", "thread.id"],
            name=op.f("fk_thread_member_community_id_thread_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_thread_member_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_member")),
        sa.UniqueConstraint(
            "community_id",
            "thread_id",
            "contact_id",
            name=op.f("uq_thread_member_community_id_thread_id_contact_id"),
        ),
        sa.UniqueConstraint("reply_key", name=op.f("uq_thread_member_reply_key")),
        info={"kith.between_members": True},
    )
    op.create_index(
        "ix_thread_member_current",
        "thread_member",
        ["community_id", "contact_id"],
        unique=False,
        postgresql_where=sa.text("left_at IS NULL"),
    )
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
        sa.Column("text_length", sa.BigInteger(), nullable=True),
        sa.Column("url", sa.String(length=500), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
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
            ondelete="SET NULL (reply_to_id)",
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
        "ix_activity_import_run",
        "activity",
        ["import_run_id", "id"],
        unique=False,
        postgresql_where=sa.text("import_run_id IS NOT NULL"),
    )
    op.create_index(
        "ix_activity_reply_to",
        "activity",
        ["community_id", "reply_to_id"],
        unique=False,
        postgresql_where=sa.text("reply_to_id IS NOT NULL"),
    )
    op.create_index(
        "uq_activity_source",
        "activity",
        ["community_id", "source", "channel_id", "source_uid"],
        unique=True,
    )
    op.create_table(
        "activity_day",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("identity_id", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("hours", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("mutual", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_activity_day_count_positive")),
        sa.CheckConstraint(
            "num_nonnulls(contact_id, identity_id) = 1", name=op.f("ck_activity_day_one_who_did_it")
        ),
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
            ["community_id", "identity_id"],
            ["identity.community_id", "identity.id"],
            name=op.f("fk_activity_day_community_id_identity_id"),
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
            "identity_id",
            "day",
            "channel_id",
            "type",
            name="uq_activity_day_cell",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "ix_activity_day_day",
        "activity_day",
        ["community_id", "day", "contact_id", "identity_id"],
        unique=False,
    )
    op.create_index(
        "ix_activity_day_identity",
        "activity_day",
        ["community_id", "identity_id"],
        unique=False,
        postgresql_where=sa.text("identity_id IS NOT NULL"),
    )
    op.create_table(
        "activity_month",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("identity_id", sa.BigInteger(), nullable=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("keeping_days", sa.BigInteger(), nullable=False),
        sa.Column("helping_days", sa.BigInteger(), nullable=False),
        sa.Column("acts", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("mutual", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(keeping_days | helping_days) & ~days = 0",
            name=op.f("ck_activity_month_parts_of_its_days"),
        ),
        sa.CheckConstraint("acts > 0", name=op.f("ck_activity_month_something_was_done")),
        sa.CheckConstraint(
            "days BETWEEN 1 AND 2147483647", name=op.f("ck_activity_month_days_of_a_month")
        ),
        sa.CheckConstraint(
            "extract(day from month) = 1", name=op.f("ck_activity_month_begins_on_the_first")
        ),
        sa.CheckConstraint(
            "mutual BETWEEN 0 AND acts", name=op.f("ck_activity_month_mutual_among_acts")
        ),
        sa.CheckConstraint(
            "num_nonnulls(contact_id, identity_id) = 1",
            name=op.f("ck_activity_month_one_who_did_it"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_activity_month_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "identity_id"],
            ["identity.community_id", "identity.id"],
            name=op.f("fk_activity_month_community_id_identity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_activity_month_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_month")),
        sa.UniqueConstraint(
            "community_id",
            "contact_id",
            "identity_id",
            "month",
            name="uq_activity_month_cell",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "ix_activity_month_identity",
        "activity_month",
        ["community_id", "identity_id"],
        unique=False,
        postgresql_where=sa.text("identity_id IS NOT NULL"),
    )
    op.create_index(
        "ix_activity_month_month",
        "activity_month",
        ["community_id", "month", "contact_id", "identity_id"],
        unique=False,
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_account_id", sa.BigInteger(), nullable=False),
        sa.Column("stripe_id", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_customer_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "payment_account_id"],
            ["payment_account.community_id", "payment_account.id"],
            name=op.f("fk_customer_community_id_payment_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_customer_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint(
            "payment_account_id",
            "contact_id",
            name=op.f("uq_customer_payment_account_id_contact_id"),
        ),
        sa.UniqueConstraint(
            "payment_account_id", "stripe_id", name=op.f("uq_customer_payment_account_id_stripe_id")
        ),
    )
    op.create_index(op.f("ix_customer_contact_id"), "customer", ["contact_id"], unique=False)
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
        "hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["community_id", "order_id"],
            ["billing_order.community_id", "billing_order.id"],
            name=op.f("fk_hold_community_id_order_id"),
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
    op.create_index(op.f("ix_hold_order_id"), "hold", ["order_id"], unique=False)
    op.create_table(
        "introduction_answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("introduction_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "soon",
                "later",
                name="answer_step",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met", sa.Boolean(), nullable=True),
        sa.Column("useful", sa.BigInteger(), nullable=True),
        sa.Column("in_touch", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "step = 'later' OR in_touch IS NULL",
            name=op.f("ck_introduction_answer_in_touch_is_asked_later"),
        ),
        sa.CheckConstraint(
            "step = 'soon' OR met IS NULL", name=op.f("ck_introduction_answer_met_is_asked_soon")
        ),
        sa.CheckConstraint(
            "useful BETWEEN 1 AND 5", name=op.f("ck_introduction_answer_useful_on_the_scale")
        ),
        sa.CheckConstraint(
            "useful IS NULL OR met", name=op.f("ck_introduction_answer_only_a_meeting_is_useful")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_introduction_answer_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "introduction_id"],
            ["introduction.community_id", "introduction.id"],
            name=op.f("fk_introduction_answer_community_id_introduction_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_introduction_answer_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction_answer")),
        sa.UniqueConstraint(
            "community_id",
            "introduction_id",
            "contact_id",
            "step",
            name=op.f("uq_introduction_answer_community_id_introduction_id_contact_id_step"),
        ),
        info={"kith.between_members": True},
    )
    op.create_index(
        op.f("ix_introduction_answer_contact_id"),
        "introduction_answer",
        ["contact_id"],
        unique=False,
    )
    op.create_table(
        "introduction_side",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("introduction_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "peer",
                "mentor",
                "mentee",
                name="match_role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("line", sa.String(length=280), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_introduction_side_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "introduction_id"],
            ["introduction.community_id", "introduction.id"],
            name=op.f("fk_introduction_side_community_id_introduction_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "other_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_introduction_side_community_id_other_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_introduction_side_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction_side")),
        sa.UniqueConstraint(
            "community_id",
            "introduction_id",
            "contact_id",
            name=op.f("uq_introduction_side_community_id_introduction_id_contact_id"),
        ),
        info={"kith.between_members": True},
    )
    op.create_index(
        "ix_introduction_side_contact",
        "introduction_side",
        ["community_id", "contact_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_introduction_side_other_id"), "introduction_side", ["other_id"], unique=False
    )
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
        "ledger_txn",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "payment",
                "fee",
                "refund",
                "refund_failed",
                "unmatched",
                "dispute",
                "dispute_won",
                "import",
                "import_undone",
                name="ledger_source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("source_id", sa.String(length=120), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_ledger_txn_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "order_id"],
            ["billing_order.community_id", "billing_order.id"],
            name=op.f("fk_ledger_txn_community_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_ledger_txn_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_txn")),
        sa.UniqueConstraint(
            "community_id",
            "account",
            "source",
            "source_id",
            name=op.f("uq_ledger_txn_community_id_account_source_source_id"),
        ),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_ledger_txn_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ledger_txn_public_id")),
    )
    op.create_index(
        "ix_ledger_txn_contact", "ledger_txn", ["community_id", "contact_id"], unique=False
    )
    op.create_index(
        "ix_ledger_txn_happened", "ledger_txn", ["community_id", "happened_at"], unique=False
    )
    op.create_index(op.f("ix_ledger_txn_order_id"), "ledger_txn", ["order_id"], unique=False)
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
        "order_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("item_kind", sa.String(length=20), nullable=False),
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_line_quantity_positive")),
        sa.CheckConstraint("total_minor >= 0", name=op.f("ck_order_line_total_positive")),
        sa.CheckConstraint("unit_minor >= 0", name=op.f("ck_order_line_unit_positive")),
        sa.CheckConstraint(
            "withdrawn BETWEEN 0 AND quantity", name=op.f("ck_order_line_withdrawn_once")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "order_id"],
            ["billing_order.community_id", "billing_order.id"],
            name=op.f("fk_order_line_community_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_order_line_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_order_line_community_id_id")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_order_line_order_id_position")),
        sa.UniqueConstraint("public_id", name=op.f("uq_order_line_public_id")),
    )
    op.create_index(
        "ix_order_line_item", "order_line", ["community_id", "item_kind", "item_id"], unique=False
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "stripe",
                "cash",
                "transfer",
                name="payment_method",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "starting",
                "open",
                "processing",
                "paid",
                "failed",
                "expired",
                "quarantined",
                name="payment_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=True),
        sa.Column("payment_account_id", sa.BigInteger(), nullable=True),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("session_id", sa.String(length=255), nullable=True),
        sa.Column("intent_id", sa.String(length=255), nullable=True),
        sa.Column("charge_id", sa.String(length=255), nullable=True),
        sa.Column("invoice_id", sa.String(length=255), nullable=True),
        sa.Column("page_url", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "(method = 'stripe') = (payment_account_id IS NOT NULL)",
            name=op.f("ck_payment_stripe_has_an_account"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_payment_currency_code")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_payment_amount_positive")),
        sa.CheckConstraint(
            "refunded_minor BETWEEN 0 AND amount_minor", name=op.f("ck_payment_refunded_within")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "order_id"],
            ["billing_order.community_id", "billing_order.id"],
            name=op.f("fk_payment_community_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "payment_account_id"],
            ["payment_account.community_id", "payment_account.id"],
            name=op.f("fk_payment_community_id_payment_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "recorded_by_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_payment_community_id_recorded_by_id"),
            ondelete="SET NULL (recorded_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_payment_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("charge_id", name=op.f("uq_payment_charge_id")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_payment_community_id_id")),
        sa.UniqueConstraint("intent_id", name=op.f("uq_payment_intent_id")),
        sa.UniqueConstraint("invoice_id", name=op.f("uq_payment_invoice_id")),
        sa.UniqueConstraint("key", name=op.f("uq_payment_key")),
        sa.UniqueConstraint("order_id", "attempt", name=op.f("uq_payment_order_id_attempt")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payment_public_id")),
        sa.UniqueConstraint("session_id", name=op.f("uq_payment_session_id")),
    )
    op.create_index(
        op.f("ix_payment_payment_account_id"), "payment", ["payment_account_id"], unique=False
    )
    op.create_index("ix_payment_state", "payment", ["state", "expires_at"], unique=False)
    op.create_table(
        "price",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "interval",
            sa.Enum(
                "month",
                "year",
                name="interval",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("payment_account_id", sa.BigInteger(), nullable=True),
        sa.Column("stripe_id", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_price_currency_code")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_price_amount_positive")),
        sa.ForeignKeyConstraint(
            ["community_id", "payment_account_id"],
            ["payment_account.community_id", "payment_account.id"],
            name=op.f("fk_price_community_id_payment_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "plan_id"],
            ["plan.community_id", "plan.id"],
            name=op.f("fk_price_community_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_price_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_price_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_price_public_id")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_price_stripe_id")),
    )
    op.create_index(
        "uq_price_offered",
        "price",
        ["plan_id", "interval"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
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
    op.create_table(
        "ticket_type",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("quota_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("member_price_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("sells_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sells_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("most_each", sa.BigInteger(), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_ticket_type_currency_code")),
        sa.CheckConstraint(
            "member_price_minor BETWEEN 0 AND price_minor",
            name=op.f("ck_ticket_type_members_never_pay_more"),
        ),
        sa.CheckConstraint(
            "most_each BETWEEN 1 AND 10", name=op.f("ck_ticket_type_most_each_in_reason")
        ),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_ticket_type_price_not_negative")),
        sa.CheckConstraint(
            "sells_until > sells_from", name=op.f("ck_ticket_type_sale_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "event_id"],
            ["event.community_id", "event.id"],
            name=op.f("fk_ticket_type_community_id_event_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "quota_id"],
            ["quota.community_id", "quota.id"],
            name=op.f("fk_ticket_type_community_id_quota_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_ticket_type_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_type")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_ticket_type_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ticket_type_public_id")),
    )
    op.create_index(
        "ix_ticket_type_event",
        "ticket_type",
        ["community_id", "event_id", "position"],
        unique=False,
    )
    op.create_table(
        "activity_mention",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "activity_id"],
            ["activity.community_id", "activity.id"],
            name=op.f("fk_activity_mention_community_id_activity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "identity_id"],
            ["identity.community_id", "identity.id"],
            name=op.f("fk_activity_mention_community_id_identity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_activity_mention_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_mention")),
        sa.UniqueConstraint(
            "community_id",
            "activity_id",
            "identity_id",
            name=op.f("uq_activity_mention_community_id_activity_id_identity_id"),
        ),
    )
    op.create_index(
        "ix_activity_mention_identity",
        "activity_mention",
        ["community_id", "identity_id"],
        unique=False,
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
        sa.CheckConstraint("seats BETWEEN 1 AND 100", name=op.f("ck_attendance_seats_in_reason")),
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
        "dispute",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("stripe_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_dispute_amount_positive")),
        sa.ForeignKeyConstraint(
            ["community_id", "payment_id"],
            ["payment.community_id", "payment.id"],
            name=op.f("fk_dispute_community_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_dispute_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_dispute_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_dispute_public_id")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_dispute_stripe_id")),
    )
    op.create_index(op.f("ix_dispute_payment_id"), "dispute", ["payment_id"], unique=False)
    op.create_table(
        "hold_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=False),
        sa.Column("quota_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("returned", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_hold_line_quantity_positive")),
        sa.CheckConstraint(
            "returned BETWEEN 0 AND quantity", name=op.f("ck_hold_line_returned_once")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "hold_id"],
            ["hold.community_id", "hold.id"],
            name=op.f("fk_hold_line_community_id_hold_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "order_line_id"],
            ["order_line.community_id", "order_line.id"],
            name=op.f("fk_hold_line_community_id_order_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "quota_id"],
            ["quota.community_id", "quota.id"],
            name=op.f("fk_hold_line_community_id_quota_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_hold_line_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_line")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_hold_line_community_id_id")),
    )
    op.create_index(op.f("ix_hold_line_hold_id"), "hold_line", ["hold_id"], unique=False)
    op.create_index(
        op.f("ix_hold_line_order_line_id"), "hold_line", ["order_line_id"], unique=False
    )
    op.create_index(op.f("ix_hold_line_quota_id"), "hold_line", ["quota_id"], unique=False)
    op.create_table(
        "imported_order",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("buyer_uid", sa.String(length=120), nullable=True),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("txn_id", sa.BigInteger(), nullable=False),
        sa.Column("refund_txn_id", sa.BigInteger(), nullable=True),
        sa.Column("import_run_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_imported_order_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "import_run_id"],
            ["import_run.community_id", "import_run.id"],
            name=op.f("fk_imported_order_community_id_import_run_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "refund_txn_id"],
            ["ledger_txn.community_id", "ledger_txn.id"],
            name=op.f("fk_imported_order_community_id_refund_txn_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "txn_id"],
            ["ledger_txn.community_id", "ledger_txn.id"],
            name=op.f("fk_imported_order_community_id_txn_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_imported_order_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_order")),
        sa.UniqueConstraint(
            "community_id", "source", "uid", name=op.f("uq_imported_order_community_id_source_uid")
        ),
    )
    op.create_index(
        "ix_imported_order_buyer",
        "imported_order",
        ["community_id", "source", "buyer_uid"],
        unique=False,
    )
    op.create_index(
        op.f("ix_imported_order_contact_id"), "imported_order", ["contact_id"], unique=False
    )
    op.create_index(
        op.f("ix_imported_order_refund_txn_id"), "imported_order", ["refund_txn_id"], unique=False
    )
    op.create_index(
        "ix_imported_order_run", "imported_order", ["import_run_id", "id"], unique=False
    )
    op.create_index(op.f("ix_imported_order_txn_id"), "imported_order", ["txn_id"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("txn_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "name",
            sa.Enum(
                "stripe",
                "cash",
                "transfer",
                "imported",
                "sales",
                "tax",
                "refunds",
                "fees",
                "disputes",
                "unmatched",
                name="ledger_name",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("item_kind", sa.String(length=20), nullable=True),
        sa.Column("item_id", sa.String(length=16), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_ledger_entry_currency_code")),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_ledger_entry_amount_is_something")),
        sa.ForeignKeyConstraint(
            ["community_id", "txn_id"],
            ["ledger_txn.community_id", "ledger_txn.id"],
            name=op.f("fk_ledger_entry_community_id_txn_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_ledger_entry_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    op.create_index(
        "ix_ledger_entry_name",
        "ledger_entry",
        ["community_id", "name", "item_kind", "item_id"],
        unique=False,
    )
    op.create_index("ix_ledger_entry_txn", "ledger_entry", ["txn_id"], unique=False)
    op.create_table(
        "refund",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "starting",
                "pending",
                "succeeded",
                "failed",
                name="refund_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "asked",
                "place_cancelled",
                "event_cancelled",
                "late",
                "twice",
                "at_stripe",
                name="refund_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("stripe_id", sa.String(length=255), nullable=True),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_refund_currency_code")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refund_amount_positive")),
        sa.ForeignKeyConstraint(
            ["community_id", "asked_by_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_refund_community_id_asked_by_id"),
            ondelete="SET NULL (asked_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "payment_id"],
            ["payment.community_id", "payment.id"],
            name=op.f("fk_refund_community_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_refund_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_refund_community_id_id")),
        sa.UniqueConstraint("key", name=op.f("uq_refund_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_refund_public_id")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_refund_stripe_id")),
    )
    op.create_index(op.f("ix_refund_payment_id"), "refund", ["payment_id"], unique=False)
    op.create_index("ix_refund_state", "refund", ["state"], unique=False)
    op.create_table(
        "subscription",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("price_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_account_id", sa.BigInteger(), nullable=False),
        sa.Column("stripe_id", sa.String(length=255), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "incomplete",
                "incomplete_expired",
                "trialing",
                "active",
                "past_due",
                "unpaid",
                "paused",
                "canceled",
                name="subscription_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("period_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancels_at_period_end", sa.Boolean(), nullable=False),
        sa.Column("stop_wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("past_due_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_subscription_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "order_id"],
            ["billing_order.community_id", "billing_order.id"],
            name=op.f("fk_subscription_community_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "payment_account_id"],
            ["payment_account.community_id", "payment_account.id"],
            name=op.f("fk_subscription_community_id_payment_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "price_id"],
            ["price.community_id", "price.id"],
            name=op.f("fk_subscription_community_id_price_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_subscription_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_subscription_community_id_id")),
        sa.UniqueConstraint(
            "payment_account_id",
            "stripe_id",
            name=op.f("uq_subscription_payment_account_id_stripe_id"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_subscription_public_id")),
    )
    op.create_index(
        op.f("ix_subscription_contact_id"), "subscription", ["contact_id"], unique=False
    )
    op.create_index(op.f("ix_subscription_order_id"), "subscription", ["order_id"], unique=False)
    op.create_index(op.f("ix_subscription_price_id"), "subscription", ["price_id"], unique=False)
    op.create_index(
        "ix_subscription_state", "subscription", ["community_id", "state"], unique=False
    )
    op.create_table(
        "access_grant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "paid",
                "offline",
                "comp",
                "gift",
                "ticket",
                "import",
                "free",
                name="grant_source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("plan_id", sa.BigInteger(), nullable=True),
        sa.Column("subscription_id", sa.BigInteger(), nullable=True),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_by_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(source = 'paid') = (subscription_id IS NOT NULL)",
            name=op.f("ck_access_grant_paid_by_a_subscription"),
        ),
        sa.CheckConstraint(
            "ends_at IS NULL OR ends_at > starts_at",
            name=op.f("ck_access_grant_ends_after_it_starts"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_access_grant_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "given_by_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_access_grant_community_id_given_by_id"),
            ondelete="SET NULL (given_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "order_line_id"],
            ["order_line.community_id", "order_line.id"],
            name=op.f("fk_access_grant_community_id_order_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "plan_id"],
            ["plan.community_id", "plan.id"],
            name=op.f("fk_access_grant_community_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "subscription_id"],
            ["subscription.community_id", "subscription.id"],
            name=op.f("fk_access_grant_community_id_subscription_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_access_grant_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grant")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_access_grant_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_access_grant_public_id")),
    )
    op.create_index(
        "ix_access_grant_contact",
        "access_grant",
        ["community_id", "contact_id", "ends_at"],
        unique=False,
    )
    op.create_index(op.f("ix_access_grant_plan_id"), "access_grant", ["plan_id"], unique=False)
    op.create_index(
        "uq_access_grant_line",
        "access_grant",
        ["order_line_id"],
        unique=True,
        postgresql_where=sa.text("order_line_id IS NOT NULL AND subscription_id IS NULL"),
    )
    op.create_index(
        "uq_access_grant_subscription",
        "access_grant",
        ["subscription_id"],
        unique=True,
        postgresql_where=sa.text("subscription_id IS NOT NULL"),
    )
    op.create_table(
        "refund_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_refund_line_amount_positive")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_refund_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["community_id", "order_line_id"],
            ["order_line.community_id", "order_line.id"],
            name=op.f("fk_refund_line_community_id_order_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "refund_id"],
            ["refund.community_id", "refund.id"],
            name=op.f("fk_refund_line_community_id_refund_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_refund_line_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_line")),
        sa.UniqueConstraint(
            "refund_id", "order_line_id", name=op.f("uq_refund_line_refund_id_order_line_id")
        ),
    )
    op.create_index(
        op.f("ix_refund_line_order_line_id"), "refund_line", ["order_line_id"], unique=False
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_type_id", sa.BigInteger(), nullable=False),
        sa.Column("attendance_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("secret", sa.String(length=48), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "valid",
                "suspended",
                "cancelled",
                name="ticket_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_in_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'cancelled') = (ended_at IS NOT NULL)", name=op.f("ck_ticket_ended_once")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_ticket_number_positive")),
        sa.ForeignKeyConstraint(
            ["community_id", "attendance_id"],
            ["attendance.community_id", "attendance.id"],
            name=op.f("fk_ticket_community_id_attendance_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "checked_in_by_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_ticket_community_id_checked_in_by_id"),
            ondelete="SET NULL (checked_in_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_ticket_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "event_id"],
            ["event.community_id", "event.id"],
            name=op.f("fk_ticket_community_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "order_line_id"],
            ["order_line.community_id", "order_line.id"],
            name=op.f("fk_ticket_community_id_order_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "ticket_type_id"],
            ["ticket_type.community_id", "ticket_type.id"],
            name=op.f("fk_ticket_community_id_ticket_type_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_ticket_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_ticket_community_id_id")),
        sa.UniqueConstraint("order_line_id", "number", name=op.f("uq_ticket_order_line_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ticket_public_id")),
        sa.UniqueConstraint("secret", name=op.f("uq_ticket_secret")),
    )
    op.create_index(
        "ix_ticket_attendance", "ticket", ["community_id", "attendance_id"], unique=False
    )
    op.create_index(op.f("ix_ticket_contact_id"), "ticket", ["contact_id"], unique=False)
    op.create_index(
        "ix_ticket_event", "ticket", ["community_id", "event_id", "state"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_event", table_name="ticket")
    op.drop_index(op.f("ix_ticket_contact_id"), table_name="ticket")
    op.drop_index("ix_ticket_attendance", table_name="ticket")
    op.drop_table("ticket")
    op.drop_index(op.f("ix_refund_line_order_line_id"), table_name="refund_line")
    op.drop_table("refund_line")
    op.drop_index(
        "uq_access_grant_subscription",
        table_name="access_grant",
        postgresql_where=sa.text("subscription_id IS NOT NULL"),
    )
    op.drop_index(
        "uq_access_grant_line",
        table_name="access_grant",
        postgresql_where=sa.text("order_line_id IS NOT NULL AND subscription_id IS NULL"),
    )
    op.drop_index(op.f("ix_access_grant_plan_id"), table_name="access_grant")
    op.drop_index("ix_access_grant_contact", table_name="access_grant")
    op.drop_table("access_grant")
    op.drop_index("ix_subscription_state", table_name="subscription")
    op.drop_index(op.f("ix_subscription_price_id"), table_name="subscription")
    op.drop_index(op.f("ix_subscription_order_id"), table_name="subscription")
    op.drop_index(op.f("ix_subscription_contact_id"), table_name="subscription")
    op.drop_table("subscription")
    op.drop_index("ix_refund_state", table_name="refund")
    op.drop_index(op.f("ix_refund_payment_id"), table_name="refund")
    op.drop_table("refund")
    op.drop_index("ix_ledger_entry_txn", table_name="ledger_entry")
    op.drop_index("ix_ledger_entry_name", table_name="ledger_entry")
    op.drop_table("ledger_entry")
    op.drop_index(op.f("ix_imported_order_txn_id"), table_name="imported_order")
    op.drop_index("ix_imported_order_run", table_name="imported_order")
    op.drop_index(op.f("ix_imported_order_refund_txn_id"), table_name="imported_order")
    op.drop_index(op.f("ix_imported_order_contact_id"), table_name="imported_order")
    op.drop_index("ix_imported_order_buyer", table_name="imported_order")
    op.drop_table("imported_order")
    op.drop_index(op.f("ix_hold_line_quota_id"), table_name="hold_line")
    op.drop_index(op.f("ix_hold_line_order_line_id"), table_name="hold_line")
    op.drop_index(op.f("ix_hold_line_hold_id"), table_name="hold_line")
    op.drop_table("hold_line")
    op.drop_index(op.f("ix_dispute_payment_id"), table_name="dispute")
    op.drop_table("dispute")
    op.drop_index(
        "uq_attendance_current",
        table_name="attendance",
        postgresql_where=sa.text("state IN ('pending', 'going')"),
    )
    op.drop_index("ix_attendance_event", table_name="attendance")
    op.drop_index(op.f("ix_attendance_contact_id"), table_name="attendance")
    op.drop_table("attendance")
    op.drop_index("ix_activity_mention_identity", table_name="activity_mention")
    op.drop_table("activity_mention")
    op.drop_index("ix_ticket_type_event", table_name="ticket_type")
    op.drop_table("ticket_type")
    op.drop_index(op.f("ix_report_note_report_id"), table_name="report_note")
    op.drop_table("report_note")
    op.drop_index(
        "uq_price_offered", table_name="price", postgresql_where=sa.text("archived_at IS NULL")
    )
    op.drop_table("price")
    op.drop_index("ix_payment_state", table_name="payment")
    op.drop_index(op.f("ix_payment_payment_account_id"), table_name="payment")
    op.drop_table("payment")
    op.drop_index("ix_order_line_item", table_name="order_line")
    op.drop_table("order_line")
    op.drop_index(
        "uq_membership_current",
        table_name="membership",
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.drop_index("ix_membership_joined", table_name="membership")
    op.drop_index(op.f("ix_membership_contact_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_index(op.f("ix_ledger_txn_order_id"), table_name="ledger_txn")
    op.drop_index("ix_ledger_txn_happened", table_name="ledger_txn")
    op.drop_index("ix_ledger_txn_contact", table_name="ledger_txn")
    op.drop_table("ledger_txn")
    op.drop_index(
        "uq_join_request_waiting",
        table_name="join_request",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index(op.f("ix_join_request_contact_id"), table_name="join_request")
    op.drop_table("join_request")
    op.drop_index(op.f("ix_introduction_side_other_id"), table_name="introduction_side")
    op.drop_index("ix_introduction_side_contact", table_name="introduction_side")
    op.drop_table("introduction_side")
    op.drop_index(op.f("ix_introduction_answer_contact_id"), table_name="introduction_answer")
    op.drop_table("introduction_answer")
    op.drop_index(op.f("ix_hold_order_id"), table_name="hold")
    op.drop_index(op.f("ix_hold_expires_at"), table_name="hold")
    op.drop_table("hold")
    op.drop_index(op.f("ix_event_host_contact_id"), table_name="event_host")
    op.drop_table("event_host")
    op.drop_index(op.f("ix_customer_contact_id"), table_name="customer")
    op.drop_table("customer")
    op.drop_index("ix_activity_month_month", table_name="activity_month")
    op.drop_index(
        "ix_activity_month_identity",
        table_name="activity_month",
        postgresql_where=sa.text("identity_id IS NOT NULL"),
    )
    op.drop_table("activity_month")
    op.drop_index(
        "ix_activity_day_identity",
        table_name="activity_day",
        postgresql_where=sa.text("identity_id IS NOT NULL"),
    )
    op.drop_index("ix_activity_day_day", table_name="activity_day")
    op.drop_table("activity_day")
    op.drop_index("uq_activity_source", table_name="activity")
    op.drop_index(
        "ix_activity_reply_to",
        table_name="activity",
        postgresql_where=sa.text("reply_to_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_activity_import_run",
        table_name="activity",
        postgresql_where=sa.text("import_run_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_activity_identity_id"), table_name="activity")
    op.drop_index("ix_activity_happened", table_name="activity")
    op.drop_index("ix_activity_contact", table_name="activity")
    op.drop_table("activity")
    op.drop_index(
        "ix_thread_member_current",
        table_name="thread_member",
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.drop_table("thread_member")
    op.drop_index(op.f("ix_suggestion_other_id"), table_name="suggestion")
    op.drop_table("suggestion")
    op.drop_table("rules_consent")
    op.drop_index("ix_report_queue", table_name="report")
    op.drop_index(op.f("ix_report_about_contact_id"), table_name="report")
    op.drop_table("report")
    op.drop_index(
        "uq_payment_account_stripe",
        table_name="payment_account",
        postgresql_where=sa.text("stripe_id <> '' AND disconnected_at IS NULL"),
    )
    op.drop_index(
        "uq_payment_account_current",
        table_name="payment_account",
        postgresql_where=sa.text("disconnected_at IS NULL"),
    )
    op.drop_table("payment_account")
    op.drop_index(op.f("ix_outgoing_mail_person_id"), table_name="outgoing_mail")
    op.drop_index("ix_outgoing_mail_created_at", table_name="outgoing_mail")
    op.drop_index(op.f("ix_outgoing_mail_contact_id"), table_name="outgoing_mail")
    op.drop_index(op.f("ix_outgoing_mail_community_id"), table_name="outgoing_mail")
    op.drop_table("outgoing_mail")
    op.drop_index(op.f("ix_notice_choice_community_id"), table_name="notice_choice")
    op.drop_table("notice_choice")
    op.drop_index("ix_message_thread", table_name="message")
    op.drop_index(op.f("ix_message_author_id"), table_name="message")
    op.drop_table("message")
    op.drop_index(op.f("ix_match_set_aside_other_id"), table_name="match_set_aside")
    op.drop_table("match_set_aside")
    op.drop_table("match_profile")
    op.drop_index("ix_match_impression_shown", table_name="match_impression")
    op.drop_index(op.f("ix_match_impression_other_id"), table_name="match_impression")
    op.drop_table("match_impression")
    op.drop_table("match_choice")
    op.drop_table("invitation")
    op.drop_index(op.f("ix_introduction_higher_id"), table_name="introduction")
    op.drop_table("introduction")
    op.drop_index(op.f("ix_identity_import_run_id"), table_name="identity")
    op.drop_index(
        "ix_identity_email",
        table_name="identity",
        postgresql_where=sa.text("email_key IS NOT NULL AND contact_id IS NULL"),
    )
    op.drop_index(op.f("ix_identity_contact_id"), table_name="identity")
    op.drop_table("identity")
    op.drop_index(op.f("ix_hello_other_id"), table_name="hello")
    op.drop_index("ix_hello_expires", table_name="hello")
    op.drop_table("hello")
    op.drop_index(
        "uq_finding_open", table_name="finding", postgresql_where=sa.text("settled_at IS NULL")
    )
    op.drop_table("finding")
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
    op.drop_index(op.f("ix_billing_order_voucher_id"), table_name="billing_order")
    op.drop_index("ix_billing_order_state", table_name="billing_order")
    op.drop_index("ix_billing_order_placed", table_name="billing_order")
    op.drop_index(op.f("ix_billing_order_expires_at"), table_name="billing_order")
    op.drop_index(op.f("ix_billing_order_contact_id"), table_name="billing_order")
    op.drop_table("billing_order")
    op.drop_index("uq_ban_current", table_name="ban", postgresql_where=sa.text("lifted_at IS NULL"))
    op.drop_table("ban")
    op.drop_table("announcement")
    op.drop_index(op.f("ix_rule_rules_version_id"), table_name="rule")
    op.drop_table("rule")
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
    op.drop_index(op.f("ix_channel_import_run_id"), table_name="channel")
    op.drop_table("channel")
    op.drop_index(
        "ix_voucher_open", table_name="voucher", postgresql_where=sa.text("retired_at IS NULL")
    )
    op.drop_table("voucher")
    op.drop_table("thread")
    op.drop_table("tag")
    op.drop_table("stripe_route")
    op.drop_index(op.f("ix_stored_file_person_id"), table_name="stored_file")
    op.drop_index(op.f("ix_stored_file_community_id"), table_name="stored_file")
    op.drop_table("stored_file")
    op.drop_table("series")
    op.drop_table("rules_version")
    op.drop_index("ix_recon_run_started", table_name="recon_run")
    op.drop_table("recon_run")
    op.drop_table("quota")
    op.drop_index("ix_plan_open", table_name="plan")
    op.drop_table("plan")
    op.drop_table("match_round")
    op.drop_table("join_question")
    op.drop_index("ix_import_run_newest", table_name="import_run")
    op.drop_index(op.f("ix_import_run_created_by_id"), table_name="import_run")
    op.drop_table("import_run")
    op.drop_table("health_setting")
    op.drop_table("health_month")
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
    op.drop_index("ix_notice_state", table_name="notice")
    op.drop_table("notice")
    op.drop_table("installation")
    op.drop_table("erasure_entry")
    op.drop_index("ix_audit_entry_subject", table_name="audit_entry")
    op.drop_index("ix_audit_entry_community_id_at", table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_at"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_actor_id"), table_name="audit_entry")
    op.drop_table("audit_entry")
