"""Registries to which features add items for an app: menu entries, checks, cards, …"""

from collections.abc import Iterator
from typing import Generic, TypeVar

from flask import Flask, current_app

from carafe.config import ConfigError

__all__ = [
    "Registry",
]


T = TypeVar("T")


class Registry(Generic[T]):
    """Items of each app, in the order in which they were added."""

    def __init__(self, name: str, kind: str):
        """Create a registry.

        Messages call an item a `kind`; `name` is the key in `app.extensions`.
        """
        self.name, self.kind = name, kind

    def init_app(self, app: Flask) -> None:
        app.extensions[self.name] = {}

    def add(self, app: Flask, item: T, *, name: str | None = None) -> None:
        """Add an item, whose name, if any, must be unique in the app.

        Raise `ConfigError` otherwise.
        """
        items = self._items(app)
        if name in items:
            raise ConfigError(f"A {self.kind} named {name} already exists.", "Use another name.")
        items[name or f"#{len(items)}"] = item

    def by_name(self, app: Flask = current_app) -> dict[str, T]:
        """Return the items by name, as a live view."""
        return self._items(app)

    def get(self, name: str) -> T | None:
        return self._items(current_app).get(name)

    def __iter__(self) -> Iterator[T]:
        """Iterate over the items of the current app."""
        return iter(self._items(current_app).values())

    def _items(self, app: Flask) -> dict[str, T]:
        try:
            items: dict[str, T] = app.extensions[self.name]
        except KeyError:
            raise RuntimeError(
                f'This app has no registry "{self.name}" yet: call `init_app` of its feature first.'
            ) from None
        return items
