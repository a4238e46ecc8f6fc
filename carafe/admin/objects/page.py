"""The page of a row: load, display, create, and edit rows of a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import abort
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import ColumnDefault, inspect
from wtforms import Form

from carafe.admin.columns import humanize, label_of
from carafe.admin.lists import relations
from carafe.admin.model_admin import ModelAdmin
from carafe.admin.objects import auditing
from carafe.admin.objects.building import check_page, field_names, page_form, read_only_columns
from carafe.admin.objects.edits import BoundForm
from carafe.admin.objects.inline_spec import build_inline
from carafe.admin.objects.inlines import InlineRows
from carafe.admin.objects.values import format_full
from carafe.admin.schema import (
    Attribute,
    RowQuery,
    readable_column,
    related_model,
    table_column,
)
from carafe.audit import AuditMixin, changes
from carafe.database import Base, db
from carafe.registry import Registry
from carafe.web.submissions import SubmissionMixin

# Label and value.
ReadOnlyField = tuple[str, object]


class DetailPage:
    """The page of the rows of a model."""

    def __init__(self, admin: ModelAdmin):
        self.admin, self.options = admin, admin.options
        check_page(admin.options)
        self.form_class: type[Form] = page_form(admin.options, admin.list.filters)
        read_only = {name for name in self.options.read_only if isinstance(name, str)}
        # Fields that can only be set when a row is created.
        self.create_only = read_only & field_names(self.form_class)
        self.read_only = read_only_columns(
            self.options, admin.list.visible, field_names(self.form_class) - self.create_only
        )
        attributes = admin.list.attributes
        self.attributes = {
            path: readable_column(attributes.find("read_only", path))
            for column in self.read_only
            for path in column.attributes or [column.name]
        }
        self.inlines = [build_inline(inline, self.options) for inline in self.options.inlines]
        if len({inline.name for inline in self.inlines}) < len(self.inlines):
            raise self.options.error(
                "inlines", "Two inlines use the same model.", "List each model once."
            )

    def read(self, id: int) -> tuple[Base, list[ReadOnlyField]] | None:
        """Return a row and its read-only fields, or None if it does not exist."""
        rows = RowQuery(self.admin.model, *self.attributes.values())
        query = rows.query.where(self.admin.key == id)
        for head in dict.fromkeys(path.split(".")[0] for path in self.attributes if "." in path):
            query = query.outerjoin(*self.admin.list.attributes.joins[head])
        row = db.session.execute(query).first()
        if row is None:
            return None
        loaded = rows.object_of(row)
        return loaded, list(self._display(loaded, rows.extras_of(row)))

    def _display(self, row: Base, values: Sequence[object]) -> Iterator[ReadOnlyField]:
        by_path = dict(zip(self.attributes, values, strict=True))
        for column in self.read_only:
            parts = [by_path[path] for path in column.attributes or [column.name]]
            value: object
            if column.render:
                value = column.render(*parts)
            else:
                value = self._relation_link(row, column.name, format_full(parts[0]))
            yield column.label or self._label(column.name), value

    def _label(self, path: str) -> str:
        attribute: Attribute | None = getattr(self.admin.model, path, None)
        is_column = path in self.attributes and attribute is not None
        return label_of(attribute, path) if is_column and attribute is not None else humanize(path)

    def _relation_link(self, row: Base, path: str, text: str) -> str:
        """Return a link to a related row with its label, or the text for other attributes."""
        name = f"{path.partition('.')[0]}_id" if "." in path else path
        attribute: Attribute = getattr(self.admin.model, name)
        id = getattr(row, name)
        if not table_column(attribute).foreign_keys or id is None:
            return text
        related = relations.readable_admin(related_model(attribute))
        if related is None:
            return text
        if path == name:
            text = relations.row_label(related, id)
        return Markup('<a href="{}">{}</a>').format(related.url(id), text)

    def lock(self, id: int) -> Base | None:
        """Return a row, locked until the transaction ends, or None if it does not exist."""
        rows = RowQuery(self.admin.model)
        query = rows.query.where(self.admin.key == id).with_for_update()
        row = db.session.execute(query.execution_options(populate_existing=True)).first()
        return rows.object_of(row) if row else None

    def denial_reason(self, row: Base) -> str | None:
        """Return why the current user may not change this row, or None."""
        return self.options.denial_reason(row, current_user) if self.options.denial_reason else None

    def lock_permitted(self, id: int) -> Base:
        """Return a row, locked; 404 or 403 if the current user may not change it."""
        row = self.lock(id) or abort(404)
        if reason := self.denial_reason(row):
            abort(403, reason)
        return row

    def title(self, row: Base) -> str:
        title = getattr(row, self.options.title) if self.options.title else ""
        return str(title or f"{self.admin.verbose_name.capitalize()} {self.row_id(row)}")

    def row_id(self, row: Base) -> int:
        return int(getattr(row, self.admin.key.key))

    def edit(self, row: Base, *, sent: bool = False) -> BoundForm:
        return BoundForm(self.form_class, row, exclude=self.create_only, sent=sent)

    def inline_rows(self, row: Base, *, sent: bool = False) -> list[InlineRows]:
        id = self.row_id(row)
        return [
            InlineRows(inline, row, id, sent=sent and inline.is_editable) for inline in self.inlines
        ]

    def save(self, edit: BoundForm) -> None:
        if not edit.changed:
            return
        if self.options.save:
            self.options.save(edit.row, edit.form)
        elif isinstance(edit.row, AuditMixin):
            edit.row.edit(**{name: edit.values[name] for name in edit.changed})
        else:
            edit.set_attributes()
            details = changes(edit.row, private=self.options.private)
            auditing.record_change(edit.row, "edited", changes=details)

    def new_form(self, *, sent: bool = False) -> BoundForm:
        """Return the form that creates a row, with the defaults of the columns."""
        names = field_names(self.form_class)
        columns = inspect(self.admin.model).columns
        defaults = {column.key: column.default for column in columns if column.key in names}
        values = {
            name: default.arg
            for name, default in defaults.items()
            if isinstance(default, ColumnDefault) and default.is_scalar
        }
        return BoundForm(self.form_class, self.admin.model(**values), sent=sent)

    def create(self, edit: BoundForm, submission: str) -> Base:
        if self.options.create:
            return self.options.create(edit.form, submission)
        if isinstance(edit.row, AuditMixin) and isinstance(edit.row, SubmissionMixin):
            return type(edit.row).create_once(submission, **edit.values)
        edit.set_attributes()
        db.session.add(edit.row)
        details = changes(edit.row, private=auditing.private_names(edit.row, self.options.private))
        db.session.flush()
        auditing.record_change(edit.row, "created", submission=submission, changes=details)
        return edit.row


PAGES = Registry[DetailPage]("admin_pages", "page")


def page_of(admin: ModelAdmin) -> DetailPage:
    """Return the page of the rows of a model, unless the model has an endpoint of its own."""
    return PAGES.by_name()[admin.name]
