"""Macros whose HTML is cached, because pages call them again and again with the same arguments."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask
from markupsafe import Markup
from wtforms import Field

Macro = Callable[..., Markup]

MAX_CACHED = 256


def cached(macro: Macro) -> Macro:
    """Return a macro that is rendered once for the same arguments. It must read nothing else."""
    # Typed: text and safe HTML can be equal, but are rendered differently.
    return lru_cache(maxsize=MAX_CACHED, typed=True)(macro)


def cached_if_empty(macro: Macro) -> Macro:
    """Return a macro for form fields that renders those without value and errors once."""
    cache: dict[tuple[object, ...], Markup] = {}

    def render(field: Field, *arguments: object, **options: object) -> Markup:
        if not _is_empty(field):
            return macro(field, *arguments, **options)
        types = map(type, [*arguments, *options.values()])
        key = *_state(field), arguments, *options.items(), *types
        html = cache.get(key)
        if html is None:
            html = macro(field, *arguments, **options)
            if len(cache) < MAX_CACHED:
                cache[key] = html
        return html

    return render


def _is_empty(field: Any) -> bool:
    if field.errors or field.raw_data or hasattr(field, "iter_choices"):
        return False
    return field.data is False or field._value() == ""


def _state(field: Field) -> tuple[object, ...]:
    """Return what macros read of an empty field."""
    label, flags = field.label.text, field.flags
    options = flags.minlength, flags.maxlength, field.description, repr(field.render_kw)
    return type(field), field.id, field.name, label, type(label), *options


def _uncached(macro: Macro) -> Macro:
    return macro


def init_app(app: Flask) -> None:
    # In development, the templates that a macro includes can change.
    app.jinja_env.globals["cached"] = _uncached if app.debug else cached
    app.jinja_env.globals["cached_if_empty"] = _uncached if app.debug else cached_if_empty
