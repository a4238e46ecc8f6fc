"""Confirm that it is you: a recent proof of identity for what needs one."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, select

from app.auth import interrupted_forms, reauthentication, second_factors
from app.auth.forms import ReauthenticateForm
from app.auth.marks import allow_without_two_factor, login_required
from app.auth.models import RecoveryCode, Session, Totp
from app.auth.models.totp import CodeError
from app.auth.models.user import User
from app.auth.sessions import set_session_token
from app.auth.views import after_login, blueprint
from app.core.database import db, reading
from app.core.urls import wanted


@blueprint.get("/reauthenticate")
@login_required
@allow_without_two_factor
def reauthenticate() -> Any:
    return ask(ReauthenticateForm(formdata=None))


@blueprint.post("/reauthenticate")
@login_required
@allow_without_two_factor
def prove() -> Any:
    """With the password or a code, whichever was filled in."""
    form = ReauthenticateForm()
    if not form.validate():
        return ask(form), 422
    if form.code.data:
        return _prove_with_code(form)
    if not reauthentication.verify_password(form.password.data):
        form.password.errors = ["This is not your password."]
        return ask(form), 422
    return proved("password")


def _prove_with_code(form: ReauthenticateForm) -> Any:
    with reading():
        user = current_user.user
    attempt = second_factors.spend_attempt(user)
    user = current_user.user
    try:
        method = second_factors.use_code(user, form.code.data)
    except CodeError as error:
        db.session.commit()
        form.code.errors = [str(error)]
        return ask(form), 422
    answer = proved(method)
    attempt.refund()
    return answer


def ask(form: ReauthenticateForm, **context: Any) -> str:
    """The page that asks for a proof, with the ways that this user has."""
    has_app, has_codes = (
        select(model.user_id).where(model.user_id == current_user.id).exists()
        for model in (Totp, RecoveryCode)
    )
    with reading():
        ways = db.session.execute(
            select(
                func.length(User.password_hash).label("password"),
                has_app.label("app"),
                has_codes.label("codes"),
            ).where(User.id == current_user.id)
        ).first()
        interrupted = interrupted_forms.find_by_page(request.args.get("next"))
        return render_template(
            "auth/reauthenticate.html", form=form, ways=ways, interrupted=interrupted, **context
        )


def proved(method: str, next: str | None = None) -> Any:
    """Note the proof, and lead on to what it was asked for."""
    session = db.session.get(Session, current_user.session_id)
    if session is None:  # ended meanwhile
        return redirect(url_for("auth.login"), 303)
    set_session_token(session.prove(method))
    next = after_login(next)
    interrupted_forms.release(next)
    db.session.commit()
    return redirect(next, 303)


@blueprint.get("/reauthenticate/form/<token>")
@login_required
@allow_without_two_factor
def interrupted(token: str) -> Any:
    """Send the form again that was sent before the proof, by one click or a script."""
    form = interrupted_forms.find(token)
    if form is None:
        flash(interrupted_forms.GONE, "info")
        return redirect(after_login(), 303)
    if not form.may_continue:
        return redirect(url_for("auth.reauthenticate", next=wanted()), 303)
    return render_template("auth/interrupted.html", form=form)
