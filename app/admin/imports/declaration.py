"""What of a model can be imported, as declared, and made ready."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Enum, inspect

from app.admin.columns import label_of
from app.admin.imports.formats import Format
from app.admin.imports.values import choice, reader_of, translator_of
from app.admin.lists.filters import Choice
from app.admin.schema import is_unique

if TYPE_CHECKING:
    from app.admin.declaration import Admin


@dataclass(frozen=True)
class Field:
    """A column of the file.

    `name` is an attribute of the model, or "user.email": what `user_id` refers to is found by its
    e-mail. `read` makes a value of the text in a cell, by default as the column's type asks for;
    where it cannot, it raises `ValueError` with a text for people.
    """

    name: str
    label: str = ""
    read: Callable[[str], Any] | None = None


@dataclass(frozen=True)
class Import:
    """How rows are imported: `fields`, and by which of them a row is found again, to be changed.

    `row` makes an object of the values by name, where the model itself does not do.
    """

    fields: Sequence[str | Field]
    key: str = ""
    row: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Target:
    """A field, made ready: the attribute that it sets, and by what of another model it is found."""

    name: str
    label: str
    column: Any
    found_by: Any
    read: Callable[[str], Any]
    # What first writes a cell as `read` expects it, from how the file writes numbers and dates.
    translate: Callable[[str, Format], str] | None
    needed: bool
    unique: bool

    def value(self, cell: str, format: Format) -> Any:
        """Return what a cell says. Raises `ValueError` with a text for people."""
        return self.read(self.translate(cell, format) if self.translate else cell)


@dataclass
class Plan:
    """All of an import, made ready."""

    admin: Admin
    row: Callable[..., Any]
    targets: dict[str, Target] = field(default_factory=dict)
    key: Target | None = None

    @property
    def operations(self) -> list[str]:
        """What somebody must be allowed to do with rows."""
        return ["create", "edit"] if self.key else ["create"]


def plan(admin: Admin, given: Import | Sequence[str | Field]) -> Plan:
    """Check what was declared. What is wrong with it stops the start."""
    declared = given if isinstance(given, Import) else Import(given)
    made = Plan(admin, declared.row or admin.model)
    for one in declared.fields:
        target = _target(admin, one if isinstance(one, Field) else Field(one))
        if target.name in made.targets:
            raise admin.problem("imports", f"{target.name} is there twice.", "Name it once.")
        made.targets[target.name] = target
    if declared.key:
        made.key = made.targets.get(declared.key)
        if made.key is None or not made.key.unique:
            what = f"the key {declared.key} is not unique, or not among the fields."
            raise admin.problem("imports", what, "Give one that is: it says which row is meant.")
    for operation in made.operations:
        if operation not in admin.operations:
            remedy = f'Add "{operation}" to operations.'
            raise admin.problem("imports", f"it needs the operation {operation}.", remedy)
    if missing := _missing(made) if declared.row is None else None:
        what = f"no row can be without {missing}."
        raise admin.problem("imports", what, "Add it, or Import(…, row=…) that knows its value.")
    return made


def _missing(made: Plan) -> str | None:
    """A column that every row needs, and nothing gives."""
    mapper = inspect(made.admin.model)
    given = {target.column.key for target in made.targets.values()}
    for attribute in mapper.column_attrs:
        [column] = attribute.columns
        by_itself = column.primary_key or column is mapper.version_id_col
        if _is_needed(column) and not by_itself and attribute.key not in given:
            return str(attribute.key)
    return None


def _is_needed(column: Any) -> bool:
    return not (column.nullable or column.default is not None or column.server_default is not None)


def _target(admin: Admin, one: Field) -> Target:
    head, dot, tail = one.name.partition(".")
    attribute = admin.attribute("imports", one.name)
    column = getattr(admin.model, f"{head}_id") if dot else attribute
    found_by = getattr(inspect(attribute.parent).class_, tail) if dot else None
    if found_by is not None and not is_unique(found_by):
        remedy = "Find it by what is unique."
        raise admin.problem("imports", f"several may have the same {one.name}.", remedy)
    own = column.property.columns[0]
    typed = attribute.property.columns[0]
    is_enum = isinstance(typed.type, Enum)  # its members are objects, and no texts of a filter
    chosen = None if is_enum else _one_of(admin, attribute)
    read = one.read or chosen or reader_of(typed)
    if read is None:
        remedy = f'Say how: Field("{one.name}", read=…).'
        raise admin.problem("imports", f"{one.name} is not read by itself.", remedy)
    label = one.label or _label(one.name)
    translate = None if one.read else translator_of(typed)
    needed, unique = _is_needed(own), is_unique(column)
    return Target(one.name, label, column, found_by, read, translate, needed, unique)


def _one_of(admin: Admin, attribute: Any) -> Callable[[str], Any] | None:
    """What reads a column of which a filter says what can be chosen, as forms do."""
    for offered in admin.offered:
        if isinstance(offered, Choice) and offered.column is attribute:
            return partial(choice, offered.options())
    return None


def _label(name: str) -> str:
    head, dot, _ = name.partition(".")
    return f"{label_of(head)}, by {label_of(name)}" if dot else label_of(name)
