"""What Stripe's balance made of money, a code once for each member, what taking for nothing weighs.

Entries of the ledger never change, so what is known of a settlement must be written with them:
transactions from before have none. Two orders of one member with one code cannot be there: no page
takes codes yet. Nothing was told yet of what costs nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_settled"
down_revision = "0009_muted"
branch_labels = None
depends_on = None

TYPE, WEIGHT = "took_free", 2
CHECKS = {
    "settled_whole": "num_nonnulls(settled_minor, settled_currency, settled_rate) IN (0, 3)",
    "settled_currency_code": "settled_currency ~ '^[A-Z]{3}$'",
    "settled_rate_positive": "settled_rate > 0",
}
ENDED = "('expired', 'cancelled', 'payment_failed', 'refunded_late')"


def upgrade() -> None:
    op.add_column("ledger_txn", sa.Column("settled_minor", sa.BigInteger()))
    op.add_column("ledger_txn", sa.Column("settled_currency", sa.String(3)))
    op.add_column("ledger_txn", sa.Column("settled_rate", sa.Numeric(20, 10)))
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_ledger_txn_{name}"), "ledger_txn", condition)
    op.create_index(
        "uq_billing_order_voucher",
        "billing_order",
        ["voucher_id", "contact_id"],
        unique=True,
        postgresql_where=sa.text(f"voucher_id IS NOT NULL AND state NOT IN {ENDED}"),
    )
    weight = sa.table("activity_weight", *map(sa.column, ("type", "version", "weight")))
    op.bulk_insert(weight, [{"type": TYPE, "version": 1, "weight": WEIGHT}])


def downgrade() -> None:
    weight = sa.table("activity_weight", *map(sa.column, ("type", "community_id")))
    op.execute(weight.delete().where(weight.c.type == TYPE, weight.c.community_id.is_(None)))
    op.drop_index("uq_billing_order_voucher", "billing_order")
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_ledger_txn_{name}"), "ledger_txn", type_="check")
    for name in ("settled_rate", "settled_currency", "settled_minor"):
        op.drop_column("ledger_txn", name)
