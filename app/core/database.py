"""The database: base class, the mixins every table is made of, and the session."""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    MetaData,
    Select,
    String,
    Table,
    UniqueConstraint,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.privacy import impersonal

ID_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that reads like another
ID_LENGTH = 12  # 31**12: no one finds a row by trying


class Base(DeclarativeBase):
    """The parent of all tables; constraint names are predictable from migration one."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own declaration, not shared state
        datetime: DateTime(timezone=True),
        int: BigInteger,
        dict[str, Any]: JSONB,
        list[str]: JSONB,
        list[dict[str, Any]]: JSONB,
    }


db = SQLAlchemy()
Row = TypeVar("Row", bound=Base)


def new_public_id() -> str:
    """Return a random identifier for URLs; the primary key never leaves the house."""
    return "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH))


class Keyed(Base):
    """A table with a numeric key."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(Identity(), primary_key=True, sort_order=-10)


class Public(Keyed):
    """A table whose rows have an address: a random public id beside the key."""

    __abstract__ = True

    public_id: Mapped[str] = mapped_column(
        String(16), unique=True, default=new_public_id, sort_order=-9, info=impersonal
    )


class Tenant:
    """A row of one community; (community_id, id) is what other tenant tables point at."""

    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id", ondelete="CASCADE"), sort_order=-8
    )


class Versioned:
    """A row that two people may edit at once: a form carries the version it was drawn from."""

    version: Mapped[int] = mapped_column(default=1, server_default="1", sort_order=90)


BETWEEN_MEMBERS: dict[str, Any] = {"info": {"kith.between_members": True}}
"""Stands last in `__table_args__` of what members say among themselves: no export shows it to
those who look after their community."""


def is_between_members(table: Table) -> bool:
    """Say whether a table holds what members say among themselves."""
    return bool(table.info.get("kith.between_members"))


def only_told_if(column: str, value: object) -> dict[str, Any]:
    """Return `info` for a column that an owner's export has only where `column` is `value`."""
    return {"kith.only_told_if": (column, value)}


def told_if(column: Column[Any]) -> tuple[str, Any] | None:
    """Return the column and the value on which it hangs that a column is told, if it does."""
    return column.info.get("kith.only_told_if")


def tenant_key() -> UniqueConstraint:
    """Return the constraint that lets composite foreign keys point at a tenant table."""
    return UniqueConstraint("community_id", "id")


def tenant_fk(column: str, target: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """Return a foreign key within one community: a row of A cannot point into B.

    `target` is a table name. SET NULL would null community_id too, so it names its column.
    """
    if ondelete == "SET NULL":
        ondelete = f"SET NULL ({column})"
    return ForeignKeyConstraint(
        ["community_id", column], [f"{target}.community_id", f"{target}.id"], ondelete=ondelete
    )


def add(row: Row) -> Row:
    """Add a row to the session, flush it and return it."""
    db.session.add(row)
    db.session.flush()
    return row


def within(entity: Any, community_id: int) -> Select[Any]:
    """Return a select over one community's rows: the one door for tenant reads."""
    return select(entity).where(entity.community_id == community_id)


def one_of(choices: type[StrEnum], name: str = "") -> Enum:
    """Return the column type for an enum: its values as text, kept by a CHECK.

    `name` is for a table with several columns of one enum: each CHECK needs a name of its own.
    """
    return Enum(
        choices,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=name or _snake(choices.__name__),
        values_callable=lambda members: [member.value for member in members],
    )


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def is_ours(name: str | None, type_: str, _parents: object) -> bool:
    """Say whether a name in the database is compared with our tables (procrastinate's are not)."""
    return not (type_ == "table" and (name or "").startswith("procrastinate_"))
