"""A restated month names the import that told it late.

Months restated before know that it was one: the newest that had ended by then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005_told_by_an_import"
down_revision = "0004_what_came_after"
branch_labels = None
depends_on = None

NEWEST = """
UPDATE health_month SET import_run_id = (
    SELECT import_run.id FROM import_run
    WHERE import_run.community_id = health_month.community_id
      AND import_run.finished_at <= health_month.closed_at
    ORDER BY greatest(import_run.finished_at, import_run.undone_at) DESC, import_run.id DESC LIMIT 1
) WHERE is_imported
"""


def upgrade() -> None:
    op.add_column("health_month", sa.Column("import_run_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_health_month_community_id_import_run_id"),
        "health_month",
        "import_run",
        ["community_id", "import_run_id"],
        ["community_id", "id"],
        ondelete="SET NULL (import_run_id)",
    )
    # an import may be removed: its months are found without reading all
    op.create_index(
        "ix_health_month_import_run",
        "health_month",
        ["import_run_id"],
        unique=False,
        postgresql_where=sa.text("import_run_id IS NOT NULL"),
    )
    op.execute(NEWEST)


def downgrade() -> None:
    op.drop_index(
        "ix_health_month_import_run",
        table_name="health_month",
        postgresql_where=sa.text("import_run_id IS NOT NULL"),
    )
    op.drop_constraint(
        op.f("fk_health_month_community_id_import_run_id"), "health_month", type_="foreignkey"
    )
    op.drop_column("health_month", "import_run_id")
