"""Rows that belong to a user, for the export of personal data."""

from collections.abc import Callable, Iterator
from functools import partial

from sqlalchemy import LargeBinary, inspect, select

from carafe.auth import OwnerMixin
from carafe.database import Base
from carafe.tabular import iter_dicts

# Columns that say nothing about the owner.
TECHNICAL = "user_id", "submission", "version"


def sections() -> dict[str, Callable[[int], Iterator[dict[str, object]]]]:
    """Return the rows of each model with an `OwnerMixin`: "books", for a table "book"."""
    names = {
        f"{mapper.local_table}s".replace("_", "-"): mapper.class_
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, OwnerMixin)
    }
    return {name: partial(_rows, names[name]) for name in sorted(names)}


def _rows(model: type[OwnerMixin], user_id: int) -> Iterator[dict[str, object]]:
    mapper = inspect(model)
    columns = [
        attribute
        for attribute in mapper.column_attrs
        if attribute.key not in TECHNICAL
        and not attribute.columns[0].primary_key
        and not isinstance(attribute.columns[0].type, LargeBinary)
    ]
    query = select(*columns).where(model.user_id == user_id)
    return iter_dicts(query.order_by(*mapper.primary_key))
