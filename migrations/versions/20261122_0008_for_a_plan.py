"""Events whose seats are for members with a plan."""

from alembic import op

revision = "0008_for_a_plan"
down_revision = "0007_adults"
branch_labels = None
depends_on = None

NAME = "ck_event_event_visibility"


def upgrade() -> None:
    op.drop_constraint(op.f(NAME), "event", type_="check")
    op.create_check_constraint(
        op.f(NAME), "event", "visibility IN ('public', 'members', 'plan')"
    )


def downgrade() -> None:
    op.execute("UPDATE event SET visibility = 'members' WHERE visibility = 'plan'")
    op.drop_constraint(op.f(NAME), "event", type_="check")
    op.create_check_constraint(op.f(NAME), "event", "visibility IN ('public', 'members')")
