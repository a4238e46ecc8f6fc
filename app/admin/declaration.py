"""A model's pages in the administration, declared in a few lines.

    admin.add(app, Note, columns=["title", "user.email", "updated_at"], form=["title"])

Everything has a default that works. What is wrong with a declaration stops the app as it starts,
with the model, the option and the remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from flask import Flask, current_app, url_for
from sqlalchemy import ColumnElement, Integer, inspect
from sqlalchemy.orm import aliased

from app.admin.actions.declaration import Action, Refusal, check_permissions, declared
from app.admin.columns import Column, label_of
from app.admin.imports.declaration import Field, Import, plan
from app.admin.lists import declaration as lists
from app.admin.lists.filters import Filter
from app.admin.lists.search import FullText, Search
from app.admin.objects import auditing
from app.admin.schema import key_of, one_of, readable_column, referred_to_by, whole_indexes
from app.auth.access import can
from app.auth.permissions import add_permission
from app.core import fulltext, nav
from app.core.database import Base
from app.core.pagination import Pages
from app.core.routing import Declaration
from settings import ConfigError

OPERATIONS = "read", "create", "edit", "delete"


@dataclass(repr=False)
class Admin(Declaration):
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
    # Whether menus list it after what later features add.
    last: bool = False
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
    # How to begin the deletion of a row with which much goes; by default a job deletes what goes
    # along in small transactions, and then the row.
    delete_later: Callable[[Any], Any] | None = None
    private: Sequence[str] = ()
    # Why somebody may not change a row, or nothing: `refusal(row, who)`.
    refusal: Refusal | None = None
    # What can be imported: fields, or an `Import` of them.
    imports: Sequence[str | Field] | Import = ()
    # A template of its own, which extends admin/object.html, and what else that needs.
    template: str = "admin/object.html"
    context: Callable[[Any], Mapping[str, Any]] | None = None
    # What is made of all this for that page: see `objects/page.py`.
    objects: Any = field(default=None, init=False)

    def __post_init__(self) -> None:
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
        self.searched = [lists.search_of(self, one) for one in self.search]
        self.hint = self.hint or " or ".join(one.label for one in self.searched)
        self.offered = [lists.filter_of(self, one) for one in self.filters]
        if len({one.name for one in self.offered}) < len(self.offered):
            raise self.problem("filters", "two have the same name.", "Give each its own.")
        self.importing = plan(self, self.imports) if self.imports else None
        self.orders = {
            name: lists.sort_of(self, name) for name in {*self.sorts, self.order.removeprefix("-")}
        }

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
        if len(column.of) > 1 and column.show is None:
            what = f"{column.name} is made of several and does not say how."
            raise self.problem(option, what, "Give it a function of them: Column(…, show=…).")
        if column.show is not None and not callable(column.show):
            raise self.problem(option, f"show of {column.name} is no function.", "Give one.")
        label, of = column.label or label_of(column.name), column.of or [column.name]
        self.known[column.name] = replace(column, label=label, of=of)
        self.paths |= {path: self.attribute(option, path) for path in of}

    def _show(self, columns: Sequence[Column]) -> None:
        self.shown = columns
        # Those of all rows, by how they are sorted and how many there are on each.
        self.pages: dict[tuple[str, int], Pages] = {}
        self.attributes = {
            path: readable_column(self.paths[path]) for column in columns for path in column.of
        }
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
        """Return whether the one signed in can do this with rows, which they have to see."""
        can_see = can(self.permission("read"))
        return can_see and operation in self.operations and can(self.permission(operation))

    def has(self, pages: str) -> bool:
        """Return whether the list has these pages: "runs", "imports", or those of an operation."""
        if pages == "runs":
            return bool(self.acting)
        if pages == "imports":
            return self.importing is not None
        return self.objects is not None and pages in self.operations

    def url(self, id: int) -> str:
        """The page about a row."""
        if self.endpoint:
            return url_for(self.endpoint, id=id)
        return url_for("admin.row", admin=self, id=id)

    def problem(self, option: str, what: str, remedy: str) -> ConfigError:
        return problem(self.model, option, what, remedy)

    def _check_key(self) -> None:
        keys = inspect(self.model).primary_key
        if len(keys) > 1 or not isinstance(keys[0].type, Integer):
            what = "its primary key is not one whole number."
            raise self.problem("model", what, "Give it a column id, which is its primary key.")

    def own(self, option: str, name: str) -> Any:
        """An attribute of the model itself: its lists are not looked for by what they refer to."""
        if "." in name:
            what = f"{name} is not an attribute of {self.model.__name__}."
            raise self.problem(option, what, "Of what is referred to, only columns can be made.")
        return self.attribute(option, name)

    def attribute(self, option: str, path: str) -> Any:
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


def problem(model: Any, option: str, what: str, remedy: str) -> ConfigError:
    """What is wrong with an option of `add`."""
    return ConfigError(f"admin.add({model.__name__}, {option}=…): {what}", remedy)


def add(app: Flask, model: type[Base], *, columns: Sequence[str | Column], **options: Any) -> None:
    """Add pages for a model: see `Admin` for what can be said.

    Who may see them has the permission "<name>.read", administrators by default.
    """
    from app.admin import checks
    from app.admin.objects.page import Objects

    if not (isinstance(model, type) and issubclass(model, Base) and hasattr(model, "__table__")):
        raise ConfigError(f"admin.add({model!r}): it is no model.", "Give a class with a table.")
    name = options.pop("name", None) or f"{model.__name__.lower()}s"
    label = options.pop("label", None) or name.capitalize()
    checks.check(app, model, name, {"columns": columns, **options})
    admin = Admin(model, name, label, columns, **options)
    for operation in admin.operations:
        if operation not in admin.permissions:
            add_permission(app, admin.permission(operation))
    check_permissions(app, admin)
    # Saved views, with those who may see the list.
    add_permission(app, admin.permission("share"))
    app.extensions["admin"][name] = admin
    for search in admin.searched:
        if isinstance(search, FullText):
            fulltext.declare(app, search.key.table.name, [column.key for column in search.columns])
    if not admin.endpoint:
        admin.objects = Objects(admin)
    visible = partial(can, admin.permission("read"))
    nav.add(
        app,
        "admin",
        label,
        "admin.list",
        values={"admin": name},
        icon=admin.icon,
        visible=visible,
        last=admin.last,
    )


def of_model(model: Any) -> Admin | None:
    """What was declared first of a model."""
    declared = current_app.extensions["admin"].values()
    return next((admin for admin in declared if admin.model is model), None)
