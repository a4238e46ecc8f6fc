"""Make an account with an invitation from a mail."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from sqlalchemy.exc import IntegrityError

from app.auth import passwords
from app.auth.forms import AcceptForm
from app.auth.models import Invitation, UserMixin
from app.auth.models.user_mixin import EmailTakenError
from app.auth.sessions import log_in_user
from app.auth.views import after_login, blueprint, invalid_link, stays_signed_in
from app.core.database import db, reading
from app.core.routing import public


@blueprint.get("/invitation/<token>")
@public
def invitation(token: str) -> Any:
    found = Invitation.by_token(token)
    return _page(found, AcceptForm(formdata=None)) if found else invalid_link()


@blueprint.post("/invitation/<token>")
@public
def accept_invitation(token: str) -> Any:
    with reading():
        found = Invitation.by_token(token)
    if found is None:
        return invalid_link()
    form = AcceptForm()
    form.password.email = found.email
    if not form.validate():
        return _page(found, form), 422
    if stays_signed_in(found.email):
        return _page(found, form), 409
    password_hash = passwords.hash(form.password.data)

    try:
        user = _accept(token, password_hash, form.name.data or "")
    except EmailTakenError:
        db.session.rollback()
        flash(f"{found.email} has an account already. Log in with it.", "info")
        return redirect(url_for("auth.login"), 303)
    if user is None:  # used or taken back in the meantime
        db.session.commit()
        return invalid_link()
    log_in_user(user, remembered=False)
    db.session.commit()
    return redirect(after_login(), 303)


def _accept(token: str, password_hash: str, name: str) -> UserMixin | None:
    try:
        return Invitation.accept(token, password_hash, name=name)
    except IntegrityError:  # somebody registered with the address at this moment, and makes way
        db.session.rollback()
        return Invitation.accept(token, password_hash, name=name)


def _page(invitation: Invitation, form: AcceptForm) -> str:
    return render_template("auth/invitation.html", invitation=invitation, form=form)
