"""INSERT statements that SQLAlchemy has no common syntax for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from sqlalchemy import Dialect, false, insert, literal, select

from carafe.database.base import Base, db


def dialect_insert(table: object, dialect: Dialect) -> Any:
    """Return the database's own INSERT, with `on_conflict_do_nothing` and `…_do_update`."""
    return import_module(f"sqlalchemy.dialects.{dialect.name}").insert(table)


def dummy_insert(model: type[Base], row: Mapping[str, object]) -> None:
    """Run an INSERT that adds no row and takes as long as one that does.

    For responses whose time must not reveal anything.
    """
    columns = model.__table__.c
    values = [literal(value, columns[name].type) for name, value in row.items()]
    db.session.execute(insert(model).from_select(list(row), select(*values).where(false())))
