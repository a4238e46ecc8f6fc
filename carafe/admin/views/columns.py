"""Which columns of a list its reader wants to see, and in which order."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request

from carafe.admin.blueprint import blueprint
from carafe.admin.lists.origin import Origin
from carafe.admin.lists.saved_views import SavedView, ViewPreferences
from carafe.admin.model_admin import ModelAdmin
from carafe.admin.routing import operation_required
from carafe.database import db


@blueprint.get("/<list:admin>/columns")
@operation_required("read")
def columns(admin: ModelAdmin) -> Any:
    origin = Origin(admin, request.args)
    chosen = origin.arguments.get("columns") or ViewPreferences(admin.name).columns
    shown = [column.name for column in admin.list.with_columns(chosen).visible.columns]
    return _page(
        admin, [*shown, *(name for name in admin.list.columns_by_name if name not in shown)], shown
    )


@blueprint.post("/<list:admin>/columns")
@operation_required("read")
def save_columns(admin: ModelAdmin) -> Any:
    names = [name for name in request.form.getlist("column") if name in admin.list.columns_by_name]
    names = reorder(list(dict.fromkeys(names)), request.form.getlist("position"))
    ticked = request.form.getlist("shown")
    shown = [name for name in names if name in ticked]
    if not shown:
        return _page(
            admin, names or list(admin.list.columns_by_name), shown, "Choose at least one column."
        ), 422
    usual = admin.list.default_columns
    return _save_columns(admin, [] if shown == usual else shown, "Your columns are kept.")


@blueprint.post("/<list:admin>/columns/delete")
@operation_required("read")
def reset_columns(admin: ModelAdmin) -> Any:
    return _save_columns(admin, [], "The list has its usual columns again.")


def reorder(names: list[str], positions: Sequence[str]) -> list[str]:
    """The names in their new order: those whose position was changed are put there."""
    wanted = {
        name: int(text)
        for place, (name, text) in enumerate(zip(names, positions, strict=False), 1)
        if text.isascii() and text.isdecimal() and len(text) < 4 and int(text) != place
    }
    found = [name for name in names if name not in wanted]
    for name in sorted(wanted, key=wanted.__getitem__):
        found.insert(max(wanted[name] - 1, 0), name)
    return found


def _save_columns(admin: ModelAdmin, shown: Sequence[str], message: str) -> Any:
    SavedView.begin(admin.name, query=urlencode({"columns": ",".join(shown)}) if shown else "")
    db.session.commit()
    flash(message, "success")
    # Those of the URL, of a saved view perhaps, would hide them.
    return redirect(Origin(admin, request.form).url(columns=""), 303)


def _page(admin: ModelAdmin, names: Sequence[str], shown: Sequence[str], error: str = "") -> str:
    return render_template(
        "admin/columns.html", admin=admin, names=names, shown=shown, error=error,
        origin=Origin(admin, request.values),
    )  # fmt: skip
