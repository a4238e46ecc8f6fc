"""A model's pages in the administration, declared in a few lines.

    admin.add(app, Note, columns=["title", "user.email", "updated_at"], search=["title"])

Everything has a default that works. What is wrong with a declaration stops the app as it starts,
with the model, the option and the remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from flask import Flask, current_app, url_for
from markupsafe import Markup
from sqlalchemy import Boolean as BooleanType
from sqlalchemy import ColumnElement, DateTime, Integer, UniqueConstraint, inspect
from sqlalchemy.orm import aliased

from app.admin.actions.declaration import Action, Refusal, check_permissions, declared
from app.admin.imports.declaration import Field, Import, plan
from app.admin.lists.filters import Boolean, DateRange, Filter, NumberRange, Related
from app.admin.lists.search import Exact, FullText, Prefix, Search
from app.admin.objects import auditing
from app.auth.access import can
from app.auth.roles import add_permission
from app.core import nav
from app.core.database import Base
from app.core.pagination import IN_CURSORS
from app.core.time import UTCDateTime, day_element
from config import ConfigError

NOTHING = "–"
LONGEST_TEXT = 100
OPERATIONS = "read", "create", "edit", "delete"
# What the URL of a list says beside its filters.
ARGUMENTS = "q", "sort", "scope", "columns", "after", "before"


@dataclass(frozen=True)
class Column:
    """A column of a list.

    `of` are the attributes that it is made of, by default the one of its name: the model's
    ("title"), or of what a foreign key refers to ("user.email", by `user_id`). `show` makes what
    stands in the cell out of their values: text, which is escaped, or `Markup`.
    """

    name: str
    label: str = ""
    of: Sequence[str] = ()
    show: Callable[..., Any] | None = None


@dataclass
class Admin:
    """What is declared of one model, with its defaults filled in."""

    model: Any
    name: str
    label: str
    columns: Sequence[str | Column]
    # Columns that are hidden until somebody chooses them.
    optional: Sequence[str | Column] = ()
    search: Sequence[str | Search] = ()
    filters: Sequence[str | Filter] = ()
    # Named conditions: label and condition, by the value of `scope` in the URL.
    scopes: Mapping[str, tuple[str, ColumnElement[bool]]] = field(default_factory=dict)
    # Columns to sort by; each needs an index that begins with it.
    sorts: Sequence[str] = ()
    # How the list is sorted at first: a column, with "-" before it from the last to the first.
    order: str = "-id"
    intro: str = ""
    # What rows are called, and what the search box says.
    noun: str = ""
    hint: str = ""
    icon: str = "database"
    # What stands below the list: a template, and a function that gives what it shows.
    below: tuple[str, Callable[[], Mapping[str, Any]]] | None = None
    # Where a row leads: the endpoint of a page of its own.
    endpoint: str = ""
    # What can be done with rows, of `OPERATIONS`, and the permission that each needs: by default
    # "<name>.<operation>", which administrators have. All where there is a form, or else "read".
    operations: Sequence[str] = ()
    permissions: Mapping[str, str] = field(default_factory=dict)
    actions: Sequence[Action] = ()
    # Of the page about one row: the attribute that is its title, and what is shown beside the form,
    # by default the columns. What is in the form as well is given to a new row, and then stays.
    title: str = ""
    read_only: Sequence[str | Column] = ()
    # A form class, or attributes of which one is made.
    form: Any = ()
    # Rows that belong to it, shown and changed on its page.
    inlines: Sequence[Any] = ()
    # The model's own verbs: `save(row, form)`, `create(form, submission)`, `delete(row)`. They
    # record what they do. Without them attributes are set, and that is recorded, but for what
    # was in the attributes that are `private`.
    save: Callable[[Any, Any], Any] | None = None
    create: Callable[[Any, str], Any] | None = None
    delete: Callable[[Any], Any] = auditing.delete
    private: Sequence[str] = ()
    # Why somebody may not change a row, or nothing: `refusal(row, who)`.
    refusal: Refusal | None = None
    # What can be imported: fields, or an `Import` of them.
    imports: Sequence[str | Field] | Import = ()
    # A template of its own, which extends admin/object.html, and what else that needs.
    template: str = "admin/object.html"
    context: Callable[[Any], Mapping[str, Any]] | None = None
    # What is made of all this for that page: see `objects.py`.
    objects: Any = field(default=None, init=False)

    def __post_init__(self) -> None:
        for option in ("operations", "permissions"):
            for operation in set(getattr(self, option)) - set(OPERATIONS):
                known = ", ".join(OPERATIONS)
                raise self.problem(option, f"there is no {operation}.", f"Give some of {known}.")
        self.operations = self.operations or (OPERATIONS if self.form else ("read",))
        self.noun = self.noun or self.label.lower()
        # What one row is called.
        self.one = one_of(self.model)
        self._check_key()
        self.key = key_of(self.model)
        self.acting = declared(self)
        # As declared, where this is one of those that somebody chose the columns of.
        self.whole = self
        # Until when (`time.monotonic`) the whole list counts as long.
        self.many_until = 0.0
        self.joins: dict[str, tuple[Any, Any]] = {}
        self.known: dict[str, Column] = {}
        self.paths: dict[str, Any] = {}
        for option in ("columns", "optional"):
            for given in getattr(self, option):
                self._know(option, given if isinstance(given, Column) else Column(given))
        self._show(list(self.known.values())[: len(self.columns)])
        # What has an index of both, in this order, of all rows.
        self.pairs = {
            tuple(column.name for column in list(index.columns)[:2])
            for index in whole_indexes(self.model.__table__)
        }
        self.searched = [self._search(one) for one in self.search]
        self.hint = self.hint or " or ".join(one.label for one in self.searched)
        self.offered = [self._filter(one) for one in self.filters]
        self.importing = plan(self, self.imports) if self.imports else None
        self.orders = {name: self._sort(name) for name in {*self.sorts, self.order.lstrip("-")}}

    def showing(self, columns: str) -> Admin:
        """The same with these alone, "name,email", in this order; as declared if it knows none."""
        names = dict.fromkeys(columns.split(","))
        chosen = [self.known[name] for name in names if name in self.known]
        if not chosen:
            return self
        other = copy(self)
        other._show(chosen)
        return other

    def _know(self, option: str, column: Column) -> None:
        if column.name in self.known:
            raise self.problem(option, f"{column.name} is there twice.", "Name each column once.")
        label, of = column.label or label_of(column.name), column.of or [column.name]
        self.known[column.name] = replace(column, label=label, of=of)
        self.paths |= {path: self._attribute(option, path) for path in of}

    def _show(self, columns: Sequence[Column]) -> None:
        self.shown = columns
        self.attributes = {path: self.paths[path] for column in columns for path in column.of}
        places = {path: place for place, path in enumerate(self.attributes)}
        self.places = [[places[path] for path in column.of] for column in columns]
        heads = {path.partition(".")[0] for path in self.attributes if "." in path}
        self.joined = {head: on for head, on in self.joins.items() if head in heads}

    def sort(self, wanted: str) -> tuple[str, Any, bool]:
        """The name, the column and whether it descends, of `sort` in the URL."""
        chosen = wanted if wanted.removeprefix("-") in self.orders else self.order
        name = chosen.removeprefix("-")
        return chosen, self.orders[name], chosen.startswith("-")

    def permission(self, operation: str) -> str:
        """The name of the permission that an operation needs."""
        return self.permissions.get(operation, f"{self.name}.{operation}")

    def may(self, operation: str) -> bool:
        """Whether the one signed in can do this with rows."""
        return operation in self.operations and can(self.permission(operation))

    def url(self, id: int) -> str:
        """The page about a row."""
        return url_for(self.endpoint, id=id)

    def problem(self, option: str, what: str, remedy: str) -> ConfigError:
        return ConfigError(f"admin.add({self.model.__name__}, {option}=…): {what}", remedy)

    def _check_key(self) -> None:
        keys = inspect(self.model).primary_key
        if len(keys) > 1 or not isinstance(keys[0].type, Integer):
            what = "its primary key is not one whole number."
            raise self.problem("model", what, "Give it a column id, which is its primary key.")

    def _own(self, option: str, name: str) -> Any:
        """An attribute of the model itself: its lists are not looked for by what they refer to."""
        if "." in name:
            what = f"{name} is not an attribute of {self.model.__name__}."
            raise self.problem(option, what, "Of what is referred to, only columns can be made.")
        return self._attribute(option, name)

    def _attribute(self, option: str, path: str) -> Any:
        head, dot, tail = path.partition(".")
        model = self._joined(option, head) if dot else self.model
        names = inspect(model).mapper.column_attrs.keys()
        if (tail if dot else head) not in names:
            raise self.problem(option, f"there is no {path}.", f"Give one of {', '.join(names)}.")
        return getattr(model, tail if dot else head)

    def _joined(self, option: str, name: str) -> Any:
        """What the foreign key of that name refers to, joined to a list once."""
        if name not in self.joins:
            own = getattr(self.model, f"{name}_id", None)
            targets = [one.column for one in own.property.columns[0].foreign_keys] if own else []
            if not targets:
                raise self.problem(
                    option,
                    f"{name}.… leads nowhere.",
                    f"{self.model.__name__} needs {name}_id with a foreign key.",
                )
            other = aliased(referred_to_by(own))
            self.joins[name] = other, own == getattr(other, targets[0].key)
        return self.joins[name][0]

    def _search(self, given: str | Search) -> Search:
        if isinstance(given, FullText) and given.model is not self.model:
            what = f"FullText has columns of {given.model.__name__}."
            raise self.problem("search", what, f"Give columns of {self.model.__name__}.")
        if not isinstance(given, str):
            if isinstance(given, (Prefix, Exact)):
                self._check_index("search", given.label, given.column)
            return given
        column = self._own("search", given)
        self._check_index("search", given, column)
        return Prefix(column, label_of(given))

    def _filter(self, given: str | Filter) -> Filter:
        found = given if isinstance(given, Filter) else self._filter_of(given)
        if found.name in ARGUMENTS:
            what = f"{found.name} in the URL is the list's own."
            raise self.problem("filters", what, f'Call it otherwise, such as "its_{found.name}".')
        if found.column is not None:
            self._check_index("filters", found.name, found.column)
        return found

    def _filter_of(self, given: str) -> Filter:
        column = self._own("filters", given)
        kind = column.type
        found: type[Filter] | None = None
        if column.property.columns[0].foreign_keys:
            found = Related
        elif isinstance(kind, BooleanType):
            found = Boolean
        elif isinstance(kind, (DateTime, UTCDateTime)):
            found = DateRange
        elif isinstance(kind, Integer):
            found = NumberRange
        if found is None:
            raise self.problem(
                "filters",
                f"{given} has no filter by itself.",
                f'Say what can be chosen: Choice({self.model.__name__}.{given}, "{given}", …).',
            )
        return found(column, given, label_of(given))

    def _sort(self, name: str) -> Any:
        column = self._own("sorts", name)
        own = column.property.columns[0]
        if own.nullable:
            raise self.problem("sorts", f"{name} may be empty.", "Sort by what always has a value.")
        if own.type.python_type not in IN_CURSORS:
            kinds = ", ".join(kind.__name__ for kind in IN_CURSORS)
            raise self.problem(
                "sorts", f"{name} cannot stand in links to pages.", f"Sort by one of {kinds}."
            )
        self._check_index("sorts", name, column)
        return column

    def _check_index(self, option: str, name: str, column: Any) -> None:
        own = column.property.columns[0]
        if not has_index(column):
            raise self.problem(
                option, f"{name} has no index.", f'Add Index("{own.name}", "{self.key.name}").'
            )


def has_index(column: Any) -> bool:
    """Whether an index of all rows begins with a column."""
    own = column.property.columns[0]
    unique = [one for one in own.table.constraints if isinstance(one, UniqueConstraint)]
    begun = {next(iter(one.columns), None) for one in [*whole_indexes(own.table), *unique]}
    return own in begun or own.unique or own.primary_key


def whole_indexes(table: Any) -> list[Any]:
    """The indexes of a table that leave no rows out."""
    return [one for one in table.indexes if one.dialect_options["sqlite"]["where"] is None]


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


def label_of(name: str) -> str:
    """What a column is called, from its name: "user.email" is an E-mail."""
    words = name.rpartition(".")[2].removesuffix("_at").removesuffix("_id").replace("_", " ")
    return {"email": "E-mail", "id": "Number"}.get(words, words.capitalize())


def show(value: Any) -> Any:
    """A value as it stands in a cell."""
    if value is None or value == "":
        return NOTHING
    if type(value) is str:  # the most frequent first: lists show hundreds of values
        return value if len(value) <= LONGEST_TEXT else f"{value[: LONGEST_TEXT - 1]}…"
    if isinstance(value, Markup):
        return value
    if isinstance(value, datetime):
        return day_element(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int):
        return f"{value:,}"
    return show(str(value))


def add(app: Flask, model: type[Base], *, columns: Sequence[str | Column], **options: Any) -> None:
    """Add pages for a model: see `Admin` for what can be said.

    Who may see them has the permission "<name>.read", administrators by default.
    """
    from app.admin.views import lists, objects

    name = options.pop("name", None) or f"{model.__name__.lower()}s"
    label = options.pop("label", None) or name.capitalize()
    admin = Admin(model, name, label, columns, **options)
    for operation in admin.operations:
        if operation not in admin.permissions:
            add_permission(app, admin.permission(operation))
    check_permissions(app, admin)
    # Saved views, with those who may see the list.
    add_permission(app, admin.permission("share"))
    app.extensions["admin"][name] = admin
    lists.register(app, admin)
    objects.register(app, admin)
    visible = partial(can, admin.permission("read"))
    nav.add(app, "admin", label, f"admin.{name}", icon=admin.icon, visible=visible)


def of_model(model: Any) -> Admin | None:
    """What was declared first of a model."""
    declared = current_app.extensions["admin"].values()
    return next((admin for admin in declared if admin.model is model), None)


def of(name: str) -> Admin:
    """What was declared under a name."""
    found: Admin = current_app.extensions["admin"][name]
    return found
