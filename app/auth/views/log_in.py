"""Log in and log out."""

from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.audit import record
from app.auth import passwords
from app.auth.access import is_signed_in, sign_in, sign_out
from app.auth.forms import LoginForm
from app.auth.models import Token, User
from app.auth.models.token import CHALLENGE
from app.auth.views import after_login, blueprint
from app.core.database import db, reading
from app.core.routing import public
from app.core.urls import local_path
from app.security.limits import Limit, client

LOGIN_FAILURES_BY_CLIENT = Limit("login:client", 20, timedelta(minutes=15))
LOGIN_FAILURES_BY_ADDRESS = Limit("login:address", 10, timedelta(minutes=15))


@blueprint.get("/login")
@public
def login() -> Any:
    if is_signed_in():
        return redirect(after_login(), 303)
    return render_template("auth/login.html", form=LoginForm(formdata=None))


@blueprint.post("/login")
@public
def log_in() -> Any:
    LOGIN_FAILURES_BY_CLIENT.spend(client())  # before anything is parsed
    form = LoginForm()
    if not form.validate():
        LOGIN_FAILURES_BY_CLIENT.refund(client())  # mistakes do not count
        return render_template("auth/login.html", form=form), 422
    email, password = form.email.data, form.password.data
    LOGIN_FAILURES_BY_ADDRESS.spend(email)

    with reading():
        user = User.by_email(email)
    known_hash = user.password_hash if user else None
    # Without a transaction: 24 ms in which nobody else has to wait.
    if not passwords.verify(known_hash, password):
        record("login.failed", user.subject if user else None, actor=email)
        db.session.commit()
        form.password.errors = ["This e-mail address and password do not belong together."]
        return render_template("auth/login.html", form=form), 422
    new_hash = passwords.hash(password) if passwords.needs_rehash(known_hash or "") else None

    # In the meantime somebody may have changed the password, or suspended or deleted the user.
    user = User.by_email(email, lock=True)
    if user is None or user.password_hash != known_hash:
        return redirect(url_for("auth.login"), 303)
    if user.suspended_at:
        form.email.errors = ["This account is suspended."]
        return render_template("auth/login.html", form=form), 422
    if new_hash:
        user.password_hash = new_hash
    answer = admit(user, remembered=form.remember.data)
    db.session.commit()
    LOGIN_FAILURES_BY_CLIENT.refund(client())
    LOGIN_FAILURES_BY_ADDRESS.refund(email)
    return answer


def admit(user: User, *, remembered: bool, next: str | None = None) -> ResponseReturnValue:
    """Sign in somebody who showed a first factor, or ask for the second where they have one."""
    if not user.has_second_factor:
        sign_in(user, remembered=remembered)
        return redirect(after_login(next), 303)
    sign_out()
    session["challenge"] = Token.issue(user, CHALLENGE)
    session["remembered"] = remembered
    next = local_path(next or request.args.get("next"))
    return redirect(url_for("auth.second_factor", next=next), 303)


@blueprint.post("/logout")
@public
def logout() -> Any:
    sign_out()
    db.session.commit()
    response = redirect("/", 303)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response
