"""Options of a model's pages in the administration, as `add` takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement

from carafe.admin.actions.declaration import Action, DenialCheck
from carafe.admin.columns import Column
from carafe.admin.errors import config_error
from carafe.admin.imports.declaration import Field, Import
from carafe.admin.lists.filters import Filter
from carafe.admin.lists.search import Search
from carafe.admin.objects import auditing
from carafe.admin.objects.declaration import Inline
from carafe.admin.schema import primary_key, singular_name
from carafe.config import ConfigError

OPERATIONS = "read", "create", "edit", "delete"


@dataclass(frozen=True, eq=False, repr=False)
class ModelOptions:
    """Options of `add` for one model."""

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
    inlines: Sequence[Inline] = ()
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
    refusal: DenialCheck | None = None
    # What can be imported: fields, or an `Import` of them.
    imports: Sequence[str | Field] | Import = ()
    # A template of its own, which extends admin/object.html, and what else that needs.
    template: str = "admin/object.html"
    context: Callable[[Any], Mapping[str, Any]] | None = None

    def with_defaults(self) -> ModelOptions:
        """Return the options with defaults that depend on others filled in."""
        operations = self.operations or (OPERATIONS if self.form else ("read",))
        return replace(self, operations=operations, noun=self.noun or self.label.lower())

    @cached_property
    def key(self) -> Any:
        return primary_key(self.model)

    @cached_property
    def verbose_name(self) -> str:
        """What one row is called."""
        return singular_name(self.model)

    def permission(self, operation: str) -> str:
        """Return the name of the permission that an operation needs."""
        return self.permissions.get(operation, f"{self.name}.{operation}")

    def error(self, option: str, what: str, remedy: str) -> ConfigError:
        return config_error(self.model, option, what, remedy)
