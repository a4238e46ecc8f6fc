"""The administration of one model: its options, and what is built of them once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for

from carafe.admin.actions.declaration import Action
from carafe.admin.imports.spec import ImportSpec
from carafe.admin.lists.spec import ListSpec
from carafe.admin.options import ModelOptions
from carafe.auth.identity import can
from carafe.registry import Registry
from carafe.web.routing import Declaration


@dataclass(frozen=True, eq=False, repr=False)
class ModelAdmin(Declaration):
    """How a model is administered. The page about one of its rows is a `DetailPage` beside it."""

    name: str
    options: ModelOptions
    list: ListSpec
    actions: Mapping[str, Action]
    import_spec: ImportSpec | None

    @property
    def model(self) -> Any:
        return self.options.model

    @property
    def key(self) -> Any:
        return self.options.key

    @property
    def label(self) -> str:
        return self.options.label

    @property
    def verbose_name(self) -> str:
        """What one row is called."""
        return self.options.verbose_name

    @property
    def noun(self) -> str:
        """What several rows are called."""
        return self.options.noun

    def with_columns(self, names: str) -> ModelAdmin:
        """Return the same with other columns in its list: see `ListSpec.with_columns`."""
        columns = self.list.with_columns(names)
        return self if columns is self.list else replace(self, list=columns)

    def permission(self, operation: str) -> str:
        """Return the name of the permission that an operation needs."""
        return self.options.permission(operation)

    def may(self, operation: str) -> bool:
        """Return whether the current user may do this with rows, which requires to see them."""
        can_see = can(self.permission("read"))
        is_offered = operation in self.options.operations
        return can_see and is_offered and can(self.permission(operation))

    def has(self, paginators: str) -> bool:
        """Return whether the list has these pages: "runs", "imports", or those of an operation."""
        if paginators == "runs":
            return bool(self.actions)
        if paginators == "imports":
            return self.import_spec is not None
        return not self.options.endpoint and paginators in self.options.operations

    def url(self, id: int) -> str:
        """Return the URL of the page about a row."""
        if self.options.endpoint:
            return url_for(self.options.endpoint, id=id)
        return url_for("admin.row", admin=self, id=id)


ADMINS = Registry[ModelAdmin]("admin", "list")


def all_admins() -> Iterable[ModelAdmin]:
    """Return those of all declared models, in the order of their declarations."""
    return ADMINS.by_name().values()


def find_admin(name: str) -> ModelAdmin | None:
    return ADMINS.get(name)


def for_model(model: type[Any]) -> ModelAdmin | None:
    """Return the one that was declared first for a model."""
    return next((admin for admin in all_admins() if admin.model is model), None)
