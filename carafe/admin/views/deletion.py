"""Pages that delete a row."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from carafe.admin.blueprint import blueprint
from carafe.admin.model_admin import ModelAdmin
from carafe.admin.objects import cascades, deletion
from carafe.admin.objects.page import page_of
from carafe.admin.routing import operation_required
from carafe.auth.marks import fresh_login_required
from carafe.database import Base, db


@blueprint.get("/<list(delete):admin>/<int:id>/delete")
@operation_required("delete")
def confirm_deletion(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    row, _ = page_of(admin).read(id) or abort(404)
    return _deletion(admin, row)


@blueprint.post("/<list(delete):admin>/<int:id>/delete")
@operation_required("delete", "this {} will be deleted")
@fresh_login_required
def delete_row(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    row = page_of(admin).lock_permitted(id)
    title = page_of(admin).title(row)
    try:
        is_deleted = deletion.delete(admin.options, row)
        db.session.commit()
    except (IntegrityError, deletion.ReferredToError):
        db.session.rollback()
        row, _ = page_of(admin).read(id) or abort(404)
        return _deletion(admin, row, refused=True), 409
    if is_deleted:
        flash(f"“{title}” deleted", "success")
    else:
        flash(f"Deleting “{title}” in the background. This may take a while.", "info")
    return redirect(url_for("admin.list", admin=admin), 303)


def _deletion(admin: ModelAdmin, row: Base, *, refused: bool = False) -> str:
    return render_template(
        "admin/delete.html",
        admin=admin,
        id=page_of(admin).row_id(row),
        title=page_of(admin).title(row),
        denial_reason=page_of(admin).denial_reason(row),
        consequences=cascades.cascade_effects(admin.model, [page_of(admin).row_id(row)]),
        refused=refused,
    )
