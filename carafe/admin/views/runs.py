"""Actions on rows of lists: confirm, begin, look at, stop, undo."""

import re
import secrets
from time import time
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from carafe.admin.actions import preview, runner, start
from carafe.admin.actions.declaration import Action
from carafe.admin.actions.models import UNDO_LIFETIME, BulkAction
from carafe.admin.actions.selection import Selection, row_labels
from carafe.admin.blueprint import blueprint
from carafe.admin.model_admin import ModelAdmin
from carafe.admin.routing import operation_required
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
def confirm_run(admin: ModelAdmin) -> Any:
    """What is about to be done, to what."""
    if "action" not in request.args:
        return redirect(url_for("admin.list", admin=admin), 303)
    action, chosen = _requested_action(admin, request.args)
    if not chosen.count():
        flash(f"Tick the {admin.noun} first that this is about.", "info")
        return redirect(_list(chosen.admin, request.args.get("list", "")), 303)
    return _page(action, chosen)


@blueprint.post("/<list(runs):admin>/run")
@operation_required("read")
@fresh_login_required
@effect("this action will be carried out")
def begin_run(admin: ModelAdmin) -> Any:
    action, chosen = _requested_action(admin, request.form)
    submission = request.form.get("submission", "")
    if not SUBMISSION.fullmatch(submission):
        return _page(action, chosen), 422
    # Administrators' forms take turns: of two clicks the second one finds the first.
    run = BulkAction.sent(current_user.id, submission)
    if run is None:
        by = current_user.user
        if not runner.is_allowed(by, admin, action):
            abort(403)
        if _selection_grew(chosen, request.form.get("said", "")):
            return _page(action, chosen, more=True), 409
        run = start.start(chosen, action.name, by, submission)
        db.session.commit()
        _remember_last_run(run)
    return _to(run)


@blueprint.app_template_global()
def last_run(name: str) -> dict[str, Any] | None:
    """What the one signed in did last with rows of this list, from their cookie."""
    last = session.get("run")
    is_it = last is not None and last["of"] == name and last["until"] > time()
    return last if is_it else None


@blueprint.get("/<list(runs):admin>/runs/<int:id>", endpoint="run")
@operation_required("read")
def show_run(admin: ModelAdmin, id: int) -> Any:
    return render_template("admin/run.html", **_state(admin, id))


@blueprint.get("/<list(runs):admin>/runs/<int:id>/latest")
@operation_required("read")
@background_request
def latest_run(admin: ModelAdmin, id: int) -> Any:
    """How it is now."""
    return polling.render_fragment("admin/_run.html", **_state(admin, id))


@blueprint.post("/<list(runs):admin>/runs/<int:id>/cancellation")
@operation_required("read")
@fresh_login_required
@effect("this action will be stopped")
def cancel_run(admin: ModelAdmin, id: int) -> Any:
    found, _ = _find(admin, id, lock=True)
    if found.ended_at is None:
        runner.end(found, f"{current_user.display_name} stopped it.")
        if found.job_id and (job := Job.locked(found.job_id)):
            job.cancel()
        db.session.commit()
        flash("It is stopped. What was done stays.", "success")
    return _to(found)


@blueprint.post("/<list(runs):admin>/runs/<int:id>/reversal")
@operation_required("read")
@fresh_login_required
@effect("this action will be undone")
def undo_run(admin: ModelAdmin, id: int) -> Any:
    found, action = _find(admin, id, lock=True)
    again = BulkAction.undo_of(id)
    if again is None:
        if not (action.undo and found.is_undoable):
            flash("This can be undone no more.", "info")
            return _to(found)
        again = start.undo(found, current_user.user)
        db.session.commit()
    session.pop("run", None)
    return _to(again)


def _requested_action(admin: ModelAdmin, sent: MultiDict[str, str]) -> tuple[Action, Selection]:
    """What is asked for, by somebody who may: another action is 404, and what one may not 403."""
    action = admin.actions.get(sent.get("action", "")) or abort(404)
    if not can(action.permission):
        abort(403)
    return action, Selection.read(admin, sent)


def _page(action: Action, chosen: Selection, *, more: bool = False) -> str:
    admin = chosen.admin
    return render_template(
        "admin/confirm.html",
        admin=admin,
        action=action,
        chosen=chosen,
        preview=preview.build_preview(action, chosen),
        submission=secrets.token_urlsafe(16),
        back=_list(admin, request.values.get("list", "")),
        more=more,
    )


def _list(admin: ModelAdmin, query: str) -> str:
    url = url_for("admin.list", admin=admin)
    # Written anew: an address has no line breaks, say.
    return f"{url}?{urlencode(parse_qsl(query))}" if query else url


def _selection_grew(chosen: Selection, said: str) -> bool:
    """Whether more match now than there were on the page that was confirmed."""
    if chosen.ids is not None:
        return False
    return chosen.count() > (parse_id(said) or 0)


def _to(run: BulkAction) -> Any:
    return redirect(url_for("admin.run", admin=run.list_name, id=run.id), 303)


def _find(admin: ModelAdmin, id: int, *, lock: bool = False) -> tuple[BulkAction, Action]:
    found = (BulkAction.locked(id) if lock else db.session.get(BulkAction, id)) or abort(404)
    action = admin.actions.get(found.action)
    if found.list_name != admin.name or action is None:
        abort(404)
    if not can(action.permission):
        abort(403)
    return found, action


def _state(admin: ModelAdmin, id: int) -> dict[str, Any]:
    found, action = _find(admin, id)
    job = db.session.get(Job, found.job_id) if found.job_id else None
    firsts = [id for known in found.reasons.values() for _, ids in known.values() for id in ids]
    return {
        "run": found,
        "admin": admin,
        "action": action,
        "title": runner.title(found),
        "by": db.session.get(user_model(), found.actor_id) if found.actor_id else None,
        # A worker may have died for good, or somebody have cancelled it among the jobs.
        "lost": found.ended_at is None and (job is None or job.is_finished),
        "names": row_labels(admin, firsts) if firsts else {},
        "undone": BulkAction.undo_of(id),
        "version": (found.ended_at, found.over, found.total, job and job.state),
    }


def _remember_last_run(run: BulkAction) -> None:
    """Show on the list what one did last, while it can be undone."""
    until = int((run.created_at + UNDO_LIFETIME).timestamp())
    undo = run.is_undoable and runner.has_undo(run)
    title = runner.title(run)
    session["run"] = {
        "id": run.id,
        "of": run.list_name,
        "title": title,
        "undo": undo,
        "until": until,
    }
