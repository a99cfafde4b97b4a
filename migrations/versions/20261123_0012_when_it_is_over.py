"""Two indexes on the end of an event: for a community's list, and for the jobs that follow it."""

from alembic import op

revision = "0012_when_it_is_over"
down_revision = "0011_who_sees_what"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_event_ends", "event", ["community_id", "ends_at"])
    op.create_index(op.f("ix_event_ends_at"), "event", ["ends_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_event_ends_at"), "event")
    op.drop_index("ix_event_ends", "event")
