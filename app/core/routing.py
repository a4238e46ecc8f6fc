"""Rules about URLs: which views are open to visitors, and which ids can exist."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**63 - 1

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Open a view to visitors. Every view without this mark needs a signed-in user."""
    view.public = True  # type: ignore[attr-defined]
    return view


def is_public(endpoint: str | None) -> bool:
    """Whether the endpoint's view is marked `public`; so is a URL that does not exist."""
    return endpoint is None or getattr(current_app.view_functions.get(endpoint), "public", False)


class IdConverter(IntegerConverter):
    """`<int:id>` that is 404 beyond what a database can store, instead of an overflow."""

    def __init__(self, map: Map, **options: Any):
        super().__init__(map, **{"max": LARGEST_ID} | options)

    def to_python(self, value: str) -> Any:
        try:
            return super().to_python(value)
        except ValueError:
            # Not a ValidationError: the address would still match for other methods, and be 405.
            raise NotFound from None


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = IdConverter
