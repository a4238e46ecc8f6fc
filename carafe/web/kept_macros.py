"""Macros that pages call again and again for the same HTML, and that are drawn once for it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask
from markupsafe import Markup
from wtforms import Field

Macro = Callable[..., Markup]

MAX_KEPT = 256


def keep(macro: Macro) -> Macro:
    """Return a macro that is drawn once for the same arguments. It must read nothing else."""
    # Typed: text and safe HTML can be equal, but are drawn differently.
    return lru_cache(maxsize=MAX_KEPT, typed=True)(macro)


def keep_empty_fields(macro: Macro) -> Macro:
    """Return a macro for form fields that draws those without value and errors once."""
    kept: dict[tuple[object, ...], Markup] = {}

    def draw(field: Field, *arguments: object, **options: object) -> Markup:
        if not _is_empty(field):
            return macro(field, *arguments, **options)
        key = *_look(field), arguments, *options.items(), *map(type, options.values())
        html = kept.get(key)
        if html is None:
            html = macro(field, *arguments, **options)
            if len(kept) < MAX_KEPT:
                kept[key] = html
        return html

    return draw


def _is_empty(field: Any) -> bool:
    if field.errors or field.raw_data or hasattr(field, "iter_choices"):
        return False
    return field.data is False or field._value() == ""


def _look(field: Field) -> tuple[object, ...]:
    """Return what macros read of an empty field."""
    label = field.label.text
    return type(field), field.id, field.name, label, type(label), field.flags.maxlength


def _as_it_is(macro: Macro) -> Macro:
    return macro


def init_app(app: Flask) -> None:
    # In development, the templates that a macro includes can change.
    app.jinja_env.globals["keep"] = _as_it_is if app.debug else keep
    app.jinja_env.globals["keep_empty_fields"] = _as_it_is if app.debug else keep_empty_fields
