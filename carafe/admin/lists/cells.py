"""The cells of a list, as HTML.

They are rendered column by column, with one template per row: a page has hundreds of cells, and a
function call for each, or Jinja's, takes longer than the database.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from markupsafe import Markup, escape

from carafe.admin.columns import EMPTY_VALUE, MAX_TEXT, format_value
from carafe.admin.lists.rows import ListRow
from carafe.admin.lists.spec import ListSpec
from carafe.admin.model_admin import ModelAdmin
from carafe.time import date_tags
from carafe.web.routing import MAX_ID

# The checkbox is labeled by the next cell.
CHECKBOX_CELL = (
    '<td class="col-tick"><input class="form-check-input" type="checkbox" name="id" value="{id}" '
    'form="selection" aria-labelledby="row-{id}"></td>'
)


# Characters that `escape` replaces. Few columns have any.
SPECIAL = re.compile(r"[&<>\"']")


def render_rows(admin: ModelAdmin, rows: Sequence[ListRow], *, selectable: bool) -> Markup:
    """Return the rows of the table."""
    values = [row.values for row in rows]
    # Read all of them first, so that names in them are looked up together.
    columns = [column.read(values) for column in admin.list.visible.columns]
    first, *others = map(format_cells, columns)
    ids = [row.id for row in rows]
    # A link needs a text that names its target.
    name = escape(admin.verbose_name.capitalize())
    titles = [
        f"{name} {id}" if html == EMPTY_VALUE else html for id, html in zip(ids, first, strict=True)
    ]
    template = _row_template(admin, selectable=selectable)
    html = [template.format(*cells, id=id) for id, *cells in zip(ids, titles, *others, strict=True)]
    return Markup("".join(html))  # noqa: S704  # nosec B704


def _row_template(admin: ModelAdmin, *, selectable: bool) -> str:
    """Return the HTML of a row, with placeholders for its `id` and each of its cells."""
    url = _literal(admin.url(MAX_ID)).replace(str(MAX_ID), "{id}")
    labels = [_literal(escape(column.label)) for column in admin.list.visible.columns]
    cells = [f'<td data-label="{label}">{{}}</td>' for label in labels]
    title = f'data-label="{labels[0]}"><a href="{url}">{{}}</a></td>'
    cells[0] = f'{CHECKBOX_CELL}<td id="row-{{id}}" {title}' if selectable else f"<td {title}"
    return f"<tr>{''.join(cells)}</tr>\n"


def _literal(text: str) -> str:
    """Escape a text for a template of `str.format`."""
    return text.replace("{", "{{").replace("}", "}}")


def format_cells(values: Sequence[object]) -> Sequence[str]:
    """Return what the cells of a column display, as HTML."""
    types = set(map(type, values))
    if types == {datetime}:
        return date_tags(cast(Sequence[datetime], values))
    if types == {Markup}:
        return cast(Sequence[Markup], values)
    if types == {str}:
        texts = cast(Sequence[str], values)
        if all(texts) and max(map(len, texts)) <= MAX_TEXT and not SPECIAL.search("".join(texts)):
            return texts
    return [escape(format_value(value)) for value in values]


def row_label(spec: ListSpec, values: Sequence[object]) -> Markup:
    """Return the label of a row: what its first column displays."""
    return escape(spec.visible.columns[0].value(values))
