"""The fields of an import, checked and built at startup."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from sqlalchemy import Enum, inspect

from carafe.admin.attributes import Attributes
from carafe.admin.columns import label_of
from carafe.admin.imports.declaration import Field, Import
from carafe.admin.imports.formats import Format
from carafe.admin.imports.values import Parser, choice, parser_for, translator_of
from carafe.admin.lists.filters import Choice, Filter
from carafe.admin.options import ModelOptions
from carafe.admin.schema import (
    Attribute,
    TableColumn,
    is_unique,
    related_model,
    table_column,
)


@dataclass(frozen=True)
class Target:
    """The attribute that a field sets. `lookup` is the attribute that finds a related row."""

    name: str
    label: str
    column: Attribute
    lookup: Attribute | None
    read: Callable[[str], object]
    # Converts the file's format of numbers and dates to the one that `read` expects.
    translate: Callable[[str, Format], str] | None
    required: bool
    unique: bool
    # Further names of columns of a file that are matched to it.
    synonyms: Sequence[str]

    def value(self, cell: str, format: Format) -> object:
        """Return the value of a cell. Raises `ValueError` with a message for users."""
        return self.read(self.translate(cell, format) if self.translate else cell)


@dataclass(frozen=True, eq=False)
class ImportSpec:
    """How rows of a model are imported. Existing ones are found by the `key` and updated."""

    options: ModelOptions
    row: Callable[..., object]
    targets: Mapping[str, Target]
    key: Target | None

    @property
    def operations(self) -> list[str]:
        """The operations that a user needs to import."""
        return ["create", "edit"] if self.key else ["create"]


def build_import(
    options: ModelOptions, attributes: Attributes, filters: Sequence[Filter]
) -> ImportSpec:
    declared = options.imports if isinstance(options.imports, Import) else Import(options.imports)
    targets: dict[str, Target] = {}
    for item in declared.fields:
        field = item if isinstance(item, Field) else Field(item)
        if field.name in targets:
            raise options.error("imports", f"{field.name} is listed twice.", "List it once.")
        targets[field.name] = _target(attributes, filters, field)
    key = targets.get(declared.key)
    if declared.key and not (key and key.unique):
        what = f"The key {declared.key} is not unique, or not one of the fields."
        raise options.error("imports", what, "Use a unique field. It identifies the row to update.")
    spec = ImportSpec(options, declared.row or options.model, targets, key)
    for operation in spec.operations:
        if operation not in options.operations:
            remedy = f'Add "{operation}" to operations.'
            raise options.error("imports", f"Imports need the operation {operation}.", remedy)
    if declared.row is None and (missing := _missing_required(spec)):
        what = f"{missing} is required for every row."
        raise options.error("imports", what, "Add it, or pass Import(…, row=…) that sets it.")
    return spec


def _missing_required(spec: ImportSpec) -> str | None:
    """Return a required attribute that no field sets, or None."""
    mapper = inspect(spec.options.model)
    targets = {target.column.key for target in spec.targets.values()}
    for attribute in mapper.column_attrs:
        [column] = attribute.columns
        is_automatic = column.primary_key or column is mapper.version_id_col
        is_required = _is_required(cast(TableColumn, column))
        if is_required and not is_automatic and attribute.key not in targets:
            return str(attribute.key)
    return None


def _is_required(column: TableColumn) -> bool:
    return not (column.nullable or column.default is not None or column.server_default is not None)


def _target(attributes: Attributes, filters: Sequence[Filter], field: Field) -> Target:
    head, dot, tail = field.name.partition(".")
    attribute = attributes.find("imports", field.name)
    column: Attribute = getattr(attributes.model, f"{head}_id") if dot else attribute
    lookup: Attribute | None = getattr(related_model(column), tail) if dot else None
    if lookup is not None and not is_unique(lookup):
        what = f"{field.name} is not unique."
        raise attributes.error("imports", what, "Look it up by a unique attribute.")
    typed_column = table_column(attribute)
    read = field.read or _choice_reader(filters, attribute) or parser_for(typed_column)
    if read is None:
        remedy = f'Pass a parser: Field("{field.name}", read=…).'
        raise attributes.error("imports", f"No default parser for {field.name}.", remedy)
    return Target(
        name=field.name,
        label=field.label or _label(column, attribute, field.name),
        column=column,
        lookup=lookup,
        read=read,
        translate=None if field.read else translator_of(typed_column),
        required=_is_required(table_column(column)),
        unique=is_unique(column),
        synonyms=[*field.synonyms, tail, head, label_of(column, head)],
    )


def _choice_reader(filters: Sequence[Filter], attribute: Attribute) -> Parser | None:
    """Return the parser of a column whose choices are declared by a filter, as in forms.

    Enumeration members are objects, not the texts of a filter.
    """
    if isinstance(table_column(attribute).type, Enum):
        return None
    for item in filters:
        if isinstance(item, Choice) and item.column is attribute:
            return partial(choice, item.options())
    return None


def _label(column: Attribute, attribute: Attribute, name: str) -> str:
    """Return the label of a field: "Title", or "Owner's email" for "user.email"."""
    head, dot, tail = name.partition(".")
    if not dot:
        return label_of(attribute, name)
    return f"{label_of(column, head)}'s {tail.replace('_', ' ')}"
