"""Saved views of a list: the user's own and shared ones."""

from collections.abc import Callable
from functools import partial

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
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
def views(admin: ModelAdmin) -> ResponseReturnValue:
    return _page(admin, SavedViewForm(formdata=None))


@blueprint.post("/<list:admin>/views")
@operation_required("read")
def save_view(admin: ModelAdmin) -> ResponseReturnValue:
    form, origin = SavedViewForm(), Origin(admin, request.form)
    columns = origin.arguments.get("columns") or ViewPreferences(admin.name).columns
    arguments = origin.arguments | ({"columns": columns} if columns else {})
    if form.validate() and _save_form(
        form, partial(SavedView.save, admin.name, query=encode_query(arguments))
    ):
        return _commit_and_redirect(f"View “{form.name.data}” saved", origin.url(**arguments))
    return _page(admin, form), 422


@blueprint.post("/<list:admin>/views/<int:id>")
@operation_required("read")
def rename_view(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    form, view = SavedViewForm(), _find_own(admin, id)
    if form.validate() and _save_form(form, view.rename):
        return _commit_and_redirect("View renamed", _url(admin))
    return _page(admin, SavedViewForm(formdata=None), renamed=(id, form)), 422


@blueprint.post("/<list:admin>/views/<int:id>/delete")
@operation_required("read")
def delete_view(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    view = _find_own(admin, id)
    return _apply_change(admin, view.delete, f"View “{view.name}” deleted")


@blueprint.post("/<list:admin>/views/first", endpoint="begin_with")
@operation_required("read")
def set_default_view(admin: ModelAdmin) -> ResponseReturnValue:
    """Set the default view of the list, or remove it if the field is empty."""
    value = request.form.get("view", "")
    ids = {str(view.id): view.id for view in ViewPreferences(admin.name).views}
    if value and value not in ids:
        abort(404)
    SavedView.set_default(admin.name, default_view_id=ids.get(value))
    return _commit_and_redirect("Default view saved", _url(admin))


@blueprint.post("/<list:admin>/views/<int:id>/sharing")
@operation_required("share")
@fresh_login_required
@effect("this view will be shared")
def share_view(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    view = _find_own(admin, id)
    return _apply_change(admin, view.share, f"View “{view.name}” shared")


@blueprint.post("/<list:admin>/views/<int:id>/sharing/delete")
@operation_required("share")
@fresh_login_required
@effect("this view will no longer be shared")
def unshare_view(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    """Stop sharing a view, including those of other users."""
    query = select(SavedView).filter_by(list=admin.name, id=id).where(SavedView.shared)
    view = db.session.scalar(query) or abort(404)
    return _apply_change(admin, view.stop_sharing, f"View “{view.name}” no longer shared")


def _find_own(admin: ModelAdmin, id: int) -> SavedView:
    view = SavedView.find(admin.name, id=id)
    return view if view and view.name else abort(404)


def _save_form(form: SavedViewForm, save: Callable[[str], None]) -> bool:
    try:
        save(form.name.data or "")
    except ViewError as error:
        form.name.errors = [str(error)]
        return False
    return True


def _apply_change(
    admin: ModelAdmin, change: Callable[[], None], message: str
) -> ResponseReturnValue:
    try:
        change()
    except ViewError as error:
        abort(409, str(error))
    return _commit_and_redirect(message, _url(admin))


def _commit_and_redirect(message: str, url: str) -> ResponseReturnValue:
    db.session.commit()
    flash(message, "success")
    return redirect(url, 303)


def _url(admin: ModelAdmin) -> str:
    return url_for("admin.views", admin=admin)


def _page(
    admin: ModelAdmin, form: SavedViewForm, renamed: tuple[int, SavedViewForm] | None = None
) -> str:
    return render_template(
        "admin/saved_views.html",
        admin=admin,
        form=form,
        renamed=renamed,
        origin=Origin(admin, request.values),
        preferences=ViewPreferences(admin.name),
    )
