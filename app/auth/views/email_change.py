"""Change the email address, or undo the change, with a link from an email."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.auth.views import blueprint
from carafe.auth import accounts, public, redirect_target
from carafe.web import current_path


@blueprint.get("/email/<token>")
@public
def new_email(token: str) -> ResponseReturnValue:
    """Show a button, because programs that scan links in emails must not change anything."""
    return render_template("auth/new_email.html", email=accounts.email_of_change(token))


@blueprint.post("/email/<token>")
@public
def change_email(token: str) -> ResponseReturnValue:
    email = accounts.change_email(token)
    flash(f"Email address changed. Use {email} to log in.", "success")
    return redirect(redirect_target(), 303)


@blueprint.errorhandler(accounts.LoginRequiredError)
def log_in_first(error: accounts.LoginRequiredError) -> ResponseReturnValue:
    return redirect(url_for("auth.login", next=current_path()), 303)


@blueprint.get("/email/undo/<token>")
@public
def old_email(token: str) -> ResponseReturnValue:
    return render_template("auth/old_email.html", email=accounts.email_of_undo(token))


@blueprint.post("/email/undo/<token>")
@public
def restore_email(token: str) -> ResponseReturnValue:
    try:
        email, reset = accounts.undo_email_change(token)
    except accounts.EmailTakenError:
        # Safe to reveal: anyone who has this link can read the email sent to that address.
        abort(
            409,
            "Another account now uses this address. Delete that account first, then click the "
            "link again.",
        )
    flash(f"{email} is your email address again. Set a new password now.", "success")
    return redirect(url_for("auth.reset_token", token=reset), 303)
