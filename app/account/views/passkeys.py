"""One's passkeys.

Adding one needs a confirmed address: whoever signs up with another's and adds a passkey would
still get in after its owner has taken the account over with a link from a mail ("pre-hijacking").
"""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select

from app.account.forms import PasskeyForm
from app.account.views import blueprint
from app.account.views.recovery_codes import show_codes
from app.auth import passkeys as ceremonies
from app.auth import second_factors
from app.auth.devices import describe
from app.auth.marks import (
    allow_without_two_factor,
    confirmed_required,
    fresh_login_required,
    login_required,
    no_impersonation,
)
from app.auth.models import Passkey
from app.auth.models.passkey import PASSKEYS_PER_USER
from app.auth.sessions import end_other_sessions
from app.core.database import db
from app.core.routing import effect


def of_current_user(id: int) -> Passkey:
    passkey = db.session.get(Passkey, id)
    if passkey is None or passkey.user_id != current_user.id:
        abort(404)
    return passkey


@blueprint.get("/passkeys")
@login_required
@allow_without_two_factor
@no_impersonation
def passkeys() -> Any:
    rows = db.session.execute(
        select(Passkey.id, Passkey.name, Passkey.created_at, Passkey.last_used_at)
        .where(Passkey.user_id == current_user.id)
        .order_by(Passkey.created_at.desc(), Passkey.id.desc())
    ).all()
    return render_template("account/passkeys.html", rows=rows, most=PASSKEYS_PER_USER)


@blueprint.get("/passkeys/new")
@confirmed_required
@fresh_login_required
@allow_without_two_factor
def new_passkey() -> Any:
    if Passkey.count(current_user.id) >= PASSKEYS_PER_USER:
        flash(ceremonies.FULL, "info")
        return redirect(url_for("account.passkeys"), 303)
    form = PasskeyForm(formdata=None, name=describe(request.user_agent.string))
    return render_template("account/new_passkey.html", form=form)


@blueprint.post("/passkeys/options")
@confirmed_required
@fresh_login_required
@allow_without_two_factor
def passkey_options() -> Any:
    return ceremonies.creation_options(current_user.user)


@blueprint.post("/passkeys/new")
@confirmed_required
@fresh_login_required
@effect("a passkey will be added")
@allow_without_two_factor
def add_passkey() -> Any:
    form = PasskeyForm()
    if not form.validate():
        return render_template("account/new_passkey.html", form=form), 422
    user = current_user.user
    try:
        ceremonies.register(user, form.name.data)
    except ceremonies.RefusedError as refusal:
        db.session.rollback()
        return render_template("account/new_passkey.html", form=form, refused=refusal), 422
    codes = second_factors.codes_for_first(user)
    end_other_sessions(user)
    db.session.commit()
    done = "Your passkey is added, and your other devices are logged out."
    if codes:
        return show_codes(codes, done)
    flash(done, "success")
    return redirect(url_for("account.passkeys"), 303)


@blueprint.get("/passkeys/<int:id>/edit")
@login_required
@no_impersonation
def edit_passkey(id: int) -> Any:
    form = PasskeyForm(formdata=None, name=of_current_user(id).name)
    return render_template("account/edit_passkey.html", form=form)


@blueprint.post("/passkeys/<int:id>/edit")
@login_required
@no_impersonation
def rename_passkey(id: int) -> Any:
    passkey = of_current_user(id)
    form = PasskeyForm()
    if not form.validate():
        return render_template("account/edit_passkey.html", form=form), 422
    passkey.rename(form.name.data)
    db.session.commit()
    flash("Your passkey is renamed.", "success")
    return redirect(url_for("account.passkeys"), 303)


@blueprint.post("/passkeys/<int:id>/delete")
@fresh_login_required
@effect("this passkey will be removed")
def remove_passkey(id: int) -> Any:
    user = current_user.user
    passkey = of_current_user(id)
    if second_factors.is_last(user):
        abort(409, second_factors.LAST)
    passkey.remove(user)
    end_other_sessions(user)
    second_factors.forget_codes_of_none(user)
    db.session.commit()
    flash(
        "Your passkey is removed, and your other devices are logged out. Delete it on your device "
        "as well.",
        "success",
    )
    return redirect(url_for("account.passkeys"), 303)
