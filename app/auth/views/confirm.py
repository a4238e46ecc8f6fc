"""Confirm an email address."""

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from app.auth.forms import AcceptInvitationForm, EmailForm
from app.auth.views import blueprint
from carafe.auth import (
    accounts,
    current_user,
    is_logged_in,
    public,
    redirect_target,
    redirect_to_step,
)


@blueprint.get("/confirm")
@public
def confirm() -> ResponseReturnValue:
    """Show how to confirm an address, with a form that sends the email again."""
    if is_logged_in() and current_user.confirmed_at:
        return redirect(redirect_target(), 303)
    email = session.pop("registered_email", None)
    if is_logged_in():
        email = current_user.email
    form = EmailForm(formdata=None, email=email)
    return render_template("auth/confirm.html", form=form, sent_to=email)


@blueprint.post("/confirm")
@public
@accounts.limit_confirmation_requests
def resend() -> ResponseReturnValue:
    form = EmailForm()
    if not form.validate():
        return render_template("auth/confirm.html", form=form), 422
    accounts.request_confirmation(form.email.data)
    flash(f"If {form.email.data} still needs to be confirmed, we've sent a new link.", "info")
    return redirect(url_for("auth.confirm"), 303)


@blueprint.get("/confirm/<token>")
@public
def confirm_token(token: str) -> ResponseReturnValue:
    """Show a button, because programs that scan links in emails must not confirm anything."""
    return _page(accounts.pending_confirmation(token), AcceptInvitationForm(formdata=None))


@blueprint.post("/confirm/<token>")
@public
def confirm_address(token: str) -> ResponseReturnValue:
    pending = accounts.pending_confirmation(token)
    if pending.needs_password:
        form = AcceptInvitationForm()
        form.password.email = pending.email
        if not form.validate():
            return _page(pending, form), 422
        accounts.confirm_email_with_password(token, form.password.data, name=form.name.data or "")
        flash("Email address confirmed. Log in with your new password.", "success")
        return redirect(redirect_target(), 303)
    step = accounts.confirm_email(token)
    flash("Email address confirmed", "success")
    return redirect_to_step(step)


def _page(pending: accounts.PendingConfirmation, form: AcceptInvitationForm) -> str:
    return render_template("auth/confirm_token.html", pending=pending, form=form)
