"""What models tell of their tables: keys, indexes, and what they refer to."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Enum,
    Float,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    UniqueConstraint,
    inspect,
)

from app.core.database import Base
from app.core.routing import LARGEST_ID

# Texts that may be longer are written on several lines.
LONGEST_LINE = 255
# What forms and imports take for a column that has no limit of its own.
LONGEST_TEXT = 100_000
# What columns of numbers hold, the more special types first.
LARGEST = {SmallInteger: 2**15 - 1, BigInteger: LARGEST_ID, Integer: 2**31 - 1, Float: 1e300}


def has_index(column: Any) -> bool:
    """Whether an index of all rows begins with a column."""
    own = column.property.columns[0]
    unique = [one for one in own.table.constraints if isinstance(one, UniqueConstraint)]
    begun = {next(iter(one.columns), None) for one in [*whole_indexes(own.table), *unique]}
    return own in begun or own.unique or own.primary_key


def is_unique(column: Any) -> bool:
    """Whether no two rows have the same value in a column."""
    own = column.property.columns[0]
    rules = [one for one in whole_indexes(own.table) if one.unique]
    kinds = PrimaryKeyConstraint, UniqueConstraint
    rules += [one for one in own.table.constraints if isinstance(one, kinds)]
    return bool(own.unique) or [own] in [list(one.columns) for one in rules]


def whole_indexes(table: Any) -> list[Any]:
    """The indexes of a table that leave no rows out."""
    return [one for one in table.indexes if one.dialect_options["sqlite"]["where"] is None]


def members_of(kind: Enum) -> dict[str, tuple[str, Any]]:
    """Return label and value of each member of an enumeration, by how it is stored."""
    values = list(kind.enum_class) if kind.enum_class else kind.enums
    return {
        name: (name.replace("_", " ").capitalize(), value)
        for name, value in zip(kind.enums, values, strict=True)
    }


def key_of(model: Any) -> Any:
    """The attribute that is the number of a row."""
    return getattr(model, inspect(model).primary_key[0].name)


def one_of(model: Any) -> str:
    """What a row is called in sentences."""
    return str(model.__tablename__).replace("_", " ")


def referred_to_by(foreign_key: Any) -> Any:
    """The model of the rows that a foreign key refers to."""
    [column] = [one.column for one in foreign_key.property.columns[0].foreign_keys]
    [model] = [m.class_ for m in Base.registry.mappers if m.local_table is column.table]
    return model
