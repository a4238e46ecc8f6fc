"""Take one's data away."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from typing import Any

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask_login import current_user

from app.account import archive, exports
from app.account.models import LIFETIME, Export
from app.account.views import blueprint
from app.audit import record
from app.auth.access import in_person, login_required, proof_required
from app.core import live
from app.core.database import db, writing
from app.core.routing import polled
from app.security.limits import Limit

log = logging.getLogger(__name__)

EXPORTS = Limit("export", 5, timedelta(hours=1))


@blueprint.get("/export")
@login_required
@in_person
def export() -> Any:
    return render_template("account/export.html", **_state())


@blueprint.get("/export/latest")
@login_required
@polled
@in_person
def latest_export() -> Any:
    """How far it is now."""
    return live.part("account/_export.html", **_state())


@blueprint.post("/export")
@proof_required
def make_export() -> Any:
    EXPORTS.spend(str(current_user.id))
    if not exports.request(current_user.user):
        EXPORTS.refund(str(current_user.id))
    db.session.commit()
    return redirect(url_for("account.export"), 303)


@blueprint.get("/export/file")
@proof_required
def export_file() -> Any:
    export, _ = Export.of(current_user.id)
    if export is None or not export.is_ready:
        return redirect(url_for("account.export"), 303)  # which says how it is
    content = _content(export)
    try:
        first = next(content)  # while an answer can still say that there is none
    except ValueError:
        flash("This copy cannot be opened any more. Please ask for a new one.", "danger")
        return redirect(url_for("account.export"), 303)
    if request.method == "GET":
        with writing():
            record("data.downloaded", f"user:{current_user.id}")
            db.session.commit()
    return _download(export, chain([first], content))


def _content(export: Export) -> Iterator[bytes]:
    """What it holds. One that turns out to be incomplete is not offered again."""
    try:
        yield from archive.read(export.file or "", export.parts)
    except ValueError as error:
        log.error("a copy of somebody's data is lost: %s", error)
        with writing():
            exports.forget(export)
            db.session.commit()
        raise


def _download(export: Export, content: Iterator[bytes]) -> Response:
    answer = Response(stream_with_context(content), mimetype="application/zip")
    answer.content_length = export.size
    name = f"personal-data-{export.ended_at:%Y-%m-%d}.zip"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _state() -> dict[str, Any]:
    export, job = Export.of(current_user.id)
    running = job if export and export.is_being_made(job) else None
    version: list[Any] = [export and (export.job_id, export.is_ready)]
    if running:
        version += [running.state, running.done, running.total, running.message]
    return {"export": export, "running": running, "version": version, "days": LIFETIME.days}
