"""Jinja's environment, and icons, of which every page has a dozen."""

import re
from collections.abc import MutableMapping
from functools import cache
from pathlib import Path

from flask import Flask
from flask.templating import Environment
from markupsafe import Markup

from carafe.config import ConfigError
from carafe.plurals import pluralize

SPRITE = "static/icons.svg"  # of the app
ICON = Markup(
    '<svg class="icon" width="20" height="20" aria-hidden="true"><use href="{}#{}"/></svg>'
)


class SharedGlobals(Environment):
    """Let templates share the environment's globals; ours have none of their own.

    Jinja wraps them in a `ChainMap` for each template, and merges it for every page and import: 50
    µs of a page's 400.
    """

    def make_globals(self, d: MutableMapping[str, object] | None) -> MutableMapping[str, object]:
        return self.globals if d is None else super().make_globals(d)


def icon_names(app: Flask) -> frozenset[str]:
    """Return the names of the icons in the app's sprite."""
    return _names_in(Path(app.root_path, SPRITE))


@cache
def _names_in(sprite: Path) -> frozenset[str]:
    return frozenset(re.findall(r'<symbol id="([^"]+)"', sprite.read_text()))


def refuse_unknown_icon(app: Flask, where: str, name: str) -> None:
    """Raise `ConfigError` if there is no such icon; in production, `flask check` reports it."""
    if name not in icon_names(app) and app.config["APP_ENV"] != "production":
        raise ConfigError(
            f"{where}: Unknown icon: {name}.",
            f"Add it to {SPRITE}, or use one of {', '.join(sorted(icon_names(app)))}.",
        )


def init_app(app: Flask) -> None:
    app.jinja_environment = SharedGlobals

    @cache
    def icon(name: str) -> Markup:
        """An icon of the sprite, as high as a line of the text beside it."""
        refuse_unknown_icon(app, f'"{name}"|icon', name)
        return ICON.format(app.jinja_env.filters["asset"]("app/icons.svg"), name)

    # A filter of a constant is computed when a template is compiled.
    app.jinja_env.filters["icon"] = icon
    app.jinja_env.filters["pluralize"] = pluralize
