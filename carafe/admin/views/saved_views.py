"""Views of a list that somebody named, to come back to them: their own, and those all share."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from carafe.admin.blueprint import blueprint
from carafe.admin.forms import SavedViewForm
from carafe.admin.lists.origin import Origin
from carafe.admin.lists.saved_views import SavedView, ViewError, ViewPreferences
from carafe.admin.lists.state import encode_query
from carafe.admin.model_admin import ModelAdmin
from carafe.admin.routing import operation_required
from carafe.auth.marks import fresh_login_required
from carafe.database import db
from carafe.web.routing import effect


@blueprint.get("/<list:admin>/views")
@operation_required("read")
def views(admin: ModelAdmin) -> Any:
    return _page(admin, SavedViewForm(formdata=None))


@blueprint.post("/<list:admin>/views")
@operation_required("read")
def save_view(admin: ModelAdmin) -> Any:
    form, origin = SavedViewForm(), Origin(admin, request.form)
    look = ViewPreferences(admin.name)
    columns = origin.arguments.get("columns") or look.columns
    chosen = origin.arguments | ({"columns": columns} if columns else {})
    if form.validate() and _save_form(
        form, partial(SavedView.save, admin.name, query=encode_query(chosen))
    ):
        return _done(f"The view “{form.name.data}” is saved.", origin.url(**chosen))
    return _page(admin, form), 422


@blueprint.post("/<list:admin>/views/<int:id>")
@operation_required("read")
def rename_view(admin: ModelAdmin, id: int) -> Any:
    form, view = SavedViewForm(), _own(admin, id)
    if form.validate() and _save_form(form, view.rename):
        return _done("The view has its new name.", _url(admin))
    return _page(admin, SavedViewForm(formdata=None), renamed=(id, form)), 422


@blueprint.post("/<list:admin>/views/<int:id>/delete")
@operation_required("read")
def delete_view(admin: ModelAdmin, id: int) -> Any:
    view = _own(admin, id)
    return _apply_change(admin, view.delete, f"The view “{view.name}” is deleted.")


@blueprint.post("/<list:admin>/views/first")
@operation_required("read")
def begin_with(admin: ModelAdmin) -> Any:
    """Choose the view that the list begins with; none of them, where the field is empty."""
    wanted = request.form.get("view", "")
    ids = {str(view.id): view.id for view in ViewPreferences(admin.name).views}
    if wanted and wanted not in ids:
        abort(404)
    SavedView.begin(admin.name, default_view_id=ids.get(wanted))
    return _done("The list begins as you chose.", _url(admin))


@blueprint.post("/<list:admin>/views/<int:id>/sharing")
@operation_required("share")
@fresh_login_required
@effect("this view will be shared")
def share_view(admin: ModelAdmin, id: int) -> Any:
    view = _own(admin, id)
    return _apply_change(admin, view.share, f"All who may see the list can choose “{view.name}”.")


@blueprint.post("/<list:admin>/views/<int:id>/sharing/delete")
@operation_required("share")
@fresh_login_required
@effect("this view will no longer be shared")
def unshare_view(admin: ModelAdmin, id: int) -> Any:
    """Whoever may share views may also take back those of others."""
    of_list = select(SavedView).filter_by(list=admin.name, id=id).where(SavedView.shared)
    view = db.session.scalar(of_list) or abort(404)
    return _apply_change(admin, view.stop_sharing, f"“{view.name}” is not shared any more.")


def _own(admin: ModelAdmin, id: int) -> SavedView:
    view = SavedView.find(admin.name, id=id)
    return view if view and view.name else abort(404)


def _save_form(form: SavedViewForm, keep: Callable[..., None]) -> bool:
    try:
        keep(name=form.name.data)
    except ViewError as refused:
        form.name.errors = [str(refused)]
        return False
    return True


def _apply_change(admin: ModelAdmin, change: Callable[[], None], message: str) -> Any:
    try:
        change()
    except ViewError as refused:
        abort(409, str(refused))
    return _done(message, _url(admin))


def _done(message: str, url: str) -> Any:
    db.session.commit()
    flash(message, "success")
    return redirect(url, 303)


def _url(admin: ModelAdmin) -> str:
    return url_for("admin.views", admin=admin)


def _page(
    admin: ModelAdmin, form: SavedViewForm, renamed: tuple[int, SavedViewForm] | None = None
) -> str:
    return render_template(
        "admin/saved_views.html", admin=admin, form=form, renamed=renamed,
        origin=Origin(admin, request.values), look=ViewPreferences(admin.name),
    )  # fmt: skip
