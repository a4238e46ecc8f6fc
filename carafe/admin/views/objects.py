"""The page of a row, and the page that creates one."""

from collections.abc import Sequence
from functools import partial

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from carafe.admin.actions.availability import available_for
from carafe.admin.blueprint import blueprint
from carafe.admin.model_admin import ModelAdmin
from carafe.admin.objects import auditing, history
from carafe.admin.objects.edits import BoundForm
from carafe.admin.objects.inlines import InlineRows
from carafe.admin.objects.page import page_of
from carafe.admin.objects.related import related_lists
from carafe.admin.routing import operation_required
from carafe.auth.identity import can
from carafe.auth.marks import fresh_login_required
from carafe.database import db
from carafe.web.submissions import digest, new_token

SUBMISSION = "_submission"
REJECTED_MESSAGE = "The database rejected this change. Nothing was saved."


@blueprint.get("/<list(read):admin>/<int:id>", endpoint="row")
@operation_required("read")
def show_row(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    return _page(admin, id)


@blueprint.post("/<list(edit):admin>/<int:id>")
@operation_required("edit", "this {} will be changed")
@fresh_login_required
def save_row(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    row = page_of(admin).lock_permitted(id)
    edit, inlines = page_of(admin).edit(row, sent=True), page_of(admin).inline_rows(row, sent=True)
    forms = [edit, *(form for inline in inlines for form in inline.changed_rows)]
    # Validate all of them, so that the page shows all errors at once.
    if False in [form.is_valid() for form in forms]:
        return _page(admin, id, edit, inlines), 422
    stale = [form for form in forms if form.is_stale]
    if stale or any(inline.has_deleted_row for inline in inlines):
        return _page(admin, id, edit, inlines, stale=stale), 409
    try:
        page_of(admin).save(edit)
        for inline in inlines:
            inline.save()
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        _explain_rejection(edit, forms)
        return _page(admin, id, edit, inlines), 422
    flash(f"{admin.verbose_name.capitalize()} saved", "success")
    return redirect(admin.url(id), 303)


@blueprint.get("/<list(create):admin>/new")
@operation_required("create")
def new_row(admin: ModelAdmin) -> ResponseReturnValue:
    return _form(admin, page_of(admin).new_form())


@blueprint.post("/<list(create):admin>/new")
@operation_required("create", "this {} will be added")
@fresh_login_required
def create_row(admin: ModelAdmin) -> ResponseReturnValue:
    edit = page_of(admin).new_form(sent=True)
    if not edit.is_valid():
        return _form(admin, edit), 422
    # A form that was changed after going back to it creates another row.
    submission = digest(request.form.get(SUBMISSION, ""), edit.fingerprint)
    id = history.created_by_submission(submission)
    if id is None:
        try:
            id = page_of(admin).row_id(page_of(admin).create(edit, submission))
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            _explain_rejection(edit, [edit])
            return _form(admin, edit), 422
    flash(f"{admin.verbose_name.capitalize()} created", "success")
    return redirect(admin.url(id), 303)


def _page(
    admin: ModelAdmin,
    id: int,
    edit: BoundForm | None = None,
    inlines: list[InlineRows] | None = None,
    *,
    stale: Sequence[BoundForm] | None = None,
) -> str:
    row, read_only_fields = page_of(admin).read(id) or abort(404)
    denial_reason = page_of(admin).denial_reason(row) if _is_editable(admin) else None
    subject = auditing.subject(row)
    versions = [version for form in stale or () for version in form.versions()]
    for form in stale or ():
        form.accept_current_version()
    return render_template(
        admin.options.template,
        admin=admin,
        row=row,
        id=id,
        subject=subject,
        title=page_of(admin).title(row),
        read_only_fields=read_only_fields,
        edit=edit
        or (page_of(admin).edit(row) if admin.is_permitted("edit") and not denial_reason else None),
        inlines=inlines or page_of(admin).inline_rows(row),
        denial_reason=denial_reason,
        available_actions=partial(available_for, admin, id),
        conflict=stale is not None,
        versions=versions,
        last_change=history.last_change(subject) if versions else None,
        history=history.latest_events(subject) if can("audit.read") else [],
        related=list(related_lists(admin, id)),
        **(admin.options.context(row) if admin.options.context else {}),
    )


def _explain_rejection(edit: BoundForm, forms: Sequence[BoundForm]) -> None:
    """Add errors to the forms that the database rejected."""
    for form in forms:
        form.add_unique_errors()
    if not any(form.form.errors for form in forms):
        edit.form.form_errors.append(REJECTED_MESSAGE)


def _is_editable(admin: ModelAdmin) -> bool:
    return admin.is_permitted("edit") or admin.is_permitted("delete")


def _form(admin: ModelAdmin, edit: BoundForm) -> str:
    submission = request.form.get(SUBMISSION) or new_token()
    return render_template("admin/new.html", admin=admin, edit=edit, submission=submission)
