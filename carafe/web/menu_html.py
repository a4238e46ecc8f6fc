"""Menus as HTML. Each entry is drawn once in each state, because nothing in it is a visitor's."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup

from carafe.web.menu_items import MenuItem

# Stands for the token in an entry that is kept: the token is a visitor's.
TOKEN_PLACEHOLDER = "{csrf_token}"  # noqa: S105


def menu_entries(items: Iterable[MenuItem], method: str | None = None) -> Markup:
    """Return items as list items, under the titles of their groups; only those of a method."""
    env, kept = current_app.jinja_env, current_app.extensions["nav_html"]
    parts, group = [], ""
    for item in items:
        if method and item.method != method:
            continue
        title, group = ("", group) if item.group in ("", group) else (item.group, item.group)
        label = item.count.label if item.number and item.count else ""
        state = title, item.url, item.label, item.icon, item.method, item.active, item.number, label
        html = kept.get(state)
        if html is None:
            draw = env.get_template("carafe/_nav.html").module.entry  # type: ignore[attr-defined]
            html = str(draw(item, title, TOKEN_PLACEHOLDER)).strip()
            if not env.auto_reload:  # of the templates, in development
                kept[state] = html
        parts.append(html)
    html = "\n".join(parts)
    if TOKEN_PLACEHOLDER in html:
        csrf_token: Any = env.globals["csrf_token"]
        html = html.replace(TOKEN_PLACEHOLDER, csrf_token())
    return Markup(html)  # noqa: S704  # nosec B704


def init_app(app: Flask) -> None:
    app.extensions["nav_html"] = {}
    app.jinja_env.globals["menu_entries"] = menu_entries
