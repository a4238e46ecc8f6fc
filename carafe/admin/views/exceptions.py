"""Exceptions that nobody caught, by type and place."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from sqlalchemy import delete, select

from carafe.admin.blueprint import blueprint
from carafe.audit import record
from carafe.auth.marks import fresh_login_required, permission_required
from carafe.database import db
from carafe.observability import store
from carafe.observability.store import exception as recorded
from carafe.web.routing import ConditionalRoutes, effect

MAX_ROWS = 100

routes = ConditionalRoutes(blueprint, "RECORDER")


@routes.get("/exceptions/")
@permission_required("operations.read")
def exceptions() -> Any:
    latest = select(recorded).order_by(recorded.c.last_at.desc()).limit(MAX_ROWS)
    with store.get_store().connect() as connection:
        rows = connection.execute(latest).all()
    return render_template("admin/exceptions.html", rows=rows)


@routes.get("/exceptions/<fingerprint>")
@permission_required("operations.read")
def exception(fingerprint: str) -> Any:
    return render_template("admin/exception.html", found=_find(fingerprint))


@routes.post("/exceptions/<fingerprint>/delete")
@permission_required("operations.edit", "operations.read")
@fresh_login_required
@effect("this exception will be deleted")
def forget_exception(fingerprint: str) -> Any:
    found = _find(fingerprint)
    # Two databases: it is forgotten once the trail says so, and stays if that fails.
    record("exception.resolved", type=found.type, place=found.place, count=found.count)
    db.session.commit()
    with store.get_store().write_transaction() as connection:
        connection.execute(delete(recorded).where(recorded.c.fingerprint == fingerprint))
    flash("It is forgotten. If it comes back, it is here again.", "success")
    return redirect(url_for("admin.exceptions"), 303)


def _find(fingerprint: str) -> Any:
    if not fingerprint.isalnum():  # PostgreSQL refuses to look for what has a NUL in it
        abort(404)
    one = select(recorded).where(recorded.c.fingerprint == fingerprint)
    with store.get_store().connect() as connection:
        return connection.execute(one).first() or abort(404)
