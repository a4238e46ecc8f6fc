"""Register."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from sqlalchemy.exc import IntegrityError

from app.audit import record
from app.auth import confirmation, passwords
from app.auth.forms import RegisterForm
from app.auth.identity import is_logged_in
from app.auth.models import Token
from app.auth.models.user import User
from app.auth.views import after_login, blueprint, may_mail, pretend_to_mail
from app.auth.views.confirm import CONFIRMATION_MAILS
from app.core.database import db, rehearse_insert
from app.core.routing import public
from app.security.limits import Limit, client

REGISTRATIONS = Limit("register", 60, timedelta(hours=1))


@blueprint.get("/register")
@public
def register() -> Any:
    if is_logged_in():
        return redirect(after_login(), 303)
    return render_template("auth/register.html", form=RegisterForm(formdata=None))


@blueprint.post("/register")
@public
def create_account() -> Any:
    REGISTRATIONS.spend(client())  # before anything is parsed
    form = RegisterForm()
    if not form.validate():
        REGISTRATIONS.refund(client())  # mistakes do not count
        return render_template("auth/register.html", form=form), 422
    email = form.email.data
    password_hash = passwords.hash(form.password.data)
    may_send = may_mail(CONFIRMATION_MAILS, email, wanted=True)
    try:
        if known := User.by_email(email):
            tell_owner(known, password_hash, may_send=may_send)
        else:
            user = User.register(email, password_hash, name=form.name.data or "")
            confirmation.send(user, password_hash)
        db.session.commit()
    except IntegrityError:  # the same form, sent twice at once: the first made the account
        db.session.rollback()
    flash(f"We have sent a mail to {email}. It says how to go on.", "success")
    return redirect(url_for("auth.confirm"), 303)


def tell_owner(user: User, password_hash: str | None = None, *, may_send: bool) -> None:
    """Somebody registers with this user's address: say so to the owner, not to who asks.

    Unless `may_send`, the owner has had enough mails.
    """
    record("user.signup_repeated", user.subject, actor=user.email)
    row = {"email": user.email, "password_hash": user.password_hash, "name": "", "role": ""}
    rehearse_insert(User, row)
    if not may_send:
        pretend_to_mail("auth/emails/registered", user.email)
    elif user.confirmed_at:
        Token.rehearse()
        user.send_already_registered()
    elif password_hash is None:
        confirmation.send_to_owner(user)
    else:
        confirmation.send(user, password_hash)
