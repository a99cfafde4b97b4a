"""Whoever takes part in matching says that they are of age.

Nobody was asked before, so nobody's yes is kept: all are asked again. Hellos that still wait
end, as they do whenever somebody takes no part any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_adults"
down_revision = "0006_talking_counts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM suggestion")
    op.execute("DELETE FROM match_choice")
    op.add_column(
        "match_choice", sa.Column("adult_said_at", sa.DateTime(timezone=True), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("match_choice", "adult_said_at")
