"""Related rows, found by ID or by the searches of their list."""

from collections.abc import Iterator
from itertools import chain

from sqlalchemy import ColumnElement, select

from carafe.admin.lists.filters import Arguments, RelationFilter
from carafe.admin.lists.spec import ListSpec
from carafe.admin.model_admin import ModelAdmin, for_model
from carafe.admin.schema import related_model
from carafe.database import Base, db
from carafe.web.routing import parse_id
from carafe.web.search_terms import clean_search_term

# With more matches than this, ask for a longer name.
MAX_CANDIDATES = 10


def readable_admin(model: type[Base]) -> ModelAdmin | None:
    """Return the `ModelAdmin` of a model if the current user may read it, or None."""
    admin = for_model(model)
    return admin if admin and admin.is_permitted("read") else None


def find_exact(admin: ModelAdmin, text: str) -> list[tuple[int, str]]:
    """Return ID and label of rows with exactly this text, from the first search with results."""
    matches = (_rows(admin, search.exact(text)) for search in admin.list.searches)
    return next(filter(None, matches), [])


def candidates(relation: RelationFilter, text: str) -> list[tuple[int, str]]:
    """Return ID and label of rows that match a text, or only the exact match if there is one."""
    if (admin := related_admin(relation)) is None:
        return []
    exact_matches = find_exact(admin, text)
    if len(exact_matches) == 1:
        return exact_matches
    matches = (_rows(admin, search.condition(text)) for search in admin.list.searches)
    return list(dict(chain(exact_matches, *matches)).items())


def label(relation: RelationFilter, text: str) -> str:
    """Return the label of the row with this ID, or the text if it is not an ID."""
    id, admin = parse_id(text), related_admin(relation)
    if id is None or admin is None:
        return text
    return row_label(admin, id)


def row_label(admin: ModelAdmin, id: int) -> str:
    """Return the label of a row, or its ID if it was deleted."""
    return dict(_rows(admin, admin.key == id)).get(id, str(id))


def unresolved(spec: ListSpec, arguments: Arguments) -> Iterator[tuple[RelationFilter, str]]:
    """Yield the relation filters whose argument is a text instead of an ID."""
    for item in spec.filters:
        text = arguments.get(item.name, "")
        if isinstance(item, RelationFilter) and text and parse_id(text) is None:
            yield item, clean_search_term(text)


def placeholder(relation: RelationFilter) -> str:
    """Return the placeholder of the input."""
    admin = related_admin(relation)
    if admin and admin.list.searches:
        return admin.list.search_placeholder.lower()
    return "ID"


def related_admin(relation: RelationFilter) -> ModelAdmin | None:
    """Return the `ModelAdmin` of a related model if the current user may read it, or None."""
    return readable_admin(related_model(relation.column))


def _rows(admin: ModelAdmin, condition: ColumnElement[bool]) -> list[tuple[int, str]]:
    """Return ID and label (the first attribute of the list) of matching rows."""
    path, row_label = next(iter(admin.list.visible.attributes.items()))
    query = select(admin.key, row_label).select_from(admin.model)
    if "." in path:
        query = query.outerjoin(*admin.list.attributes.joins[path.partition(".")[0]])
    rows = db.session.execute(query.where(condition).limit(MAX_CANDIDATES + 1))
    return [(id, str(row_label or id)) for id, row_label in rows]
