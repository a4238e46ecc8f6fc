"""Icons that pages have and the sprite has not: each would be an empty space."""

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask, current_app

from carafe import checks
from carafe.web import templating
from carafe.web.menus import ENTRIES

IN_TEMPLATE = re.compile(r"""(["'])([\w-]+)\1\s*\|\s*icon\b""")


def init_app(app: Flask) -> None:
    checks.add(
        app,
        "core.icons",
        missing,
        level="warning",
        remedy="Add them to app/static/icons.svg, or take others.",
        everywhere=True,
    )


def missing() -> str | None:
    names = sorted({*_used_icons()} - templating.icon_names(current_app))
    return f"There are no icons {', '.join(names)}." if names else None


def _used_icons() -> Iterator[str]:
    """Yield the names of icons that menus and templates have."""
    yield from (entry.icon for entry in ENTRIES if entry.icon)
    loader: Any = current_app.jinja_env.loader
    for template in current_app.jinja_env.list_templates(["html"]):
        source, _, _ = loader.get_source(current_app.jinja_env, template)
        yield from (name for _, name in IN_TEMPLATE.findall(source))
