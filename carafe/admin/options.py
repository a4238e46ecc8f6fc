"""Options of a model's pages in the admin, as `add` takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement
from wtforms import Form

from carafe.admin.actions.declaration import Action, DenialCheck, RowFunction
from carafe.admin.columns import Column
from carafe.admin.errors import config_error
from carafe.admin.imports.declaration import Field, Import
from carafe.admin.lists.filters import Filter
from carafe.admin.lists.search import Search
from carafe.admin.objects import auditing
from carafe.admin.objects.declaration import Inline
from carafe.admin.schema import Attribute, primary_key, singular_name
from carafe.config import ConfigError
from carafe.database import Base
from carafe.web.menus import Count

OPERATIONS = "read", "create", "edit", "delete"


@dataclass(frozen=True, eq=False, repr=False)
class ModelOptions:
    """Options of `add` for one model."""

    model: type[Base]
    name: str
    label: str
    columns: Sequence[str | Column]
    # Columns that are hidden until a user chooses them.
    optional: Sequence[str | Column] = ()
    search: Sequence[str | Search] = ()
    filters: Sequence[str | Filter] = ()
    # Labels and conditions of links above the list, by the value of `scope` in the URL.
    scopes: Mapping[str, tuple[str, ColumnElement[bool]]] = field(default_factory=dict)
    # Columns to sort by. Each needs an index that begins with it.
    sorts: Sequence[str] = ()
    # The default order: a column, with "-" for descending.
    order: str = "-id"
    intro: str = ""
    # The name of several rows in sentences, and the placeholder of the search box.
    verbose_name_plural: str = ""
    search_placeholder: str = ""
    icon: str = "database"
    # Whether menus list it after the lists of features that are added later.
    at_end: bool = False
    # The heading in the menu, and a number beside the label there: what waits for someone.
    group: str = "Content"
    count: Count | None = None
    # The heading in the menu, and a number beside the label there, such as of rows that need
    # attention.
    footer: tuple[str, Callable[[], Mapping[str, object]]] | None = None
    # The endpoint of a custom page about a row, which gets its `id`.
    endpoint: str = ""
    # A subset of `OPERATIONS`, by default all with a form, else "read"; and the permission that
    # each needs, by default "<name>.<operation>", which admins have.
    operations: Sequence[str] = ()
    permissions: Mapping[str, str] = field(default_factory=dict)
    actions: Sequence[Action] = ()
    # On the page of a row: the attribute with its title, and the read-only fields, by default the
    # columns. Fields that are also in the form can only be set when a row is created.
    title: str = ""
    read_only: Sequence[str | Column] = ()
    # A form class, or attributes to build one from.
    form: type[Form] | Sequence[str] = ()
    # Related rows that are displayed and edited on the page of a row.
    inlines: Sequence[Inline] = ()
    # Methods of the model: `save(row, form)`, `create(form, submission)`, `delete(row)`. They
    # record audit events themselves. The defaults call those of an `AuditMixin`; of other models
    # they set attributes and record the changes, without the values of `private` attributes.
    save: Callable[[Any, Any], object] | None = None
    create: Callable[[Any, str], Base] | None = None
    delete: RowFunction = auditing.delete
    # How to start deleting a row with many dependent rows. By default, a job deletes those in
    # small transactions, and then the row.
    delete_later: RowFunction | None = None
    private: Sequence[str] = ()
    # Returns why a user may not change a row, or None: `denial_reason(row, user)`.
    denial_reason: DenialCheck | None = None
    # Fields that can be imported, or an `Import` of them.
    imports: Sequence[str | Field] | Import = ()
    # A template that extends admin/object.html, and a function that returns its context.
    template: str = "admin/object.html"
    context: Callable[[Any], Mapping[str, object]] | None = None
    # The text of a card on the overview, which counts rows by `created_at`; "" for none.
    card: str = ""

    def with_defaults(self) -> ModelOptions:
        """Return the options, with defaults that depend on other options filled in."""
        operations = self.operations or (OPERATIONS if self.form else ("read",))
        return replace(
            self,
            operations=operations,
            verbose_name_plural=self.verbose_name_plural or self.label.lower(),
        )

    @cached_property
    def key(self) -> Attribute:
        return primary_key(self.model)

    @cached_property
    def verbose_name(self) -> str:
        """The name of a row in sentences."""
        return singular_name(self.model)

    def permission(self, operation: str) -> str:
        """Return the name of the permission that an operation needs."""
        return self.permissions.get(operation, f"{self.name}.{operation}")

    def error(self, option: str, what: str, remedy: str) -> ConfigError:
        return config_error(self.model, option, what, remedy)
