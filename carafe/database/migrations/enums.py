"""PostgreSQL's enum types, which Alembic creates only with a table, and never drops."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic.ddl.impl import DefaultImpl
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import ENUM, CreateEnumType

USED_BY_TABLE = text("""
    SELECT DISTINCT typname FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
    WHERE attrelid = to_regclass(quote_ident(:table)) AND typtype = 'e' AND NOT attisdropped
""")
UNUSED = text("""
    SELECT quote_ident(typname) FROM pg_type
    WHERE typname = ANY(:names) AND typtype = 'e' AND pg_type_is_visible(pg_type.oid)
    AND NOT EXISTS (
        SELECT FROM pg_attribute
        WHERE atttypid IN (pg_type.oid, pg_type.typarray) AND NOT attisdropped
    )
""")


def create(impl: DefaultImpl, type_: Any) -> None:
    """Create the type of a new or changed column if it is a new enum."""
    enum = type_ and type_.dialect_impl(impl.dialect)
    if not isinstance(enum, ENUM):
        return
    if impl.connection is None:
        impl.execute(CreateEnumType(enum))
    else:
        enum.create(impl.connection, checkfirst=True)


@contextmanager
def dropping_unused(impl: DefaultImpl, table: str) -> Iterator[None]:
    """Drop the enum types afterwards that this table used and no column uses anymore."""
    if impl.connection is None:
        yield
        return
    names = impl.connection.scalars(USED_BY_TABLE, {"table": table}).all()
    yield
    if names:
        for name in impl.connection.scalars(UNUSED, {"names": list(names)}).all():
            impl.connection.execute(text(f"DROP TYPE {name}"))
