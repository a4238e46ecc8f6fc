"""Global search: the admin's pages by name, and the rows of all models."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import url_for
from markupsafe import Markup, escape

from carafe.admin.lists import listing
from carafe.admin.lists.state import ListState
from carafe.admin.model_admin import ModelAdmin, all_admins
from carafe.web import menu_items

# In each group.
MAX_RESULTS = 5
# The code of an event, at the end of its small print.
CODE = re.compile(r"(?: · )?<code>[^<]*</code>(?=</small>)")


@dataclass(frozen=True)
class SearchResult:
    text: str
    url: str
    details: str = ""
    # Of a row.
    id: int | None = None


@dataclass(frozen=True)
class ResultGroup:
    """Results of one kind. If there may be more, `all` is the text of a link to `url`."""

    name: str
    label: str
    results: list[SearchResult]
    all: str = ""
    url: str = ""


def search_all(q: str, name: str = "") -> list[ResultGroup]:
    """Search everything that the current user may read, or only the list with this name."""
    admins = [admin for admin in searchable_models() if name in ("", admin.name)]
    groups = [*([] if name else [_pages(q)]), *(_rows(admin, q) for admin in admins)]
    return [group for group in groups if group.results or group.all]


def searchable_models() -> Iterator[ModelAdmin]:
    """Yield the models with a search that the current user may read."""
    for admin in sorted(all_admins(), key=lambda admin: admin.options.at_end):
        if admin.list.searches and admin.is_permitted("read"):
            yield admin


def _pages(q: str) -> ResultGroup:
    items = [item for item in menu_items.visible_items("admin") if q.lower() in item.label.lower()]
    results = [SearchResult(item.label, item.url) for item in items[:MAX_RESULTS]]
    return ResultGroup("pages", "Pages", results)


def _rows(admin: ModelAdmin, q: str) -> ResultGroup:
    page = listing.load_page(ListState.parse(admin.list, {"q": q}), per_page=MAX_RESULTS)
    first, *second = admin.list.visible.columns[:2]
    results = [
        SearchResult(
            _plain(first.value(row.values)),
            admin.url(row.id),
            " · ".join(_plain(column.value(row.values)) for column in second),
            row.id,
        )
        for row in page.rows
    ]
    all_label = ""
    if page.stop:  # before it was through
        all_label = f"Search all {admin.verbose_name_plural}"
    elif page.pages.next_url:
        all_label = f"View all {page.count} {admin.verbose_name_plural}"
    url = f"{url_for('admin.list', admin=admin)}?{urlencode({'q': q})}"
    return ResultGroup(admin.name, admin.label, results, all_label, url)


def _plain(value: object) -> str:
    """Return the text of a cell on one line, without codes such as "note.created"."""
    text = CODE.sub("", escape(value))
    html = Markup(text.replace("<small>", " · <small>"))  # noqa: S704  # nosec B704
    return html.striptags().removesuffix(" ·")
