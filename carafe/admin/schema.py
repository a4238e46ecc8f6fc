"""What models tell of their tables: keys, indexes, members, and what they refer to."""

from collections.abc import Sequence
from enum import Enum as PythonEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Enum,
    Float,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    UniqueConstraint,
    inspect,
    select,
    type_coerce,
)
from sqlalchemy.orm import defer
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.types import TypeDecorator

from carafe.database import Base
from carafe.web.routing import MAX_ID

# Texts that may be longer are written on several lines.
MAX_LINE_LENGTH = 255
# What forms and imports take for a column that has no limit of its own.
LONGEST_TEXT = 100_000
# What columns of numbers hold, the more special types first.
MAX_NUMBERS = {SmallInteger: 2**15 - 1, BigInteger: MAX_ID, Integer: 2**31 - 1, Float: 1e300}


def has_index(column: Any) -> bool:
    """Whether an index of all rows begins with a column."""
    own = column.property.columns[0]
    unique = [one for one in own.table.constraints if isinstance(one, UniqueConstraint)]
    begun = {next(iter(one.columns), None) for one in [*full_indexes(own.table), *unique]}
    return own in begun or own.unique or own.primary_key


def is_unique(column: Any) -> bool:
    """Whether no two rows have the same value in a column."""
    own = column.property.columns[0]
    rules = [one for one in full_indexes(own.table) if one.unique]
    kinds = PrimaryKeyConstraint, UniqueConstraint
    rules += [one for one in own.table.constraints if isinstance(one, kinds)]
    return bool(own.unique) or [own] in [list(one.columns) for one in rules]


def full_indexes(table: Any) -> list[Any]:
    """The indexes of a table that leave no rows out."""
    return [one for one in table.indexes if one.dialect_options["sqlite"]["where"] is None]


def members_of(kind: Enum) -> dict[str, tuple[str, Any]]:
    """Return label and value of each member of an enumeration, by how it is stored."""
    if kind.enum_class is None:
        return {name: (label_of_member(name), name) for name in kind.enums}
    members = list(kind.enum_class)
    if len(members) < len(kind.enums):  # with aliases
        members = list(kind.enum_class.__members__.values())
    pairs = zip(kind.enums, members, strict=True)
    return {name: (label_of_member(member), member) for name, member in pairs}


def label_of_member(member: Any) -> str:
    """Return what a member of an enumeration is called on pages: `IN_USE` is "In use"."""
    name = member.name if isinstance(member, PythonEnum) else str(member)
    return name.replace("_", " ").capitalize()


class MemberOrText(TypeDecorator[Any]):
    """A member of an enumeration, or the text in the database that is none (any more).

    SQLAlchemy's own type raises an error for such a text, and with it a list of a thousand rows.
    """

    impl = String
    cache_ok = True

    def __init__(self, kind: Enum):
        super().__init__()
        self.kind = kind

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        _, member = members_of(self.kind).get(value or "", ("", value))
        return member


def readable_column(attribute: Any) -> Any:
    """Return a column to select whose values can be read whatever the database holds."""
    kind = attribute.type
    is_enum = isinstance(kind, Enum) and kind.enum_class is not None
    return type_coerce(attribute, MemberOrText(kind)) if is_enum else attribute


class RowQuery:
    """A query for whole rows of a model whose values can be read whatever the database holds.

    Each row of its result is the object, such values of it as `readable_column` reads, and the
    `extras`.
    """

    def __init__(self, model: Any, *extras: Any):
        attributes = [getattr(model, attribute.key) for attribute in inspect(model).column_attrs]
        special = [
            attribute for attribute in attributes if readable_column(attribute) is not attribute
        ]
        self.names = [attribute.key for attribute in special]
        query = select(model, *map(readable_column, special), *extras)
        self.query = query.options(*[defer(attribute) for attribute in special])

    def object_of(self, row: Any) -> Any:
        """Return the object of a row of the result, with its attributes set."""
        loaded, *values = row
        for name, value in zip(self.names, values, strict=False):
            set_committed_value(loaded, name, value)
        return loaded

    def extras_of(self, row: Any) -> Sequence[Any]:
        """Return the values of the `extras` in a row of the result."""
        extras: Sequence[Any] = row[1 + len(self.names) :]
        return extras


def primary_key(model: Any) -> Any:
    """The attribute that is the number of a row."""
    return getattr(model, inspect(model).primary_key[0].name)


def singular_name(model: Any) -> str:
    """What a row is called in sentences."""
    return str(model.__tablename__).replace("_", " ")


def related_model(foreign_key: Any) -> Any:
    """The model of the rows that a foreign key refers to."""
    [column] = [one.column for one in foreign_key.property.columns[0].foreign_keys]
    [model] = [m.class_ for m in Base.registry.mappers if m.local_table is column.table]
    return model
