"""Log in and log out."""

from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.audit import record
from app.auth import device_cookie, passwords
from app.auth.forms import LoginForm
from app.auth.identity import is_logged_in
from app.auth.models import Token, UserMixin
from app.auth.models.token import CHALLENGE
from app.auth.models.user import User
from app.auth.sessions import begin_login, log_in_user, log_out_user
from app.auth.views import after_login, blueprint
from app.core.database import db, reading
from app.core.routing import public
from app.core.urls import local_path, site_root
from app.observability import security_events
from app.security.limits import Attempt, Limit, client

LOGIN_FAILURES_BY_CLIENT = Limit("login:client", 20, timedelta(minutes=15))
# Of one client for one address typed. By the address alone, a stranger could lock its owner out.
LOGIN_FAILURES = Limit("login", 10, timedelta(minutes=15))
# Of all clients for one address, so that many of them cannot guess at one account for ever.
LOGIN_FAILURES_BY_ADDRESS = Limit("login:address", 100, timedelta(hours=1))
# Of a browser that has logged in as this user before. The other limits do not hold it up.
LOGIN_FAILURES_BY_DEVICE = Limit("login:device", 10, timedelta(minutes=15))


@blueprint.get("/login")
@public
def login() -> Any:
    if is_logged_in():
        return redirect(after_login(), 303)
    return render_template("auth/login.html", form=LoginForm(formdata=None))


@blueprint.post("/login")
@public
def log_in() -> Any:
    if not device_cookie.is_sent():
        LOGIN_FAILURES_BY_CLIENT.check(client())  # before anything is parsed
    form = LoginForm()
    if not form.validate():
        return render_template("auth/login.html", form=form), 422
    email, password = form.email.data, form.password.data
    attempt = _attempt(email)
    attempt.spend()

    with reading():
        user = User.by_email(email)
    known_hash = user.password_hash if user else None
    # Without a transaction: 24 ms in which nobody else has to wait.
    if not passwords.verify(known_hash, password):
        account = user.subject if user else None
        record("login.failed", account, actor=email)
        db.session.commit()
        security_events.report("login.failed", _reason(user), account)
        form.password.errors = ["This e-mail address and password do not belong together."]
        return render_template("auth/login.html", form=form), 422
    outdated = passwords.needs_rehash(known_hash or "", password)
    new_hash = passwords.hash(password) if outdated else None

    # In the meantime somebody may have changed the password, or suspended or deleted the user.
    user = User.by_email(email, lock=True)
    if user is None or user.password_hash != known_hash:
        return redirect(url_for("auth.login"), 303)
    if user.suspended_at:
        security_events.report("login.failed", "suspended", user.subject)
        form.email.errors = ["This account is suspended."]
        return render_template("auth/login.html", form=form), 422
    if new_hash:
        user.password_hash = new_hash
    answer = admit(user, remembered=form.remember.data)
    db.session.commit()
    attempt.refund()
    return answer


def _attempt(email: str) -> Attempt:
    everyone = [
        *LOGIN_FAILURES_BY_CLIENT.counters(client()),
        *LOGIN_FAILURES.counters(email, client()),
        *LOGIN_FAILURES_BY_ADDRESS.counters(email),
    ]
    if device := device_cookie.recognize_email(email):
        return Attempt(LOGIN_FAILURES_BY_DEVICE.counters(device), also=everyone)
    return Attempt(everyone)


def _reason(user: User | None) -> str:
    if user is None:
        return "unknown_address"
    return "wrong_password" if user.password_hash else "no_password"


def forget_failures(user: UserMixin) -> None:
    """Let a user log in who has shown that the account is theirs, whoever failed to before."""
    for limit in (LOGIN_FAILURES, LOGIN_FAILURES_BY_ADDRESS):
        limit.clear(user.email)
    # Others on their network may have used up its tries. Where there is a second factor, whoever
    # reads the mail is not yet known to be the owner.
    if not user.has_second_factor:
        device_cookie.give(user)


def admit(user: User, *, remembered: bool, next: str | None = None) -> ResponseReturnValue:
    """Sign in somebody who showed a first factor, or ask for the second where they have one."""
    if not user.has_second_factor:
        log_in_user(user, remembered=remembered)
        return redirect(after_login(next), 303)
    begin_login()
    session["challenge"] = Token.issue(user, CHALLENGE)
    session["remembered"] = remembered
    next = local_path(next or request.args.get("next"))
    return redirect(url_for("auth.second_factor", next=next), 303)


@blueprint.post("/logout")
@public
def logout() -> Any:
    log_out_user()
    db.session.commit()
    response = redirect(f"{site_root()}/", 303)
    # Not "cookies": the session's is deleted above, and the other one is to stay. Under a path,
    # other sites share the storage.
    response.headers["Clear-Site-Data"] = '"cache"' if site_root() else '"cache", "storage"'
    return response
