"""Menu entries as a page shows them: those its visitor can see, with URLs and counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask, Request, current_app
from flask.globals import request_ctx
from jinja2 import pass_context
from jinja2.runtime import Context
from sqlalchemy import func, select

from carafe.database import db
from carafe.database.aliases import AnySelect
from carafe.web.menus import MAX_COUNT, Count, MenuEntry, sorted_entries


@dataclass(slots=True)
class MenuItem:
    label: str
    url: str
    icon: str | None
    method: str
    group: str = ""
    count: Count | None = None
    number: str = ""
    active: bool = False


def visible_items(menu: str) -> list[MenuItem]:
    """Return the items of a menu that this visitor sees; the one for this page is `active`."""
    return _visible_items(menu, request_ctx.request, current_app.extensions)


def _visible_items(menu: str, request: Request, extensions: dict[str, Any]) -> list[MenuItem]:
    root, paths = request.script_root, extensions["nav_paths"]
    items = [
        MenuItem(
            entry.label,
            root + (paths.get(entry) or _path(entry)),
            entry.icon,
            entry.method,
            entry.group,
            entry.count,
        )
        for entry in extensions["nav_sorted"].get(menu) or sorted_entries(menu)
        if entry.visible is None or entry.visible()
    ]
    _activate(items, root + request.path)
    return items


def _activate(items: list[MenuItem], current_path: str) -> None:
    """Mark the item with the longest URL that the current path starts with."""
    matching = [item for item in items if current_path.startswith(item.url)]
    if not matching:
        return
    longest_match = max(matching, key=lambda item: len(item.url))
    # If all other URLs start with this one, it is only for its own page.
    others = [item for item in items if item is not longest_match]
    is_common_prefix = others and all(item.url.startswith(longest_match.url) for item in others)
    longest_match.active = current_path == longest_match.url or not is_common_prefix


def counted_items(menu: str) -> list[MenuItem]:
    """Return the items of a menu that this visitor sees, with their counts."""
    items = visible_items(menu)
    for item, number in zip(items, _read_counts([item.count for item in items]), strict=True):
        item.number = number
    return items


def _read_counts(counts: Sequence[Count | None]) -> Iterator[str]:
    """Yield counts as text, "" for none or zero. One query reads those of all statements."""
    statements = [c.source for c in counts if c and not callable(c.source)]
    numbers = iter(db.session.connection().execute(_query(*statements)).one() if statements else ())
    for count in counts:
        number = count and (count.source() if callable(count.source) else next(numbers))
        yield "" if not number else str(number) if number < MAX_COUNT else f"{MAX_COUNT - 1}+"


@cache
def _query(*statements: AnySelect) -> AnySelect:
    rows = [statement.limit(MAX_COUNT).subquery() for statement in statements]
    return select(*[select(func.count()).select_from(item).scalar_subquery() for item in rows])


def _path(entry: MenuEntry) -> str:
    """Return the path of an entry below the root; it never changes, and `url_for` is slow.

    It is built from the map, not from the request: a page about an untrusted host has menus, too.
    """
    path = current_app.url_map.bind("").build(entry.endpoint, entry.values)
    paths: dict[MenuEntry, str] = current_app.extensions["nav_paths"]
    paths[entry] = path
    return path


def init_app(app: Flask) -> None:
    app.extensions["nav_paths"] = {}

    @pass_context
    def nav(context: Context, menu: str) -> list[MenuItem]:
        return _visible_items(menu, context["request"], app.extensions)

    app.jinja_env.globals["nav"] = nav
    app.jinja_env.globals["counted_nav"] = counted_items
