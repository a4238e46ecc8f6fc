"""How related rows are loaded, displayed, and edited on the page of a row, built at startup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import url_for
from sqlalchemy import bindparam, inspect, select
from wtforms import Form

from carafe.admin.attributes import Attributes
from carafe.admin.errors import check_key
from carafe.admin.lists.column_set import ColumnSet, columns_by_name
from carafe.admin.model_admin import for_model
from carafe.admin.objects.declaration import Inline
from carafe.admin.objects.forms import build_form
from carafe.admin.options import ModelOptions
from carafe.admin.schema import Attribute, RowQuery, primary_key, singular_name, table_column
from carafe.database import Base, db
from carafe.web.pagination import BoundedCounts

MAX_ROWS = 20


@dataclass(frozen=True)
class InlineRow:
    """A row, and the selected values of its columns."""

    instance: Base
    values: Sequence[object]


@dataclass(frozen=True, eq=False)
class InlineSpec:
    model: type[Base]
    # The name of the table, which is the prefix of form fields.
    name: str
    label: str
    key: Attribute
    # The foreign key to the row of the page.
    reference: Attribute
    visible: ColumnSet
    # Without fields if the rows are read-only.
    form_class: type[Form]
    is_editable: bool
    private: Sequence[str]
    counts: BoundedCounts

    @property
    def verbose_name(self) -> str:
        return singular_name(self.model)

    def row_id(self, row: Base) -> int:
        return int(getattr(row, self.key.key))

    def latest(self, id: int) -> list[InlineRow]:
        """Return the latest related rows of a row."""
        rows = RowQuery(self.model, *self.visible.attributes.values())
        query = self.visible.join_to(rows.query).where(self.reference == id)
        result = db.session.execute(query.order_by(self.key.desc()).limit(MAX_ROWS))
        return [InlineRow(rows.object_of(row), rows.extras_of(row)) for row in result]

    def lock(self, id: int, ids: Sequence[int]) -> list[Base]:
        """Return those of these rows that are still related to a row, locked."""
        rows = RowQuery(self.model)
        query = rows.query.where(self.reference == id, self.key.in_(ids))
        query = query.order_by(self.key.desc()).with_for_update()
        query = query.execution_options(populate_existing=True)
        return [rows.object_of(row) for row in db.session.execute(query)]

    def list_url(self, id: int) -> str | None:
        """Return the URL of all related rows if their list has a filter, or None."""
        admin, name = for_model(self.model), self.reference.key
        if admin is None or not admin.is_permitted("read"):
            return None
        if name not in {item.name for item in admin.list.filters}:
            return None
        return f"{url_for('admin.list', admin=admin)}?{urlencode({name: id})}"


def build_inline(inline: Inline, parent: ModelOptions) -> InlineSpec:
    model = inline.model
    reference = _reference(inline, parent)
    if inline.form and "edit" not in parent.operations:
        raise parent.error(
            "inlines", "Inline forms need a form on the parent page.", "Pass form=…."
        )
    check_key(model)
    attributes = Attributes(model)
    columns = columns_by_name(attributes, {"columns": inline.columns})
    if unknown := {*inline.private} - {*inspect(model).column_attrs.keys()}:
        what = f"{model.__name__} has no attribute {min(unknown)} (from private)."
        raise parent.error("inlines", what, "Use attributes of the model.")
    key = primary_key(model)
    return InlineSpec(
        model=model,
        name=model.__tablename__,
        label=inline.label or f"{singular_name(model).capitalize()}s",
        key=key,
        reference=reference,
        visible=ColumnSet(attributes, list(columns.values())),
        form_class=build_form(model, "form", inline.form),
        is_editable=bool(inline.form),
        private=inline.private,
        counts=BoundedCounts(rows=select(key).where(reference == bindparam("id"))),
    )


def _reference(inline: Inline, parent: ModelOptions) -> Attribute:
    """Return the foreign key of an inline that refers to the row of the page."""
    mapper, target = inspect(inline.model), table_column(parent.key)
    keys = [column for column in mapper.columns if column.references(target)]
    names = [mapper.get_property_by_column(key).key for key in keys]
    if inline.foreign_key:
        names = [name for name in names if name == inline.foreign_key]
    if len(names) != 1:
        what = f"{inline.model.__name__} has {len(names)} foreign keys to this model."
        remedy = 'Choose one: Inline(…, foreign_key="…").'
        raise parent.error("inlines", what, remedy)
    reference: Attribute = getattr(inline.model, names[0])
    return reference
