"""Bulk actions: confirm, start, show, stop, and undo."""

import re
import secrets
from urllib.parse import parse_qsl, urlencode

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from carafe.admin.actions import preview, runner, start
from carafe.admin.actions.declaration import Action
from carafe.admin.actions.models import UNDO_LIFETIME, BulkAction
from carafe.admin.actions.selection import Selection, row_labels
from carafe.admin.blueprint import blueprint
from carafe.admin.model_admin import ModelAdmin, find_admin
from carafe.admin.routing import operation_required
from carafe.admin.views import last_run
from carafe.auth.identity import can
from carafe.auth.marks import fresh_login_required
from carafe.auth.users import user_model
from carafe.database import db
from carafe.jobs import Job
from carafe.web import polling
from carafe.web.routing import background_request, effect, parse_id

SUBMISSION = re.compile(r"[\w-]{1,32}", re.ASCII)


@blueprint.get("/<list(runs):admin>/run")
@operation_required("read")
def confirm_run(admin: ModelAdmin) -> ResponseReturnValue:
    """Show what an action will do before it is confirmed."""
    if "action" not in request.args:
        return redirect(url_for("admin.list", admin=admin), 303)
    action, selection = _requested_action(admin, request.args)
    if not selection.count():
        flash(f"Select at least one {admin.verbose_name} first.", "info")
        return redirect(_list(selection.admin, request.args.get("list", "")), 303)
    return _page(action, selection)


@blueprint.post("/<list(runs):admin>/run")
@operation_required("read")
@fresh_login_required
@effect("this action will be carried out")
def begin_run(admin: ModelAdmin) -> ResponseReturnValue:
    action, selection = _requested_action(admin, request.form)
    submission = request.form.get("submission", "")
    if not SUBMISSION.fullmatch(submission):
        return _page(action, selection), 422
    # Under the lock of the users' roles, so that the second of two clicks finds the first run.
    run = BulkAction.by_submission(current_user.id, submission)
    if run is None:
        user = current_user.user
        if not runner.is_allowed(user, admin, action):
            abort(403)
        if _selection_grew(selection, request.form.get("confirmed_count", "")):
            return _page(action, selection, has_grown=True), 409
        run = start.start(selection, action.name, user, submission)
        db.session.commit()
        last_run.remember(run)
    return _redirect_after(run)


@blueprint.get("/<list(runs):admin>/runs/<int:id>", endpoint="run")
@operation_required("read")
def show_run(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    return render_template("admin/run.html", **_state(admin, id))


@blueprint.get("/<list(runs):admin>/runs/<int:id>/latest")
@operation_required("read")
@background_request
def latest_run(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    """Return the part of the page that shows the progress."""
    return polling.render_fragment("admin/_run.html", **_state(admin, id))


@blueprint.post("/<list(runs):admin>/runs/<int:id>/cancellation")
@operation_required("read")
@fresh_login_required
@effect("this action will be stopped")
def cancel_run(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    run, _ = _find(admin, id, lock=True)
    if run.ended_at is None:
        runner.end(run, f"Stopped by {current_user.display_name}")
        if run.job_id and (job := Job.locked(run.job_id)):
            job.cancel()
        db.session.commit()
        flash("Stopped. Changes made so far were kept.", "success")
    return _redirect_to(run)


@blueprint.post("/<list(runs):admin>/runs/<int:id>/reversal")
@operation_required("read")
@fresh_login_required
@effect("this action will be undone")
def undo_run(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    run, action = _find(admin, id, lock=True)
    undo = BulkAction.undo_of(id)
    if undo is None:
        if not (action.undo and run.is_undoable):
            flash("This can no longer be undone.", "info")
            return _redirect_to(run)
        undo = start.undo(run, current_user.user)
        db.session.commit()
        last_run.remember(undo)
    return _redirect_after(undo)


def _requested_action(
    admin: ModelAdmin, arguments: MultiDict[str, str]
) -> tuple[Action, Selection]:
    """Return the requested action and selection; 404 or 403 if the action is not permitted."""
    action = admin.actions.get(arguments.get("action", "")) or abort(404)
    if not can(action.permission):
        abort(403)
    return action, Selection.from_form(admin, arguments)


def _page(action: Action, selection: Selection, *, has_grown: bool = False) -> str:
    admin = selection.admin
    return render_template(
        "admin/confirm.html",
        undo_lifetime=UNDO_LIFETIME,
        admin=admin,
        action=action,
        selection=selection,
        preview=preview.build_preview(action, selection),
        submission=secrets.token_urlsafe(16),
        back=_list(admin, request.values.get("list", "")),
        has_grown=has_grown,
    )


def _list(admin: ModelAdmin, query: str) -> str:
    url = url_for("admin.list", admin=admin)
    # Encode it again: a URL must not contain line breaks.
    return f"{url}?{urlencode(parse_qsl(query))}" if query else url


def _selection_grew(selection: Selection, confirmed_count: str) -> bool:
    """Return whether more rows match than on the page that was confirmed."""
    if selection.ids is not None:
        return False
    return selection.count() > (parse_id(confirmed_count) or 0)


def _redirect_after(run: BulkAction) -> ResponseReturnValue:
    """Redirect to the list, which reports the result, or to the page of an action that goes on."""
    if run.ended_at is None or run.stop_reason:
        return _redirect_to(run)
    admin = find_admin(run.list_name) or abort(404)
    return redirect(_list(admin, request.values.get("list", "")), 303)


def _redirect_to(run: BulkAction) -> ResponseReturnValue:
    return redirect(url_for("admin.run", admin=run.list_name, id=run.id), 303)


def _find(admin: ModelAdmin, id: int, *, lock: bool = False) -> tuple[BulkAction, Action]:
    run = (BulkAction.locked(id) if lock else db.session.get(BulkAction, id)) or abort(404)
    action = admin.actions.get(run.action)
    if run.list_name != admin.name or action is None:
        abort(404)
    if not can(action.permission):
        abort(403)
    return run, action


def _state(admin: ModelAdmin, id: int) -> dict[str, object]:
    run, action = _find(admin, id)
    job = db.session.get(Job, run.job_id) if run.job_id else None
    named_ids = [
        id
        for counts in run.reasons.values()
        for _, first_ids in counts.values()
        for id in first_ids
    ]
    return {
        "run": run,
        "admin": admin,
        "action": action,
        "title": runner.title(run),
        "past": action.done.capitalize() or "Done",
        "by": db.session.get(user_model(), run.actor_id) if run.actor_id else None,
        # For example, the job failed, or was canceled on the page of jobs.
        "lost": run.ended_at is None and (job is None or job.is_finished),
        "names": row_labels(admin, named_ids) if named_ids else {},
        "undone": BulkAction.undo_of(id),
        "version": (run.ended_at, run.processed, run.total, job and job.state),
    }
