"""Resources: models whose rows programs read and write under `/api/v1`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from marshmallow import Schema
from sqlalchemy import ColumnElement, inspect

from carafe.admin.schema import primary_key, singular_name, table_column
from carafe.api import fields
from carafe.api.deprecation import Deprecation
from carafe.api.fields import Field, JsonValue, ResourceField
from carafe.api.paging import Order
from carafe.config import ConfigError
from carafe.database import Base
from carafe.database.aliases import AnyAttribute, JSONObject
from carafe.registry import Registry
from carafe.web.cursors import CURSOR_TYPES

OPERATIONS = "list", "create", "read", "replace", "patch", "delete", "batch"
READING = "list", "read"


@dataclass(frozen=True, eq=False, repr=False)
class Resource:
    """Options of `add` for one model, and what follows from them."""

    model: type[Base]
    # The last part of its URL, and the first of its operations and scopes: "notes".
    name: str
    # What can be written, and what can only be read beside the ID.
    fields: Sequence[str | Field]
    read_only: Sequence[str | Field] = ()
    filters: Sequence[str | Field] = ()
    # What a list can be sorted by. Each needs an index that begins with it, or with the owner and
    # then it.
    sort: Sequence[str] = ()
    # The default order: a field, with "-" for descending.
    order: str = "-id"
    # Text columns in which `q` is searched.
    search: Sequence[str] = ()
    # The column with the ID of the user to whom a row belongs: others get 404.
    owner: str = ""
    # Returns the condition for the rows that exist at all, such as those that haven't expired.
    where: Callable[[], ColumnElement[bool]] | None = None
    # A subset of `OPERATIONS`.
    operations: Sequence[str] = OPERATIONS
    # Operations that will be removed.
    deprecated: Mapping[str, Deprecation] = field(default_factory=dict)
    # The permission that each operation needs. A resource without an owner must name them.
    permissions: Mapping[str, str] = field(default_factory=dict)
    # Returns why a user may not change a row, or None: `denial_reason(row, user)`.
    denial_reason: Callable[[Any, Any], str | None] | None = None
    # The operations for which a session needs a recent proof of identity.
    fresh_login: Sequence[str] = ()
    # Whether an admin who impersonates the owner is refused.
    no_impersonation: bool = False
    # Verbs that replace the model's own: `create(**values)`, `edit(row, **values)`, `delete(row)`.
    create: Callable[..., Base] | None = None
    edit: Callable[..., None] | None = None
    delete: Callable[[Any], None] | None = None
    # A schema that validates what is written, in place of the one built from the columns.
    schema: type[Schema] | None = None

    def __post_init__(self) -> None:
        self._check()

    @cached_property
    def key(self) -> AnyAttribute:
        return primary_key(self.model)

    @cached_property
    def noun(self) -> str:
        """The name of a row in sentences."""
        return singular_name(self.model)

    @property
    def label(self) -> str:
        return self.name.replace("-", " ").capitalize()

    @property
    def write_label(self) -> str:
        """What the scope for writing allows: "Create and delete notes"."""
        verbs = {"create": "create", "replace": "change", "patch": "change", "delete": "delete"}
        allowed = list(dict.fromkeys(verbs[name] for name in verbs if name in self.operations))
        comma = "," if len(allowed) > 2 else ""
        text = f"{comma} and ".join(
            [", ".join(allowed[:-1]), allowed[-1]] if allowed[1:] else allowed
        )
        return f"{text.capitalize()} {self.label.lower()}"

    @cached_property
    def owner_attribute(self) -> AnyAttribute | None:
        return self._attribute("owner", self.owner) if self.owner else None

    @cached_property
    def all_fields(self) -> list[ResourceField]:
        """The members of a row, in the order in which they are sent."""
        id = fields.build(Field("id"), self.key, read_only=True)
        writable = [self._field("fields", name, read_only=False) for name in self.fields]
        return [id, *writable, *(self._field("read_only", name) for name in self.read_only)]

    @cached_property
    def filter_fields(self) -> list[ResourceField]:
        return [self._field("filters", name) for name in self.filters]

    @cached_property
    def sort_keys(self) -> dict[str, AnyAttribute]:
        return {name: self._sort_key("sort", name) for name in self.sort} | {"id": self.key}

    @cached_property
    def orders(self) -> dict[str, Order]:
        """The orders by value of `sort`: "updated_at", and in descending order "-updated_at"."""
        return {
            f"{'-' if descending else ''}{name}": Order(
                name, key, self.key, descending, bool(table_column(key).nullable)
            )
            for name, key in self.sort_keys.items()
            for descending in (False, True)
        }

    @cached_property
    def search_columns(self) -> list[AnyAttribute]:
        return [self._attribute("search", name) for name in self.search]

    @cached_property
    def input_schema_class(self) -> type[Schema]:
        writable = {field.name: field.schema for field in self.all_fields if not field.read_only}
        name = f"{self.noun.title().replace(' ', '')}Input"
        return self.schema or Schema.from_dict(dict(writable), name=name)

    @cached_property
    def input_schema(self) -> Schema:
        return self.input_schema_class()

    def scope(self, operation: str) -> str:
        """Return the scope that a token needs: "notes:read" or "notes:write"."""
        return f"{self.name}:{'read' if operation in READING else 'write'}"

    def policy(self, operation: str) -> JSONObject:
        """Return the rules of an operation's view, as marks of views set them."""
        return {
            "scope": self.scope(operation),
            "permission": self.permissions.get(operation),
            # The response shows the row.
            "read_permission": self.permissions.get("read"),
            "fresh_login": operation in self.fresh_login,
            "no_impersonation": self.no_impersonation,
            "confirmed": operation not in READING,
        }

    def dump(self, row: Sequence[Any]) -> JSONObject:
        """Return what a row is in JSON, from the values of `all_fields`."""
        members = zip(self._members, row, strict=False)
        return {name: dump(value) if dump else value for (name, dump), value in members}

    @cached_property
    def _members(self) -> list[tuple[str, Callable[[Any], JsonValue] | None]]:
        return [(field.name, field.dump) for field in self.all_fields]

    def dump_row(self, row: Base) -> JSONObject:
        return self.dump([getattr(row, field.attribute.key) for field in self.all_fields])

    def error(self, option: str, what: str, remedy: str) -> ConfigError:
        return ConfigError(f"api.add({self.model.__name__}), {option}: {what}", remedy)

    def _check(self) -> None:
        """Refuse a declaration that can't work, with the remedy."""
        for option, names, choices in (
            ("operations", self.operations, OPERATIONS),
            ("permissions", self.permissions, self.operations),
            ("fresh_login", self.fresh_login, self.operations),
        ):
            if unknown := {*names} - {*choices}:
                what = f"unknown: {', '.join(sorted(unknown))}."
                raise self.error(option, what, f"Use some of {', '.join(choices)}.")
        if not self.owner and (missing := {*self.operations} - {*self.permissions}):
            remedy = f"Name an owner, or permissions for {', '.join(sorted(missing))}."
            raise self.error("owner", "anyone could use this.", remedy)
        if repeated := {*self.fields} & {*self.read_only}:
            raise self.error(
                "read_only", f"{', '.join(map(str, repeated))} is in fields as well.", "Use one."
            )
        if self.order.removeprefix("-") not in self.sort_keys:
            raise self.error("order", f"{self.order} isn't in sort.", "Add it there.")
        for parts in (self.all_fields, self.filter_fields, self.search_columns):
            len(parts)  # builds them
        if self.owner_attribute is not None:
            len(self.owner)

    def _attribute(self, option: str, name: str) -> AnyAttribute:
        names = inspect(self.model).mapper.column_attrs.keys()
        if name not in names:
            raise self.error(option, f"no attribute {name}.", f"Use one of {', '.join(names)}.")
        attribute: AnyAttribute = getattr(self.model, name)
        return attribute

    def _field(self, option: str, field: str | Field, *, read_only: bool = True) -> ResourceField:
        field = Field(field) if isinstance(field, str) else field
        attribute = self._attribute(option, field.attribute or field.name)
        return fields.build(field, attribute, read_only=read_only)

    def _sort_key(self, option: str, name: str) -> AnyAttribute:
        attribute = self._attribute(option, name)
        if not issubclass(attribute.type.python_type, CURSOR_TYPES):
            raise self.error(option, f"{name} has no order that a URL can hold.", "Leave it out.")
        if not self._has_index(attribute):
            remedy = f"Add Index({', '.join(filter(None, [self.owner, name, 'id']))!r})."
            raise self.error(option, f"no index begins with {name}.", remedy)
        return attribute

    def _has_index(self, attribute: AnyAttribute) -> bool:
        column, owner = table_column(attribute), self.owner_attribute
        starts = [[column]] if owner is None else [[column], [table_column(owner), column]]
        indexes = [list(index.columns) for index in column.table.indexes]
        is_unique = column.primary_key or bool(column.unique)
        return is_unique or any(
            columns[: len(start)] == start for columns in indexes for start in starts
        )


RESOURCES = Registry[Resource]("api", "resource")
