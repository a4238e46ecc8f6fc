"""The page where users choose the columns of a list and their order."""

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from carafe.admin.blueprint import blueprint
from carafe.admin.lists.origin import Origin
from carafe.admin.lists.saved_views import SavedView, ViewPreferences
from carafe.admin.model_admin import ModelAdmin
from carafe.admin.routing import operation_required
from carafe.database import db


@blueprint.get("/<list:admin>/columns")
@operation_required("read")
def columns(admin: ModelAdmin) -> ResponseReturnValue:
    origin = Origin(admin, request.args)
    names = origin.arguments.get("columns") or ViewPreferences(admin.name).columns
    visible = [column.name for column in admin.list.with_columns(names).visible.columns]
    hidden = [name for name in admin.list.columns_by_name if name not in visible]
    return _page(admin, [*visible, *hidden], visible)


@blueprint.post("/<list:admin>/columns")
@operation_required("read")
def save_columns(admin: ModelAdmin) -> ResponseReturnValue:
    names = [name for name in request.form.getlist("column") if name in admin.list.columns_by_name]
    names = reorder(list(dict.fromkeys(names)), request.form.getlist("position"))
    ticked = request.form.getlist("shown")
    visible = [name for name in names if name in ticked]
    if not visible:
        names = names or list(admin.list.columns_by_name)
        return _page(admin, names, visible, "Select at least one column."), 422
    is_default = visible == admin.list.default_columns
    return _save_columns(admin, [] if is_default else visible, "Columns saved")


@blueprint.post("/<list:admin>/columns/delete")
@operation_required("read")
def reset_columns(admin: ModelAdmin) -> ResponseReturnValue:
    return _save_columns(admin, [], "Columns reset")


def reorder(names: list[str], positions: Sequence[str]) -> list[str]:
    """Return the names with those whose position was changed moved there."""
    moved = {
        name: int(text)
        for position, (name, text) in enumerate(zip(names, positions, strict=False), 1)
        if text.isascii() and text.isdecimal() and len(text) < 4 and int(text) != position
    }
    reordered = [name for name in names if name not in moved]
    for name in sorted(moved, key=moved.__getitem__):
        reordered.insert(max(moved[name] - 1, 0), name)
    return reordered


def _save_columns(admin: ModelAdmin, names: Sequence[str], message: str) -> ResponseReturnValue:
    query = urlencode({"columns": ",".join(names)}) if names else ""
    SavedView.set_default(admin.name, query=query)
    db.session.commit()
    flash(message, "success")
    # Columns in the URL, for example of a saved view, take precedence over the default.
    return redirect(Origin(admin, request.form).url(columns=""), 303)


def _page(admin: ModelAdmin, names: Sequence[str], visible: Sequence[str], error: str = "") -> str:
    return render_template(
        "admin/columns.html",
        admin=admin,
        names=names,
        visible=visible,
        error=error,
        origin=Origin(admin, request.values),
    )
