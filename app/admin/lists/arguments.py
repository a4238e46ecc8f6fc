"""What the URL of a list says, as far as the list knows it."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from flask import url_for

from app.admin.lists.filters import Arguments, Related
from app.admin.lists.relations import label
from app.admin.model_admin import ModelAdmin


def understood(admin: ModelAdmin, arguments: Arguments) -> dict[str, str]:
    """The arguments that mean something here: not a filter or a column that is no more."""
    found: dict[str, str] = {}
    for one in admin.list.filters:
        given = {name: arguments[name] for name in one.names if arguments.get(name)}
        if given and one.condition(given) is not None:
            found |= given
    known = {
        "q": bool(admin.list.searches),
        "scope": arguments.get("scope") in admin.options.scopes,
        "sort": arguments.get("sort", "").removeprefix("-") in admin.list.sort_columns,
    }
    found |= {name: arguments[name] for name in known if known[name] and arguments.get(name)}
    columns = arguments.get("columns", "").split(",")
    if known_columns := [name for name in columns if name in admin.list.columns_by_name]:
        found["columns"] = ",".join(known_columns)
    return found


def unknown(admin: ModelAdmin, arguments: Arguments) -> list[str]:
    """The filters and columns among the arguments that mean nothing here, by their names."""
    usable = understood(admin, arguments)
    names = [name for name in arguments if name != "columns" and name not in usable]
    columns = arguments.get("columns", "").split(",")
    return names + [name for name in columns if name and name not in admin.list.columns_by_name]


@dataclass(frozen=True)
class Chip:
    """A filter that was chosen: what it says, and the list without it."""

    label: str
    said: str
    without: str


def chips(admin: ModelAdmin, arguments: Arguments) -> list[Chip]:
    """The filters that were chosen; the counted ones are seen above the list."""
    found = []
    for one in admin.list.filters:
        given = {name: arguments[name] for name in one.names if name in arguments}
        if given and not one.counted and one.condition(given) is not None:
            rest = {name: value for name, value in arguments.items() if name not in given}
            said = label(one, given[one.name]) if isinstance(one, Related) else one.said(given)
            found.append(Chip(one.label, said, query_of(rest)))
    return found


def query_of(arguments: Arguments) -> str:
    """Arguments as they stand in a URL, in one order."""
    return urlencode(sorted(arguments.items()))


class Given:
    """What a list was asked for that a page below it was opened from: `back` in its URL or form."""

    def __init__(self, admin: ModelAdmin, values: Arguments):
        self.admin = admin
        self.arguments = understood(admin, dict(parse_qsl(values.get("back", ""))))
        self.back = query_of(self.arguments)

    def url(self, **other: str) -> str:
        """The list as it was, but for some arguments."""
        query = query_of({k: v for k, v in (self.arguments | other).items() if v})
        return url_for("admin.list", admin=self.admin) + (query and f"?{query}")
