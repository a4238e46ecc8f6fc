"""Menus and the header: features add entries, and the base page shows them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Flask, current_app

from carafe.database.aliases import AnySelect
from carafe.registry import Registry
from carafe.web.templating import refuse_unknown_icon

MAX_COUNT = 100  # displayed as "99+"


@dataclass(frozen=True)
class Count:
    """A number beside an entry, such as the number of failed jobs. `label` says what: "failed".

    `source` is a statement whose rows are counted, which should use an index, or a function that
    returns the number. Each page that shows the menu reads it; counting stops at `MAX_COUNT`.
    """

    label: str
    source: AnySelect | Callable[[], int]


@dataclass(frozen=True, eq=False)
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
    """Add an entry to a menu: `main`, `account`, `visitor`, `admin`, `settings`, or `footer`.

    The menu `palette` is for actions in the command palette, such as "New note". `values` are the
    arguments of `endpoint`. `method="post"` makes the entry a button. Each page calls `visible`;
    without it, everyone sees the entry. With a `setting`, such as "PASSKEYS", the entry exists only
    if that is on, like its routes. Entries with the same `group` are together, under that title;
    see `order_groups`. `at_end` puts an entry after those of later features in its group. `count`
    is shown in menus beside a page.
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
    app.extensions["nav_sorted"].pop(menu, None)


def add_part(app: Flask, place: str, template: str, *, visible: Callable[[], bool]) -> None:
    """Add a template to every page; `visible` returns whether this visitor sees it.

    `place` is "header" (before the account menu), or the name of a menu (above that menu).
    """
    PARTS.add(app, Part(place, template, visible))


def parts(place: str) -> list[str]:
    """Return the templates of the parts in a place that this visitor sees."""
    return [part.template for part in PARTS if part.place == place and part.visible()]


def sorted_entries(menu: str) -> list[MenuEntry]:
    """Return the entries of a menu in order, whether or not this visitor sees them."""
    cache: dict[str, list[MenuEntry]] = current_app.extensions["nav_sorted"]
    if menu not in cache:
        added = (entry for entry in ENTRIES if entry.menu == menu)
        entries = sorted(added, key=lambda entry: entry.at_end)
        ordered = current_app.extensions["nav_groups"].get(menu, [])
        groups = list(dict.fromkeys([*ordered, *(entry.group for entry in entries)]))
        cache[menu] = sorted(entries, key=lambda entry: groups.index(entry.group))
    return cache[menu]


def init_app(app: Flask) -> None:
    ENTRIES.init_app(app)
    PARTS.init_app(app)
    app.extensions["nav_sorted"] = {}
    app.extensions["nav_groups"] = {}
    app.jinja_env.globals["nav_parts"] = parts
