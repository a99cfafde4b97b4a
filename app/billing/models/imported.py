"""Orders that were counted elsewhere before: which line of which file is which transaction."""

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Keyed, Tenant, tenant_fk
from app.core.privacy import BLANK, TOMBSTONE, impersonal, personal


class ImportedOrder(Tenant, Keyed):
    """An order of another shop, known by its own number there; gone when its import is undone."""

    __tablename__ = "imported_order"
    __table_args__ = (
        UniqueConstraint("community_id", "source", "uid"),
        tenant_fk("contact_id", "contact"),
        tenant_fk("txn_id", "ledger_txn"),
        tenant_fk("refund_txn_id", "ledger_txn"),
        tenant_fk("import_run_id", "import_run"),
        Index("ix_imported_order_buyer", "community_id", "source", "buyer_uid"),
        Index("ix_imported_order_run", "import_run_id", "id"),
    )

    source: Mapped[str] = mapped_column(String(32), info=impersonal)
    uid: Mapped[str] = mapped_column(String(80), info=impersonal)
    buyer_uid: Mapped[str | None] = mapped_column(
        String(120), info=personal("account", erase=BLANK)
    )
    contact_id: Mapped[int] = mapped_column(index=True, info=personal("contact", erase=TOMBSTONE))
    txn_id: Mapped[int] = mapped_column(index=True)
    refund_txn_id: Mapped[int | None] = mapped_column(index=True)
    import_run_id: Mapped[int]
