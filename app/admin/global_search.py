"""One search for all: the pages of the administration by name, and the rows of declared models."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import current_app, url_for
from markupsafe import Markup

from app.admin.declaration import Admin
from app.admin.lists import cells, listing
from app.core import nav

# Of each kind.
MOST = 5


@dataclass(frozen=True)
class Hit:
    text: str
    url: str
    more: str = ""


@dataclass(frozen=True)
class Group:
    """What was found of one kind. Where there is more, `all` says how much, and `url` has it."""

    name: str
    label: str
    hits: list[Hit]
    all: str = ""
    url: str = ""


def find(q: str) -> list[Group]:
    """What a text finds of all that the one signed in may read."""
    groups = [_pages(q), *(_rows(admin, q) for admin in searched())]
    return [group for group in groups if group.hits]


def searched() -> Iterator[Admin]:
    """The models with a search that the one signed in may read."""
    for admin in sorted(current_app.extensions["admin"].values(), key=lambda admin: admin.last):
        if admin.searched and admin.may("read"):
            yield admin


def _pages(q: str) -> Group:
    found = [item for item in nav.visible_items("admin") if q.lower() in item.label.lower()]
    return Group("pages", "Pages", [Hit(item.label, item.url) for item in found[:MOST]])


def _rows(admin: Admin, q: str) -> Group:
    found = listing.read(admin, {"q": q}, per_page=MOST)
    url = f"{url_for('admin.list', admin=admin)}?{urlencode({'q': q})}"
    hits = []
    for row in found.page.rows:
        shown = zip(admin.shown[:2], admin.places, strict=False)
        text, *more = (_plain(cells.cell(*one, row)) for one in shown)
        hits.append(Hit(text, admin.url(row[-1]), *more))
    everything = f"All {found.count} {admin.noun}" if found.page.next_url else ""
    return Group(admin.name, admin.label, hits, everything, url)


def _plain(cell: Markup) -> str:
    """What a cell says, its parts on one line."""
    return cell.replace("<small>", Markup(" · <small>")).striptags()
