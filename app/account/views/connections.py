"""The accounts at other sites with which one logs in."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_login import current_user

from app.account.views import blueprint
from app.auth import providers
from app.auth.marks import fresh_login_required, login_required, no_impersonation
from app.auth.models import LinkedAccount
from app.core.database import db
from app.core.routing import Optional, effect

routes = Optional(blueprint, "OAUTH_PROVIDERS")


@routes.get("/connections")
@login_required
@no_impersonation
def connections() -> Any:
    linked = {each.provider: each for each in LinkedAccount.of(current_user.id)}
    rows = [(each.name, each.label, linked.pop(each.name, None)) for each in providers.configured()]
    # What is left was connected when the settings named its provider.
    rows += [(name, providers.label(name), each) for name, each in linked.items()]
    return render_template("account/connections.html", rows=rows)


@routes.post("/connections/<int:id>/delete")
@fresh_login_required
@effect("this connected account will be removed")
def disconnect(id: int) -> Any:
    user = current_user.user  # locked: of two at the same time, the second sees what the first left
    linked = db.session.get(LinkedAccount, id)
    if linked is None or linked.user_id != user.id:
        abort(404)
    label = providers.label(linked.provider)
    if linked.is_the_only_way_in(user, {each.name for each in providers.configured()}):
        abort(409, f"{label} is the only way into your account. Set a password first.")
    linked.disconnect(user, label)
    db.session.commit()
    flash(f"Your {label} account is disconnected.", "success")
    return redirect(url_for("account.connections"), 303)
