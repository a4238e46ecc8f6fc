"""The admin of one model: its options, and what is built from them at startup."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import url_for

from carafe.admin.actions.declaration import Action, Button
from carafe.admin.imports.spec import ImportSpec
from carafe.admin.lists.spec import ListSpec
from carafe.admin.options import ModelOptions
from carafe.admin.schema import Attribute
from carafe.auth.identity import can
from carafe.database import Base
from carafe.registry import Registry
from carafe.web.routing import MAX_ID, Declaration


@dataclass(frozen=True, eq=False, repr=False)
class ModelAdmin(Declaration):
    """How a model is administered. The page about one of its rows is a `DetailPage` beside it."""

    name: str
    options: ModelOptions
    list: ListSpec
    # Bulk actions by name, and the actions that have a button.
    actions: Mapping[str, Action]
    buttons: Sequence[tuple[Action, Button]]
    import_spec: ImportSpec | None

    @property
    def model(self) -> type[Base]:
        return self.options.model

    @property
    def key(self) -> Attribute:
        key: Attribute = self.options.key
        return key

    @property
    def label(self) -> str:
        return self.options.label

    @property
    def verbose_name(self) -> str:
        """The name of a row in sentences."""
        return self.options.verbose_name

    @property
    def verbose_name_plural(self) -> str:
        """The name of several rows in sentences."""
        return self.options.verbose_name_plural

    def with_columns(self, names: str) -> ModelAdmin:
        """Return a copy whose list has these columns: see `ListSpec.with_columns`."""
        columns = self.list.with_columns(names)
        return self if columns is self.list else replace(self, list=columns)

    def permission(self, operation: str) -> str:
        """Return the name of the permission that an operation needs."""
        return self.options.permission(operation)

    def is_permitted(self, operation: str) -> bool:
        """Return whether the current user may read the list and perform an operation."""
        can_see = can(self.permission("read"))
        is_enabled = operation in self.options.operations
        return can_see and is_enabled and can(self.permission(operation))

    def has(self, pages: str) -> bool:
        """Return whether the list has these pages: "runs", "imports", or those of an operation."""
        if pages == "runs":
            return bool(self.actions)
        if pages == "imports":
            return self.import_spec is not None
        return not self.options.endpoint and pages in self.options.operations

    def url(self, id: int) -> str:
        """Return the URL of the page about a row."""
        if self.options.endpoint:
            return url_for(self.options.endpoint, id=id)
        return url_for("admin.row", admin=self, id=id)

    def urls(self) -> Callable[[int], str]:
        """Return `url` for many rows of this request: building a URL takes longer than a row."""
        before, _, after = self.url(MAX_ID).rpartition(str(MAX_ID))
        return lambda key: f"{before}{key}{after}"


ADMINS = Registry[ModelAdmin]("admin", "list")


def all_admins() -> Iterable[ModelAdmin]:
    """Return the `ModelAdmin` of each model, in the order of declaration."""
    return ADMINS.by_name().values()


def find_admin(name: str) -> ModelAdmin | None:
    return ADMINS.get(name)


def for_model(model: type[Base]) -> ModelAdmin | None:
    """Return the `ModelAdmin` of a model that was declared first."""
    return next((admin for admin in all_admins() if admin.model is model), None)
