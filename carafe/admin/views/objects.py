"""The pages about one row of a declared model: look at it, make, edit and delete one."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import abort, flash, redirect, render_template, request
from sqlalchemy.exc import IntegrityError

from carafe.admin.actions.availability import available_for
from carafe.admin.blueprint import blueprint
from carafe.admin.model_admin import ModelAdmin
from carafe.admin.objects import auditing, history
from carafe.admin.objects.edits import BoundForm
from carafe.admin.objects.inlines import InlineRows
from carafe.admin.objects.page import page_of
from carafe.admin.routing import operation_required
from carafe.auth.identity import can
from carafe.auth.marks import fresh_login_required
from carafe.database import db
from carafe.web.submissions import digest, new_token

SUBMISSION = "_submission"
UNACCEPTED = "The database does not accept this. Nothing is saved."


@blueprint.get("/<list(read):admin>/<int:id>", endpoint="row")
@operation_required("read")
def show_row(admin: ModelAdmin, id: int) -> Any:
    return _page(admin, id)


@blueprint.post("/<list(edit):admin>/<int:id>")
@operation_required("edit", "this {} will be changed")
@fresh_login_required
def save_row(admin: ModelAdmin, id: int) -> Any:
    row = page_of(admin).lock_permitted(id)
    edit, children = page_of(admin).edit(row, sent=True), page_of(admin).inline_rows(row, sent=True)
    touched = [edit, *(one for some in children for one in some.changed_rows)]
    # Each of them, so that one sees everything that is wrong at once.
    if False in [one.is_valid() for one in touched]:
        return _page(admin, id, edit, children), 422
    stale = [one for one in touched if one.is_stale]
    if stale or any(some.has_deleted_row for some in children):
        return _page(admin, id, edit, children, stale=stale), 409
    try:
        page_of(admin).save(edit)
        for some in children:
            some.save()
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        for one in touched:
            one.explain()
        if not any(one.form.errors for one in touched):
            edit.form.form_errors.append(UNACCEPTED)
        return _page(admin, id, edit, children), 422
    flash(f"The {admin.verbose_name} is saved.", "success")
    return redirect(admin.url(id), 303)


@blueprint.get("/<list(create):admin>/new")
@operation_required("create")
def new_row(admin: ModelAdmin) -> Any:
    return _form(admin, page_of(admin).new_form())


@blueprint.post("/<list(create):admin>/new")
@operation_required("create", "this {} will be added")
@fresh_login_required
def create_row(admin: ModelAdmin) -> Any:
    edit = page_of(admin).new_form(sent=True)
    if not edit.is_valid():
        return _form(admin, edit), 422
    # Text changed after going back to the form is another row.
    submission = digest(request.form.get(SUBMISSION, ""), edit.fingerprint)
    id = history.created_by_submission(submission)
    if id is None:
        try:
            id = page_of(admin).row_id(page_of(admin).create(edit, submission))
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            edit.explain()
            if not edit.form.errors:
                edit.form.form_errors.append(UNACCEPTED)
            return _form(admin, edit), 422
    flash(f"The {admin.verbose_name} is made.", "success")
    return redirect(admin.url(id), 303)


def _page(
    admin: ModelAdmin,
    id: int,
    edit: BoundForm | None = None,
    children: list[InlineRows] | None = None,
    *,
    stale: Sequence[BoundForm] | None = None,
) -> str:
    row, facts = page_of(admin).read(id) or abort(404)
    refusal = page_of(admin).denial_reason(row) if _is_editable(admin) else None
    subject = auditing.subject(row)
    versions = [version for one in stale or () for version in one.versions()]
    for one in stale or ():
        one.accept_current_version()
    return render_template(
        admin.options.template,
        admin=admin,
        row=row,
        id=id,
        subject=subject,
        title=page_of(admin).title(row),
        facts=facts,
        edit=edit or (page_of(admin).edit(row) if admin.may("edit") and not refusal else None),
        children=children or page_of(admin).inline_rows(row),
        refusal=refusal,
        possible=partial(available_for, admin, id),
        conflict=stale is not None,
        versions=versions,
        last_change=history.last_change(subject) if versions else None,
        history=history.latest_events(subject) if can("audit.read") else [],
        **(admin.options.context(row) if admin.options.context else {}),
    )


def _is_editable(admin: ModelAdmin) -> bool:
    return admin.may("edit") or admin.may("delete")


def _form(admin: ModelAdmin, edit: BoundForm) -> str:
    submission = request.form.get(SUBMISSION) or new_token()
    return render_template("admin/new.html", admin=admin, edit=edit, submission=submission)
