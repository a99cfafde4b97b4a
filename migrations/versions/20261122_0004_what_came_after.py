"""The roll-ups that were missing, thanks and answers, and replies that came before their parents.

Whoever did something already gets their first and last day from their months; all of them are
marked to be counted, so that the next hour's job fills the cohorts. What replies imported earlier
answered is not known any more: they are linked when a later file tells them again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_what_came_after"
down_revision = "0003_rows_and_guards"
branch_labels = None
depends_on = None

WEIGHTS = {"thanked": 6, "event.worthwhile": 6}
# A month's days are bits, the first day in the lowest: the place of the lowest and of the highest.
LASTS = """
INSERT INTO activity_last (community_id, contact_id, identity_id, first_on, last_on, kept_on)
SELECT community_id, contact_id, identity_id,
    min(month + 32 - length(rtrim(days::integer::bit(32)::text, '0'))),
    max(month + length(ltrim(days::integer::bit(32)::text, '0')) - 1),
    max(month + length(ltrim(keeping_days::integer::bit(32)::text, '0')) - 1)
        FILTER (WHERE keeping_days <> 0)
FROM activity_month GROUP BY community_id, contact_id, identity_id
"""
MARKS = """
INSERT INTO activity_touched (community_id, contact_id)
SELECT DISTINCT community_id, contact_id FROM activity_month WHERE contact_id IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "health_cohort",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("cohort", sa.Date(), nullable=False),
        sa.Column("is_team", sa.Boolean(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "extract(day from cohort) = 1", name=op.f("ck_health_cohort_cohort_begins_on_the_first")
        ),
        sa.CheckConstraint(
            "extract(day from month) = 1", name=op.f("ck_health_cohort_month_begins_on_the_first")
        ),
        sa.CheckConstraint("month >= cohort", name=op.f("ck_health_cohort_nobody_before_joining")),
        sa.CheckConstraint(
            "people >= ended AND ended >= 0 AND people > 0",
            name=op.f("ck_health_cohort_some_and_no_more"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_health_cohort_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_health_cohort")),
        sa.UniqueConstraint(
            "community_id", "cohort", "is_team", "month", name="uq_health_cohort_cell"
        ),
    )
    op.create_table(
        "activity_touched",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_activity_touched_community_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_activity_touched_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_touched")),
        sa.UniqueConstraint(
            "community_id", "contact_id", name=op.f("uq_activity_touched_community_id_contact_id")
        ),
    )
    op.create_table(
        "thanks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("thanked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_thanks_for_another")),
        sa.ForeignKeyConstraint(
            ["community_id", "from_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_thanks_community_id_from_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "to_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_thanks_community_id_to_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_thanks_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thanks")),
        sa.UniqueConstraint("community_id", "id", name=op.f("uq_thanks_community_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_thanks_public_id")),
        info={"kith.between_members": True},
    )
    op.create_index(
        "ix_thanks_from", "thanks", ["community_id", "from_id", "thanked_at"], unique=False
    )
    op.create_index("ix_thanks_to", "thanks", ["community_id", "to_id", "thanked_at"], unique=False)
    op.create_table(
        "activity_last",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("identity_id", sa.BigInteger(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("kept_on", sa.Date(), nullable=True),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_activity_last_first_before_last")),
        sa.CheckConstraint(
            "kept_on BETWEEN first_on AND last_on", name=op.f("ck_activity_last_kept_within")
        ),
        sa.CheckConstraint(
            "num_nonnulls(contact_id, identity_id) = 1",
            name=op.f("ck_activity_last_one_who_did_it"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "contact_id"],
            ["contact.community_id", "contact.id"],
            name=op.f("fk_activity_last_community_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "identity_id"],
            ["identity.community_id", "identity.id"],
            name=op.f("fk_activity_last_community_id_identity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_activity_last_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_last")),
        sa.UniqueConstraint(
            "community_id",
            "contact_id",
            "identity_id",
            name="uq_activity_last_someone",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "ix_activity_last_identity",
        "activity_last",
        ["community_id", "identity_id"],
        unique=False,
        postgresql_where=sa.text("identity_id IS NOT NULL"),
    )
    op.create_table(
        "activity_awaited",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("source_uid", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "activity_id"],
            ["activity.community_id", "activity.id"],
            name=op.f("fk_activity_awaited_community_id_activity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "channel_id"],
            ["channel.community_id", "channel.id"],
            name=op.f("fk_activity_awaited_community_id_channel_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_activity_awaited_community_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_awaited")),
        sa.UniqueConstraint(
            "community_id", "activity_id", name=op.f("uq_activity_awaited_community_id_activity_id")
        ),
    )
    op.create_index(
        "ix_activity_awaited_uid",
        "activity_awaited",
        ["community_id", "channel_id", "source_uid"],
        unique=False,
    )
    op.add_column(
        "attendance",
        sa.Column(
            "came_for",
            sa.Enum(
                "yes",
                "partly",
                "no",
                name="came_for",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
    )
    op.add_column(
        "attendance", sa.Column("answers", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("attendance", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "identity", sa.Column("is_apart", sa.Boolean(), server_default="false", nullable=False)
    )
    # the comparison of schemas does not see checks: this one is written by hand
    op.create_check_constraint(
        op.f("ck_attendance_answered_at_a_moment"),
        "attendance",
        "(came_for IS NULL) = (answered_at IS NULL)",
    )
    weight = sa.table("activity_weight", *map(sa.column, ("type", "version", "weight")))
    op.bulk_insert(
        weight, [{"type": key, "version": 1, "weight": value} for key, value in WEIGHTS.items()]
    )
    op.execute(LASTS)
    op.execute(MARKS)


def downgrade() -> None:
    weight = sa.table("activity_weight", *map(sa.column, ("type", "community_id")))
    op.execute(weight.delete().where(weight.c.type.in_(WEIGHTS), weight.c.community_id.is_(None)))
    op.drop_constraint(op.f("ck_attendance_answered_at_a_moment"), "attendance")
    op.drop_column("identity", "is_apart")
    op.drop_column("attendance", "answered_at")
    op.drop_column("attendance", "answers")
    op.drop_column("attendance", "came_for")
    op.drop_index("ix_activity_awaited_uid", table_name="activity_awaited")
    op.drop_table("activity_awaited")
    op.drop_index(
        "ix_activity_last_identity",
        table_name="activity_last",
        postgresql_where=sa.text("identity_id IS NOT NULL"),
    )
    op.drop_table("activity_last")
    op.drop_index("ix_thanks_to", table_name="thanks")
    op.drop_index("ix_thanks_from", table_name="thanks")
    op.drop_table("thanks")
    op.drop_table("activity_touched")
    op.drop_table("health_cohort")
