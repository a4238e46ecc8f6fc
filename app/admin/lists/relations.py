"""What a foreign key refers to, as people name it: by its number, or as its own list finds it."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, select

from app.admin.declaration import Admin, of_model
from app.admin.lists.filters import Arguments, Related
from app.admin.schema import referred_to_by
from app.core.database import db
from app.core.forms import cleaned
from app.core.routing import id_in

# Who types a name that so many have is asked to type more of it.
MOST = 10


def readable(model: Any) -> Admin | None:
    """The list of a model, for those who may see it: others learn no name there."""
    other = of_model(model)
    return other if other and other.may("read") else None


def exactly(other: Admin, text: str) -> list[tuple[int, str]]:
    """Number and name of the rows that a text names as a whole, by the first search that does."""
    found = (_rows(other, search.exact(text)) for search in other.searched)
    return next(filter(None, found), [])


def meant(one: Related, text: str) -> list[tuple[int, str]]:
    """The rows that a text may mean, each with its name; a single one where that is certain."""
    if (other := _of(one)) is None:
        return []
    if len(certain := exactly(other, text)) == 1:
        return certain
    found = (_rows(other, search.condition(text)) for search in other.searched)
    return list(dict(chain(certain, *found)).items())


def called(one: Related, text: str) -> str:
    """The name of what has this number; a text that is none stands for itself."""
    id, other = id_in(text), _of(one)
    if id is None or other is None:
        return text
    return name(other, id)


def name(other: Admin, id: int) -> str:
    """What a row of a list is called there; its number where it is gone."""
    return dict(_rows(other, other.key == id)).get(id, str(id))


def unclear(admin: Admin, arguments: Arguments) -> Iterator[tuple[Related, str]]:
    """The relations that were asked for by something else than a number."""
    for one in admin.offered:
        text = arguments.get(one.name, "")
        if isinstance(one, Related) and text and id_in(text) is None:
            yield one, cleaned(text)


def hint(one: Related) -> str:
    """What can be typed."""
    other = _of(one)
    return other.hint.lower() if other and other.searched else "number"


def _of(one: Related) -> Admin | None:
    return readable(referred_to_by(one.column))


def _rows(other: Admin, condition: ColumnElement[bool]) -> list[tuple[int, str]]:
    """Number and name, which is what its list begins with, of some rows."""
    path, name = next(iter(other.whole.attributes.items()))
    found = select(other.key, name).select_from(other.model)
    if "." in path:
        found = found.outerjoin(*other.joins[path.partition(".")[0]])
    rows = db.session.execute(found.where(condition).limit(MOST + 1))
    return [(id, str(name or id)) for id, name in rows]
