"""What a private message weighs. Messages written before count for nothing: nobody was told."""

import sqlalchemy as sa
from alembic import op

revision = "0006_talking_counts"
down_revision = "0005_told_by_an_import"
branch_labels = None
depends_on = None

TYPE, WEIGHT = "talked", 2


def upgrade() -> None:
    weight = sa.table("activity_weight", *map(sa.column, ("type", "version", "weight")))
    op.bulk_insert(weight, [{"type": TYPE, "version": 1, "weight": WEIGHT}])


def downgrade() -> None:
    weight = sa.table("activity_weight", *map(sa.column, ("type", "community_id")))
    op.execute(weight.delete().where(weight.c.type == TYPE, weight.c.community_id.is_(None)))
