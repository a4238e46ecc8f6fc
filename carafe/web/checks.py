"""Checks of pages: missing icons, and settings that name no page."""

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask, current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from carafe import checks
from carafe.web import templating
from carafe.web.menus import ENTRIES
from carafe.web.urls import PAGE_SETTINGS

IN_TEMPLATE = re.compile(r"""(["'])([\w-]+)\1\s*\|\s*icon\b""")


def init_app(app: Flask) -> None:
    checks.add(
        app,
        "core.icons",
        missing,
        level="warning",
        remedy="Add them to app/static/icons.svg, or use others.",
        all_environments=True,
    )
    checks.add(
        app,
        "core.page_settings",
        settings_without_page,
        level="warning",
        remedy="Set them in config.py to paths of pages. To list all paths, run flask routes.",
        all_environments=True,
    )


def settings_without_page() -> str | None:
    """Return the settings with a path that no page has."""
    paths = {name: current_app.config[name] for name in PAGE_SETTINGS}
    settings = [f"{name}={path}" for name, path in paths.items() if not _is_page(path)]
    return f"No page matches {', '.join(settings)}." if settings else None


def _is_page(path: str) -> bool:
    # The setting itself, without the root that `urls.init_app` added.
    path = path.removeprefix(current_app.config["APPLICATION_ROOT"].rstrip("/"))
    if not path.startswith("/"):  # a redirect to it would be relative
        return False
    adapter = current_app.url_map.bind("")
    try:
        adapter.match(path.partition("?")[0], method="GET")
    except RequestRedirect:  # to the same path with a slash
        return True
    except HTTPException:
        return False
    return True


def missing() -> str | None:
    names = sorted({*_used_icons()} - templating.icon_names(current_app))
    return f"Unknown icons: {', '.join(names)}." if names else None


def _used_icons() -> Iterator[str]:
    """Yield the names of the icons in menus and templates."""
    yield from (entry.icon for entry in ENTRIES if entry.icon)
    loader: Any = current_app.jinja_env.loader
    for template in current_app.jinja_env.list_templates(["html"]):
        source, _, _ = loader.get_source(current_app.jinja_env, template)
        yield from (name for _, name in IN_TEMPLATE.findall(source))
