"""The second factor: what follows the first, whichever that was."""

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for

from app.auth import second_factors
from app.auth.forms import CodeForm
from app.auth.identity import is_logged_in
from app.auth.models.token import CHALLENGE
from app.auth.models.totp import CodeError
from app.auth.models.user import User
from app.auth.sessions import log_in_user
from app.auth.views import after_login, blueprint
from app.core.database import db, reading
from app.core.routing import public
from app.core.urls import local_path


@blueprint.get("/second-factor")
@public
def second_factor() -> Any:
    if is_logged_in():
        return redirect(after_login(), 303)
    user = challenged()
    return challenge(user) if user else log_in_again()


@blueprint.post("/second-factor")
@public
def pass_with_code() -> Any:
    with reading():
        user = challenged()
    if user is None:
        return log_in_again()
    form = CodeForm()
    if not form.validate():
        return challenge(user, form), 422
    attempt = second_factors.spend_attempt(user)

    user = challenged(lock=True)
    if user is None:
        return log_in_again()
    try:
        second_factors.use_code(user, form.code.data)
    except CodeError as error:
        db.session.commit()
        form.code.errors = [str(error)]
        return challenge(user, form), 422
    answer = let_in()
    db.session.commit()
    attempt.refund()
    return answer


def challenged(*, lock: bool = False) -> User | None:
    """Who has shown a first factor in this browser, and nothing has changed since.

    `lock` holds off changes, and others with the same challenge, until this transaction ends.
    """
    token = session.get("challenge", "")
    user = User.by_token(token, CHALLENGE)
    if user and lock:
        user.lock()
        user = User.by_token(token, CHALLENGE)  # while we waited it may have been used
    return user


def challenge(user: User, form: CodeForm | None = None, **context: Any) -> str:
    """The page that asks for the second factor."""
    form = form or CodeForm(formdata=None)
    with reading():
        ways = second_factors.of(user.id)
        return render_template(
            "auth/second_factor.html", user=user, form=form, ways=ways, **context
        )


def let_in() -> Any:
    """Sign in whoever has passed the challenge, which is used up; commit after it."""
    user = User.consume_token(session.get("challenge", ""), CHALLENGE)
    if user is None:
        return log_in_again()
    log_in_user(user, remembered=session.get("remembered", False))
    return redirect(after_login(), 303)


def log_in_again() -> Any:
    session.pop("challenge", None)
    if session:  # whoever has no cookie never began, and does not get one for that
        flash("That took too long, or your account has changed. Please log in again.", "info")
    return redirect(url_for("auth.login", next=local_path(request.args.get("next"))), 303)
