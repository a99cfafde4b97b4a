"""Each version of a closed month keeps by number which import moved it.

The page compared all versions of a month to find out: with every night that moved one it had more
to read. Versions that are here already have none: they are compared until the next night's count,
which keeps what was found with the newest.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013_what_moved_it"
down_revision = "0012_when_it_is_over"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("health_month", sa.Column("causes", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("health_month", "causes")
