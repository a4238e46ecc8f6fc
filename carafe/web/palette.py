"""The command palette: pages, actions, and searches, opened with a key on every page.

Pages come from the menus. The menu "palette" is for actions: `menus.add(app, "palette", "New note",
"notes.new", icon="plus", visible=is_logged_in)`. `add_search` adds a page that finds rows.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue

from carafe.registry import Registry
from carafe.web import menu_items
from carafe.web.routing import background_request, public

blueprint = Blueprint("palette", __name__)


@dataclass(frozen=True)
class MenuGroup:
    menu: str
    label: str
    visible: Callable[[], bool] | None


@dataclass(frozen=True)
class Search:
    label: str
    endpoint: str
    visible: Callable[[], bool]


GROUPS = Registry[MenuGroup]("palette_menus", "menu of the palette")
SEARCHES = Registry[Search]("palette_searches", "search of the palette")


def add_menu(
    app: Flask, menu: str, label: str, *, visible: Callable[[], bool] | None = None
) -> None:
    """Add the pages of a menu. `visible` returns whether this visitor sees that menu at all."""
    GROUPS.add(app, MenuGroup(menu, label, visible), name=menu)


def add_search(app: Flask, label: str, endpoint: str, *, visible: Callable[[], bool]) -> None:
    """Add a page that accepts `q`. Its `.results` or `.row-link`s become suggestions.

    `label` is the heading of links outside any section: "Notes".
    """
    SEARCHES.add(app, Search(label, endpoint, visible))


@blueprint.get("/palette")
@public
@background_request
def index() -> ResponseReturnValue:
    """Return what the palette offers this visitor, for palette.js."""
    groups = [
        (group.label, menu_items.visible_items(group.menu))
        for group in GROUPS
        if group.visible is None or group.visible()
    ]
    searches = [search for search in SEARCHES if search.visible()]
    return render_template("carafe/palette.html", groups=groups, searches=searches)


def init_app(app: Flask) -> None:
    GROUPS.init_app(app)
    SEARCHES.init_app(app)
    app.register_blueprint(blueprint)
    for menu, label in (("palette", "Actions"), ("main", "Pages"), ("visitor", "Account")):
        add_menu(app, menu, label)
