"""What a foreign key refers to, as people name it: by its number, or as its own list finds it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from app.admin import declaration
from app.admin.lists.filters import Arguments, Related
from app.admin.schema import has_index, referred_to_by
from app.core.database import db
from app.core.forms import cleaned

# Who types a name that so many have is asked to type more of it.
MOST = 10


def meant(one: Related, text: str) -> list[tuple[int, str]]:
    """The rows that a text may mean, each with its name; a single one where that is certain."""
    other = _readable(one)
    if other is None:
        return []
    name = _name(other)
    exact = name.in_({text, text.lower()})
    conditions = [search.condition(text) for search in other.searched]
    if has_index(name):
        conditions.insert(0, exact)
    found: dict[int, str] = {}
    for condition in conditions:
        rows = db.session.execute(select(other.key, name).where(condition).limit(MOST + 1))
        found |= {id: str(value) for id, value in rows}
        if len(found) == 1 and condition is exact:
            break
    return list(found.items())


def called(one: Related, text: str) -> str:
    """The name of what has this number; a text that is none stands for itself."""
    number, other = one.number(text), _readable(one)
    if number is None or other is None:
        return text
    return str(db.session.scalar(select(_name(other)).where(other.key == number)) or text)


def unclear(admin: declaration.Admin, arguments: Arguments) -> Iterator[tuple[Related, str]]:
    """The relations that were asked for by something else than a number."""
    for one in admin.offered:
        text = arguments.get(one.name, "")
        if isinstance(one, Related) and text and one.number(text) is None:
            yield one, cleaned(text)


def hint(one: Related) -> str:
    """What can be typed."""
    other = _readable(one)
    return other.hint.lower() if other and other.searched else "number"


def _readable(one: Related) -> declaration.Admin | None:
    """The list of what is referred to, for those who may see it: others learn no name there."""
    other = declaration.of_model(referred_to_by(one.column))
    return other if other and other.may("read") else None


def _name(other: declaration.Admin) -> Any:
    return next(iter(other.whole.attributes.values()))
