"""The pages of a declared model."""

from functools import partial, update_wrapper
from typing import Any

from flask import Flask, render_template, request, url_for

from app.admin import listing
from app.admin.declaration import Admin
from app.auth.access import permission_required


def register(app: Flask, admin: Admin) -> None:
    """Add the routes of a declaration."""
    _add(app, admin, f"/admin/{admin.name}/", admin.name, index)


def _add(app: Flask, admin: Admin, rule: str, endpoint: str, view: Any) -> None:
    # One function for each, since a view carries its policy.
    own = update_wrapper(partial(view, admin), view)
    app.add_url_rule(rule, f"admin.{endpoint}", permission_required(admin.permission)(own))


def index(admin: Admin) -> Any:
    found = listing.read(admin, request.args)
    kept = {name: value for name, value in request.args.items() if name not in _MOVES}
    base = url_for(admin.endpoint, id=0)[:-1] if admin.endpoint else ""
    labels = [column.label for column in admin.shown]
    return render_template(
        "admin/list.html", admin=admin, found=found, kept=kept, base=base, labels=labels
    )


# Arguments that say where in a list one is.
_MOVES = {"after", "before"}
