"""Views of a list that somebody named, to come back to them: their own, and those all share."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from app.admin.declaration import Admin
from app.admin.forms import SavedViewForm
from app.admin.lists.arguments import Given, query_of
from app.admin.lists.saved_views import Look, SavedView, ViewError
from app.auth.access import proof_required
from app.core.database import db
from app.core.routing import effect


def views(admin: Admin) -> Any:
    return _page(admin, SavedViewForm(formdata=None))


def save_view(admin: Admin) -> Any:
    form, given = SavedViewForm(), Given(admin, request.form)
    look = Look(admin.name)
    columns = given.arguments.get("columns") or look.columns
    chosen = given.arguments | ({"columns": columns} if columns else {})
    if form.validate() and _accepted(
        form, partial(SavedView.save, admin.name, query=query_of(chosen))
    ):
        return _done(f"The view “{form.name.data}” is saved.", given.url(**chosen))
    return _page(admin, form), 422


def rename_view(admin: Admin, id: int) -> Any:
    form, view = SavedViewForm(), _own(admin, id)
    if form.validate() and _accepted(form, view.rename):
        return _done("The view has its new name.", _url(admin))
    return _page(admin, SavedViewForm(formdata=None), renamed=(id, form)), 422


def delete_view(admin: Admin, id: int) -> Any:
    view = _own(admin, id)
    return _tried(admin, view.delete, f"The view “{view.name}” is deleted.")


def begin_with(admin: Admin) -> Any:
    """Choose the view that the list begins with; none of them, where the field is empty."""
    wanted = request.form.get("view", "")
    ids = {str(view.id): view.id for view in Look(admin.name).views}
    if wanted and wanted not in ids:
        abort(404)
    SavedView.begin(admin.name, start_id=ids.get(wanted))
    return _done("The list begins as you chose.", _url(admin))


@proof_required
@effect("this view will be shared")
def share_view(admin: Admin, id: int) -> Any:
    view = _own(admin, id)
    return _tried(admin, view.share, f"All who may see the list can choose “{view.name}”.")


@proof_required
@effect("this view will no longer be shared")
def unshare_view(admin: Admin, id: int) -> Any:
    """Whoever may share views may also take back those of others."""
    of_list = select(SavedView).filter_by(list=admin.name, id=id).where(SavedView.shared)
    view = db.session.scalar(of_list) or abort(404)
    return _tried(admin, view.stop_sharing, f"“{view.name}” is not shared any more.")


# Path and name of each form, its view, and what it needs the permission for.
FORMS: list[tuple[str, str, Callable[..., Any], str]] = [
    ("", "_save_view", save_view, "read"),
    ("/first", "_begin_with", begin_with, "read"),
    ("/<int:id>", "_rename_view", rename_view, "read"),
    ("/<int:id>/delete", "_delete_view", delete_view, "read"),
    ("/<int:id>/sharing", "_share_view", share_view, "share"),
    ("/<int:id>/sharing/delete", "_unshare_view", unshare_view, "share"),
]


def _own(admin: Admin, id: int) -> SavedView:
    view = SavedView.find(admin.name, id=id)
    return view if view and view.name else abort(404)


def _accepted(form: SavedViewForm, keep: Callable[..., None]) -> bool:
    try:
        keep(name=form.name.data)
    except ViewError as refused:
        form.name.errors = [str(refused)]
        return False
    return True


def _tried(admin: Admin, change: Callable[[], None], message: str) -> Any:
    try:
        change()
    except ViewError as refused:
        abort(409, str(refused))
    return _done(message, _url(admin))


def _done(message: str, url: str) -> Any:
    db.session.commit()
    flash(message, "success")
    return redirect(url, 303)


def _url(admin: Admin) -> str:
    return url_for(f"admin.{admin.name}_views")


def _page(
    admin: Admin, form: SavedViewForm, renamed: tuple[int, SavedViewForm] | None = None
) -> str:
    return render_template(
        "admin/saved_views.html", admin=admin, form=form, renamed=renamed,
        given=Given(admin, request.values), look=Look(admin.name),
    )  # fmt: skip
