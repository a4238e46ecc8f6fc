"""Menus and the header. A feature adds itself; the base page draws what was added."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from flask import Flask, current_app, request
from sqlalchemy import func, select

from carafe.database import db
from carafe.database.aliases import AnySelect
from carafe.registry import Registry
from carafe.web.templating import refuse_unknown_icon

# Rows that are counted: one more than are told apart.
MAX_COUNT = 100


@dataclass(frozen=True)
class Count:
    """A number beside an entry, such as that of failed jobs. `label` says of what: "failed".

    It is that of the rows of a statement, for which there should be an index, or what a function
    returns. It is read on each page that shows the menu, and goes no further than `MAX_COUNT`.
    """

    label: str
    source: AnySelect | Callable[[], int]


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
    count: Count | None


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
    count: Count | None = None
    number: str = ""
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
    count: Count | None = None,
) -> None:
    """Add an entry to a menu: `main`, `account`, `visitor`, `admin`, `settings` or `footer`.

    One called `palette` is for what only the command palette offers, such as "New note".
    `values` are the arguments of `endpoint`. `method="post"` draws a button. `visible` is asked on
    each page; without it everyone sees the entry. With a `setting`, such as "PASSKEYS", the entry
    exists only where that is on, as its routes do. Entries with the same `group` stand
    together, under that title; see `order_groups`. `at_end` puts one behind those of later
    features, in its group. `count` is displayed in menus beside a page.
    """
    if setting and not app.config[setting]:
        return
    if icon is not None:
        refuse_unknown_icon(app, f"menus.add({label!r}, icon=…)", icon)
    entry = MenuEntry(
        menu, label, endpoint, values or {}, icon, method, visible, group, at_end, count
    )
    ENTRIES.add(app, entry)
    app.extensions["nav_sorted"].pop(menu, None)


def order_groups(app: Flask, menu: str, groups: Sequence[str]) -> None:
    """Set the order of a menu's groups. Entries without one come first, other groups last."""
    app.extensions["nav_groups"][menu] = ["", *groups]


def counted_items(menu: str) -> list[MenuItem]:
    """Return the entries of a menu that this visitor sees, with their counts."""
    items = visible_items(menu)
    for item, number in zip(items, _read_counts([item.count for item in items]), strict=True):
        item.number = number
    return items


def _read_counts(counts: Sequence[Count | None]) -> Iterator[str]:
    """Yield numbers to display, "" for nothing; those of statements are read with one query."""
    statements = [c.source for c in counts if c and not callable(c.source)]
    numbers = iter(db.session.execute(_query(*statements)).one() if statements else ())
    for count in counts:
        number = count and (count.source() if callable(count.source) else next(numbers))
        yield "" if not number else str(number) if number < MAX_COUNT else f"{MAX_COUNT - 1}+"


@cache
def _query(*statements: AnySelect) -> AnySelect:
    rows = [statement.limit(MAX_COUNT).subquery() for statement in statements]
    return select(*[select(func.count()).select_from(item).scalar_subquery() for item in rows])


def visible_items(menu: str) -> list[MenuItem]:
    """The entries of a menu that this visitor sees; the one for this page is `active`."""
    root = request.script_root
    items = [
        MenuItem(
            entry.label,
            root + _path(entry),
            entry.icon,
            entry.method,
            entry.group,
            entry.count,
        )
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
        ordered = current_app.extensions["nav_groups"].get(menu, [])
        groups = list(dict.fromkeys([*ordered, *(entry.group for entry in entries)]))
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
    app.extensions["nav_groups"] = {}
    app.extensions["nav_paths"] = {}
    app.jinja_env.globals["nav"] = visible_items
    app.jinja_env.globals["counted_nav"] = counted_items
    app.jinja_env.globals["nav_parts"] = parts
