"""What a foreign key refers to, as people name it: by its number, or as its own list finds it."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, select

from carafe.admin.lists.filters import Arguments, RelationFilter
from carafe.admin.lists.spec import ListSpec
from carafe.admin.model_admin import ModelAdmin, for_model
from carafe.admin.schema import related_model
from carafe.database import db
from carafe.web.forms import clean_search_term
from carafe.web.routing import parse_id

# Whoever types a name that so many rows have is asked to type more of it.
MAX_CANDIDATES = 10


def readable_admin(model: type[Any]) -> ModelAdmin | None:
    """Return the list of a model, for those who may see it: others learn no name there."""
    admin = for_model(model)
    return admin if admin and admin.may("read") else None


def find_exact(admin: ModelAdmin, text: str) -> list[tuple[int, str]]:
    """Return ID and name of the rows that a text names as a whole, by the first search with any."""
    matches = (_rows(admin, search.exact(text)) for search in admin.list.searches)
    return next(filter(None, matches), [])


def candidates(relation: RelationFilter, text: str) -> list[tuple[int, str]]:
    """Return ID and name of the rows that a text may mean; a single one where that is certain."""
    if (admin := _related_admin(relation)) is None:
        return []
    exact_matches = find_exact(admin, text)
    if len(exact_matches) == 1:
        return exact_matches
    matches = (_rows(admin, search.condition(text)) for search in admin.list.searches)
    return list(dict(chain(exact_matches, *matches)).items())


def label(relation: RelationFilter, text: str) -> str:
    """Return the name of the row with this ID; a text that is no ID stands for itself."""
    id, admin = parse_id(text), _related_admin(relation)
    if id is None or admin is None:
        return text
    return row_label(admin, id)


def row_label(admin: ModelAdmin, id: int) -> str:
    """Return the name of a row in its list; its ID where it is gone."""
    return dict(_rows(admin, admin.key == id)).get(id, str(id))


def unresolved(spec: ListSpec, arguments: Arguments) -> Iterator[tuple[RelationFilter, str]]:
    """Yield the relations that a list is filtered by, with texts that are no IDs."""
    for item in spec.filters:
        text = arguments.get(item.name, "")
        if isinstance(item, RelationFilter) and text and parse_id(text) is None:
            yield item, clean_search_term(text)


def placeholder(relation: RelationFilter) -> str:
    """Return what can be typed."""
    admin = _related_admin(relation)
    if admin and admin.list.searches:
        return admin.list.search_placeholder.lower()
    return "number"


def _related_admin(relation: RelationFilter) -> ModelAdmin | None:
    return readable_admin(related_model(relation.column))


def _rows(admin: ModelAdmin, condition: ColumnElement[bool]) -> list[tuple[int, str]]:
    """Return ID and name, which is what its list begins with, of some rows."""
    path, row_label = next(iter(admin.list.visible.attributes.items()))
    query = select(admin.key, row_label).select_from(admin.model)
    if "." in path:
        query = query.outerjoin(*admin.list.attributes.joins[path.partition(".")[0]])
    rows = db.session.execute(query.where(condition).limit(MAX_CANDIDATES + 1))
    return [(id, str(row_label or id)) for id, row_label in rows]
