"""Who muted a private conversation: it tells them nothing until they look."""

import sqlalchemy as sa
from alembic import op

revision = "0009_muted"
down_revision = "0008_for_a_plan"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("thread_member", sa.Column("muted_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("thread_member", "muted_at")
