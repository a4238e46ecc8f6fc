"""Exceptions that nobody caught, by type and place."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from sqlalchemy import delete, select

from app.admin.views import blueprint
from app.audit import record
from app.auth.access import permission_required, proof_required
from app.core.database import db
from app.observability import store
from app.observability.store import exception as recorded

SHOWN = 100


@blueprint.get("/exceptions/")
@permission_required("operations.read")
def exceptions() -> Any:
    latest = select(recorded).order_by(recorded.c.last_at.desc()).limit(SHOWN)
    with store.of().engine.connect() as connection:
        rows = connection.execute(latest).all()
    return render_template("admin/exceptions.html", rows=rows)


@blueprint.get("/exceptions/<fingerprint>")
@permission_required("operations.read")
def exception(fingerprint: str) -> Any:
    if not fingerprint.isalnum():
        abort(404)
    one = select(recorded).where(recorded.c.fingerprint == fingerprint)
    with store.of().engine.connect() as connection:
        found = connection.execute(one).first() or abort(404)
    return render_template("admin/exception.html", found=found)


@blueprint.post("/exceptions/<fingerprint>/delete")
@permission_required("operations.edit")
@proof_required
def forget_exception(fingerprint: str) -> Any:
    if not fingerprint.isalnum():
        abort(404)
    gone = delete(recorded).where(recorded.c.fingerprint == fingerprint).returning(*recorded.c)
    # Two databases: it is forgotten once the trail says so, and stays if that fails.
    with store.of().writing() as connection:
        found = connection.execute(gone).first() or abort(404)
        record("exception.resolved", type=found.type, place=found.place, count=found.count)
        db.session.commit()
    flash("It is forgotten. If it comes back, it is here again.", "success")
    return redirect(url_for("admin.exceptions"), 303)
