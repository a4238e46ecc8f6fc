"""Facts about a model's table: keys, indexes, enumeration members, and related models."""

from collections.abc import Sequence
from enum import Enum as PythonEnum
from typing import cast

from sqlalchemy import (
    BigInteger,
    Dialect,
    Enum,
    Float,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    func,
    inspect,
    select,
    type_coerce,
)
from sqlalchemy.orm import ColumnProperty, defer
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.types import TypeDecorator

from carafe.database import AnyRow, AnySelect, Base, db
from carafe.database.aliases import AnyAttribute, AnyColumn, AnyExpression
from carafe.web.routing import MAX_ID

# An attribute of a model, its column, a query, and a row of a result, of any Python type.
Attribute = AnyAttribute
TableColumn = AnyColumn
Expression = AnyExpression
Query = AnySelect
ResultRow = AnyRow

# Longer texts get a field with several lines.
MAX_LINE_LENGTH = 255
# The limit in forms and imports for columns without one.
MAX_TEXT_LENGTH = 100_000
# The largest value by column type. Subclasses come before their base class.
MAX_NUMBERS = {SmallInteger: 2**15 - 1, BigInteger: MAX_ID, Integer: 2**31 - 1, Float: 1e300}


def table_column(attribute: Attribute) -> TableColumn:
    """Return the column that an attribute is mapped to."""
    return cast(TableColumn, cast("ColumnProperty[object]", attribute.property).columns[0])


def has_index(attribute: Attribute) -> bool:
    """Return whether an index of all rows begins with a column."""
    column = table_column(attribute)
    rules: list[Index | UniqueConstraint] = [*full_indexes(column.table)]
    rules += [rule for rule in column.table.constraints if isinstance(rule, UniqueConstraint)]
    first_columns = [next(iter(rule.columns), None) for rule in rules]
    is_first = any(first is column for first in first_columns)
    return is_first or bool(column.unique) or column.primary_key


def is_unique(attribute: Attribute) -> bool:
    """Return whether no two rows have the same value in a column."""
    column = table_column(attribute)
    rules: list[Index | PrimaryKeyConstraint | UniqueConstraint] = [
        index for index in full_indexes(column.table) if index.unique
    ]
    rules += [
        rule
        for rule in column.table.constraints
        if isinstance(rule, (PrimaryKeyConstraint, UniqueConstraint))
    ]
    return bool(column.unique) or any(rule.columns.keys() == [column.key] for rule in rules)


def full_indexes(table: Table) -> list[Index]:
    """Return the indexes of a table that contain all rows."""
    return [index for index in table.indexes if index.dialect_options["sqlite"]["where"] is None]


def members_of(kind: Enum) -> dict[str, tuple[str, object]]:
    """Return label and value of each member of an enumeration, by how it is stored."""
    if kind.enum_class is None:
        return {name: (label_of_member(name), name) for name in kind.enums}
    members = list(kind.enum_class)
    if len(members) < len(kind.enums):  # with aliases
        members = list(kind.enum_class.__members__.values())
    pairs = zip(kind.enums, members, strict=True)
    return {name: (label_of_member(member), member) for name, member in pairs}


def label_of_member(member: object) -> str:
    """Return the label of an enumeration member: `IN_USE` is "In use"."""
    name = member.name if isinstance(member, PythonEnum) else str(member)
    return name.replace("_", " ").capitalize()


class MemberOrText(TypeDecorator[object]):
    """A member of an enumeration, or the stored text if it is not a member, e.g., a removed one.

    SQLAlchemy's type raises an error for this text, which would break the whole list.
    """

    impl = String
    cache_ok = True

    def __init__(self, kind: Enum):
        super().__init__()
        self.kind = kind

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        _, member = members_of(self.kind).get(value or "", ("", value))
        return member


def readable_column(attribute: Attribute) -> Attribute | Expression:
    """Return an expression to select that never fails on stored values."""
    kind = attribute.type
    is_enum = isinstance(kind, Enum) and kind.enum_class is not None
    return type_coerce(attribute, MemberOrText(kind)) if is_enum else attribute


class RowQuery:
    """A query for objects of a model that never fails on stored values.

    Each row of its result has the object, the values that `readable_column` reads, and the
    `extras`.
    """

    def __init__(self, model: type[Base], *extras: Attribute | Expression):
        attributes: list[Attribute] = [
            getattr(model, attribute.key) for attribute in inspect(model).column_attrs
        ]
        special = [
            attribute for attribute in attributes if readable_column(attribute) is not attribute
        ]
        self.names = [attribute.key for attribute in special]
        query = select(model, *map(readable_column, special), *extras)
        self.query = query.options(*[defer(attribute) for attribute in special])

    def object_of(self, row: ResultRow) -> Base:
        """Return the object of a row of the result, with its attributes set."""
        loaded: Base = row[0]
        for name, value in zip(self.names, row[1:], strict=False):
            set_committed_value(loaded, name, value)
        return loaded

    def extras_of(self, row: ResultRow) -> Sequence[object]:
        """Return the values of the `extras` in a row of the result."""
        extras: Sequence[object] = row[1 + len(self.names) :]
        return extras


def count_rows(query: Query, limit: int) -> int:
    """Return the number of rows of a query, or `limit` + 1 if there are more than the limit."""
    return db.session.connection().scalar(count_query(query, limit)) or 0


def count_query(query: Query, limit: int) -> Query:
    """Return the statement of `count_rows`."""
    return select(func.count()).select_from(query.limit(limit + 1).subquery())


def primary_key(model: type[Base]) -> Attribute:
    """Return the attribute that identifies a row."""
    mapper = inspect(model)
    key: Attribute = getattr(model, mapper.get_property_by_column(mapper.primary_key[0]).key)
    return key


def singular_name(model: type[Base]) -> str:
    """Return the name of a row in sentences: "user session"."""
    return str(model.__tablename__).replace("_", " ")


def related_model(foreign_key: Attribute) -> type[Base]:
    """Return the model that a foreign key refers to."""
    [column] = [key.column for key in table_column(foreign_key).foreign_keys]
    [model] = [m.class_ for m in Base.registry.mappers if m.local_table is column.table]
    return model
