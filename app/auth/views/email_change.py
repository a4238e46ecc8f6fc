"""Change the e-mail address, or undo that, with a link from a mail."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_login import current_user

from app.auth import email_change
from app.auth.identity import is_logged_in
from app.auth.models import Token
from app.auth.models.token import EMAIL_CHANGE, EMAIL_UNDO, RESET
from app.auth.models.user_mixin import EmailTakenError
from app.auth.sessions import log_out_user
from app.auth.views import after_login, blueprint, invalid_link
from app.core.database import db
from app.core.routing import public
from app.core.urls import current_path


@blueprint.get("/email/<token>")
@public
def new_email(token: str) -> Any:
    """A button: programs that check the links in mails must not change anything."""
    email = email_change.target(token, EMAIL_CHANGE)
    if email is None:
        return invalid_link()
    if response := _refuse_others(token):
        return response
    return render_template("auth/new_email.html", email=email)


@blueprint.post("/email/<token>")
@public
def change_email(token: str) -> Any:
    if response := _refuse_others(token):
        return response
    try:
        user = email_change.carry_out(token)
    except EmailTakenError:
        user = None
    db.session.commit()
    if user is None:
        return invalid_link()
    flash(f"Your address is changed. From now on, log in as {user.email}.", "success")
    return redirect(after_login(), 303)


def _refuse_others(token: str) -> Any:
    """Return what a browser gets that is not logged in as the user who asked for the change.

    The reader of the mail may own the address without having asked for anything: to them the
    button would give the account of somebody else, who knows its password and its factors.
    """
    user_id = email_change.requester(token)
    if user_id is None:
        return None
    if not is_logged_in():
        return redirect(url_for("auth.login", next=current_path()), 303)
    if current_user.id != user_id:
        abort(
            403,
            "This link belongs to another account. Log out, log in to the account whose address "
            "you are changing, and open the link again.",
        )
    return None


@blueprint.get("/email/undo/<token>")
@public
def old_email(token: str) -> Any:
    email = email_change.target(token, EMAIL_UNDO)
    if email is None:
        return invalid_link()
    return render_template("auth/old_email.html", email=email)


@blueprint.post("/email/undo/<token>")
@public
def restore_email(token: str) -> Any:
    try:
        user = email_change.undo(token)
    except EmailTakenError:
        # Whoever has this link reads the mail of that address, so it may be said.
        abort(409, "By now this address has another account. Delete that, then use the link again.")
    if user is None:
        db.session.commit()
        return invalid_link()
    # The link shows what a reset link shows: who reads the mail.
    reset = Token.issue(user, RESET)
    log_out_user()
    db.session.commit()
    flash(f"{user.email} is the address of your account again. Now set a new password.", "success")
    return redirect(url_for("auth.reset_token", token=reset), 303)
