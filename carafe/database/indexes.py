"""Indexes that contain only some rows of a table."""

from sqlalchemy import Index, MetaData, TextClause, event

from carafe.database.base import Base

# Where an index keeps its condition for PostgreSQL until that dialect is needed.
CONDITION = "postgresql_where"


def partial_index(
    name: str, *columns: str, where: TextClause, where_on_postgresql: TextClause | None = None
) -> Index:
    """Return an index of the rows that meet `where`, for `__table_args__`.

    With `Index(postgresql_where=…)`, every process would load SQLAlchemy's PostgreSQL dialect, 2.3
    MB, also on SQLite. Only creating and comparing tables needs that condition.
    """
    index = Index(name, *columns, sqlite_where=where)
    index.info[CONDITION] = where if where_on_postgresql is None else where_on_postgresql
    return index


def complete_indexes(metadata: MetaData, *arguments: object, **options: object) -> None:
    """Add their conditions for PostgreSQL to the partial indexes of all tables."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if CONDITION in index.info:
                index.dialect_kwargs[CONDITION] = index.info[CONDITION]


def conditions_of(index: Index) -> list[object]:
    """Return the conditions of a partial index, on any database."""
    options = [*index.dialect_kwargs.items(), *index.info.items()]
    return [value for name, value in options if name.endswith("_where") and value is not None]


event.listen(Base.metadata, "before_create", complete_indexes)
