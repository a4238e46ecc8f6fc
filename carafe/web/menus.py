"""Menus and the header. A feature adds itself; the base page draws what was added."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask, current_app, request

from carafe.registry import Registry
from carafe.web.templating import refuse_unknown_icon


@dataclass(frozen=True)
class MenuEntry:
    menu: str
    label: str
    endpoint: str
    values: Mapping[str, object]
    icon: str | None
    method: str
    visible: Callable[[], bool] | None
    group: str
    at_end: bool


@dataclass(frozen=True)
class Part:
    place: str
    template: str
    visible: Callable[[], bool]


ENTRIES = Registry[MenuEntry]("nav", "menu entry")
PARTS = Registry[Part]("nav_parts", "part of pages")


@dataclass(slots=True)
class MenuItem:
    label: str
    url: str
    icon: str | None
    method: str
    group: str = ""
    active: bool = False


def add(
    app: Flask,
    menu: str,
    label: str,
    endpoint: str,
    *,
    values: Mapping[str, object] | None = None,
    icon: str | None = None,
    method: str = "get",
    visible: Callable[[], bool] | None = None,
    setting: str | None = None,
    group: str = "",
    at_end: bool = False,
) -> None:
    """Add an entry to a menu: `main`, `account`, `visitor`, `admin`, `settings` or `footer`.

    One called `palette` is for what only the command palette offers, such as "New note".
    `values` are the arguments of `endpoint`. `method="post"` draws a button. `visible` is asked on
    each page; without it everyone sees the entry. With a `setting`, such as "PASSKEYS", the entry
    exists only where that is on, as its routes do. Entries with the same `group` stand
    together, under that title. `at_end` puts one behind those of later features, in its group.
    """
    if setting and not app.config[setting]:
        return
    if icon is not None:
        refuse_unknown_icon(app, f"menus.add({label!r}, icon=…)", icon)
    entry = MenuEntry(menu, label, endpoint, values or {}, icon, method, visible, group, at_end)
    ENTRIES.add(app, entry)
    app.extensions["nav_sorted"].pop(menu, None)


def visible_items(menu: str) -> list[MenuItem]:
    """The entries of a menu that this visitor sees; the one for this page is `active`."""
    root = request.script_root
    items = [
        MenuItem(entry.label, root + _path(entry), entry.icon, entry.method, entry.group)
        for entry in _sorted_entries(menu)
        if entry.visible is None or entry.visible()
    ]
    current_path = root + request.path
    matching = [item for item in items if current_path.startswith(item.url)]
    if matching:
        longest_match = max(matching, key=lambda item: len(item.url))
        # One that begins all others is about its own page alone.
        others = [item for item in items if item is not longest_match]
        is_common_prefix = others and all(item.url.startswith(longest_match.url) for item in others)
        longest_match.active = current_path == longest_match.url or not is_common_prefix
    return items


def add_part(app: Flask, place: str, template: str, *, visible: Callable[[], bool]) -> None:
    """Add a template to every page; `visible` returns whether this visitor sees it.

    `place` is "header" (before the account menu), or the name of a menu (above that menu).
    """
    PARTS.add(app, Part(place, template, visible))


def parts(place: str) -> list[str]:
    """Return the templates of the parts in a place that this visitor sees."""
    return [part.template for part in PARTS if part.place == place and part.visible()]


def _sorted_entries(menu: str) -> list[MenuEntry]:
    cache: dict[str, list[MenuEntry]] = current_app.extensions["nav_sorted"]
    if menu not in cache:
        added = (entry for entry in ENTRIES if entry.menu == menu)
        entries = sorted(added, key=lambda entry: entry.at_end)
        groups = list(dict.fromkeys(entry.group for entry in entries))
        cache[menu] = sorted(entries, key=lambda entry: groups.index(entry.group))
    return cache[menu]


def _path(entry: MenuEntry) -> str:
    """Return the path of an entry below the root; it never changes, and `url_for` is slow.

    It is built from the map, not from the request: a page about an untrusted host has menus, too.
    """
    paths: dict[int, str] = current_app.extensions["nav_paths"]
    if id(entry) not in paths:
        paths[id(entry)] = current_app.url_map.bind("").build(entry.endpoint, entry.values)
    return paths[id(entry)]


def init_app(app: Flask) -> None:
    ENTRIES.init_app(app)
    PARTS.init_app(app)
    app.extensions["nav_sorted"] = {}
    app.extensions["nav_paths"] = {}
    app.jinja_env.globals["nav"] = visible_items
    app.jinja_env.globals["nav_parts"] = parts
