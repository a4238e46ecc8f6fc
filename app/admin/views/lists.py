"""The pages of a declared model."""

from functools import partial, update_wrapper
from typing import Any

from flask import Flask, Response, render_template, request, stream_with_context

from app.admin import export, listing
from app.admin.declaration import Admin
from app.audit import record
from app.auth.access import permission_required
from app.core.database import db, writing


def register(app: Flask, admin: Admin) -> None:
    """Add the routes of a declaration."""
    _add(app, admin, f"/admin/{admin.name}/", admin.name, index)
    _add(app, admin, f"/admin/{admin.name}/export.csv", f"{admin.name}_csv", export_csv)


def _add(app: Flask, admin: Admin, rule: str, endpoint: str, view: Any) -> None:
    # One function for each, since a view carries its policy.
    own = update_wrapper(partial(view, admin), view)
    app.add_url_rule(rule, f"admin.{endpoint}", permission_required(admin.permission("read"))(own))


def index(admin: Admin) -> Any:
    found = listing.read(admin, request.args)
    kept = {name: value for name, value in request.args.items() if name not in _MOVES}
    return render_template("admin/list.html", admin=admin, found=found, kept=kept)


def export_csv(admin: Admin) -> Any:
    """What the list shows, all pages of it."""
    where = listing.conditions(admin, request.args)
    with writing():
        record("list.exported", list=admin.name, chosen=dict(request.args))
        db.session.commit()
    lines = stream_with_context(export.lines(admin, where))
    headers = {"Content-Disposition": f"attachment; filename={admin.name}.csv"}
    return Response(lines, mimetype="text/csv", headers=headers)


# Arguments that say where in a list one is.
_MOVES = {"after", "before"}
