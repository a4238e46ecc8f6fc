"""Actions applied with a button on the page of a row."""

from __future__ import annotations

from functools import partial

from flask import Flask, abort, flash, redirect
from flask.typing import ResponseReturnValue
from flask_login import current_user

from carafe.admin.actions.declaration import Action, Button
from carafe.admin.actions.execution import Execution
from carafe.admin.model_admin import ModelAdmin
from carafe.auth.marks import fresh_login_required
from carafe.database import db
from carafe.web.routing import set_policy


def add_buttons(app: Flask, admin: ModelAdmin) -> None:
    """Add the routes of the actions that have buttons."""
    for action, button in admin.buttons:
        if action.endpoint in app.view_functions:
            what = f"The endpoint {action.endpoint} already exists."
            raise admin.options.error("actions", what, f"Rename {action.name}.")
        view = set_policy(
            fresh_login_required(partial(apply_to_row, admin, action, button)),
            permission=action.permission,
            read_permission=admin.permission("read"),
            effect=button.effect,
        )
        rule = f"/admin/{admin.name}/<int:id>/{button.path}"
        app.add_url_rule(rule, action.endpoint, view, methods=["POST"])


def apply_to_row(admin: ModelAdmin, action: Action, button: Button, id: int) -> ResponseReturnValue:
    """Apply an action to a row, or say why not, as a bulk action would."""
    candidate = Execution(admin, action, current_user).exclusions([id], lock=True)[id]
    if candidate.row is None:
        abort(404)
    if candidate.is_denied:
        abort(403, candidate.reason)
    if candidate.reason:
        flash(candidate.reason, "info")
    else:
        action.apply(candidate.row)
        db.session.commit()
        flash(button.message, "success")
    return redirect(admin.url(id), 303)
