"""Numbers at the top of the overview, which features add."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, url_for

from carafe.admin.model_admin import find_admin
from carafe.registry import Registry


@dataclass(frozen=True)
class Tile:
    """A number, and the URL of the list of what it counts if the current user can read it."""

    label: str
    count: str
    url: str | None


Links = Mapping[str, Mapping[str, str]]
READERS = Registry[tuple[Callable[[], Mapping[str, str]], Links]]("admin_counts", "set of figures")


def add_counts(app: Flask, read: Callable[[], Mapping[str, str]], **links: dict[str, str]) -> None:
    """Add numbers to the overview: `read` returns them, ready to display, by name.

    `links` lead to lists, by the name of a number: unconfirmed={"admin": "users", "state": "…"}.
    """
    READERS.add(app, (read, links))


def tiles() -> Iterator[Tile]:
    """Yield all figures, in the order in which they were added."""
    for read, links in READERS:
        for name, count in read().items():
            yield Tile(name.capitalize(), count, _url(links.get(name)))


def _url(arguments: Mapping[str, str] | None) -> str | None:
    admin = find_admin(arguments["admin"]) if arguments else None
    if arguments is None or admin is None or not admin.is_permitted("read"):
        return None
    query = {name: value for name, value in arguments.items() if name != "admin"}
    path = url_for("admin.list", admin=admin)
    return f"{path}?{urlencode(query)}" if query else path
