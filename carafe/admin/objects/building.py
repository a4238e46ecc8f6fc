"""Check the options of the page of a row, and build its form."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Integer, inspect
from wtforms import Form

from carafe.admin.columns import Column
from carafe.admin.lists.column_set import ColumnSet
from carafe.admin.lists.filters import Filter
from carafe.admin.objects.forms import build_form
from carafe.admin.options import ModelOptions
from carafe.audit import AuditMixin


def check_page(options: ModelOptions) -> None:
    """Raise `ConfigError` for options that the page of a row cannot use."""
    mapper = inspect(options.model)
    if not isinstance(options.key.type, Integer) or len(mapper.primary_key) > 1:
        raise options.error("endpoint", "Rows have no ID.", "Pass the endpoint of a page.")
    if not options.form and {"create", "edit"} & {*options.operations}:
        raise options.error("operations", "form is missing.", 'Pass form=["title"].')
    if options.title and not hasattr(options.model, options.title):
        raise options.error(
            "title", f"Unknown attribute: {options.title}.", "Use an attribute of the model."
        )
    if unknown := {*options.private} - {*mapper.column_attrs.keys()}:
        raise options.error(
            "private", f"Unknown attribute: {min(unknown)}.", "Use attributes of the model."
        )
    if options.private and issubclass(options.model, AuditMixin):
        what = "The model records its own changes."
        raise options.error("private", what, f"Add to the model: private = {(*options.private,)}.")


def page_form(options: ModelOptions, filters: Sequence[Filter]) -> type[Form]:
    """Return the declared form class, or one that is built from the declared attributes."""
    form = options.form
    if not isinstance(form, type):
        return build_form(options.model, "form", form, filters)
    unknown = field_names(form) - {*inspect(options.model).column_attrs.keys()}
    is_creatable = "create" in options.operations
    if unknown and is_creatable and not (options.save and options.create):
        what = f"The model has no attribute {min(unknown)}."
        raise options.error("form", what, "Pass save and create as well.")
    return form


def field_names(form_class: type[Form]) -> set[str]:
    """Return the names of the fields of a form class."""
    return {name for name in dir(form_class) if hasattr(getattr(form_class, name), "field_class")}


def read_only_columns(
    options: ModelOptions, visible: ColumnSet, form_names: Collection[str]
) -> list[Column]:
    """Return the read-only columns: by default those of the list that are not in the form."""
    if options.read_only:
        return [item if isinstance(item, Column) else Column(item) for item in options.read_only]
    return [selected.column for selected in visible.columns if selected.name not in form_names]
