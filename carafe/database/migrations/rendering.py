"""How types are written in a migration: for both databases, and permanently."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    TypeDecorator,
)
from sqlalchemy.types import TypeEngine

from carafe.time import UTCDateTime

# PostgreSQL's can store any ID that SQLite's can, and SQLite only autoincrements INTEGER.
NUMBER = 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
MOMENT = "sa.DateTime(timezone=True)"


def render_item(kind: str, item: Any, context: object) -> str | bool:
    """Write a type so that neither the app nor the database can change its meaning.

    Our own types are written as SQLAlchemy's. Types read from a database, for dropped tables or
    columns, are written as those that both databases have.
    """
    if kind != "type":
        return False
    if isinstance(item, UTCDateTime):
        return MOMENT
    if isinstance(item, TypeDecorator) or not _was_read(item):
        return False
    try:
        generic = item.as_generic()
    except NotImplementedError:
        return False
    return _render(generic, item) or False


def _was_read(item: TypeEngine[Any]) -> bool:
    # SQL names, such as VARCHAR, are in capital letters.
    return type(item).__name__.isupper()


def _render(generic: TypeEngine[Any], item: Any) -> str | None:
    if isinstance(generic, DateTime):
        return MOMENT
    if isinstance(generic, LargeBinary):
        return "sa.LargeBinary()"
    if isinstance(generic, SmallInteger):
        return "sa.SmallInteger()"
    if isinstance(generic, (BigInteger, Integer)):
        return NUMBER
    if isinstance(generic, String) and type(generic) is String and item.collation == "C":
        plain = f"sa.String(length={item.length}"
        return f'{plain}).with_variant({plain}, collation="C"), "postgresql")'
    return f"sa.{generic!r}"
