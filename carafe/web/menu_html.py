"""Menus as HTML. Each entry is cached by its state, because nothing in it depends on a visitor."""

from collections.abc import Iterable
from typing import Any

from flask import Flask
from jinja2 import Environment
from markupsafe import Markup

from carafe.web.menu_items import MenuItem

# Stands for the CSRF token in cached HTML, because each visitor has their own.
TOKEN_PLACEHOLDER = "{csrf_token}"  # noqa: S105


class MenuRenderer:
    def __init__(self, environment: Environment):
        self.environment = environment
        self._cache: dict[tuple[object, ...], str] = {}

    def __call__(self, items: Iterable[MenuItem], method: str | None = None) -> Markup:
        """Return items as list items under the titles of their groups; only those of a method."""
        entries, group = [], ""
        for item in items:
            if method is None or item.method == method:
                is_first_of_group = item.group not in ("", group)
                group = item.group or group
                entries.append(self._entry(item, group if is_first_of_group else ""))
        html = "\n".join(entries)
        if TOKEN_PLACEHOLDER in html:
            csrf_token: Any = self.environment.globals["csrf_token"]
            html = html.replace(TOKEN_PLACEHOLDER, csrf_token())
        return Markup(html)  # noqa: S704  # nosec B704

    def _entry(self, item: MenuItem, title: str) -> str:
        label = item.count.label if item.number and item.count else ""
        state = title, item.url, item.label, item.icon, item.method, item.active, item.number, label
        html = self._cache.get(state)
        if html is None:
            macros: Any = self.environment.get_template("carafe/_nav.html").module
            html = str(macros.entry(item, title, TOKEN_PLACEHOLDER)).strip()
            if not self.environment.auto_reload:  # which is on in development
                self._cache[state] = html
        return html


def init_app(app: Flask) -> None:
    app.jinja_env.globals["menu_entries"] = MenuRenderer(app.jinja_env)
