"""Set a new password with a link from an email."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.auth.forms import EmailForm, NewPasswordForm
from app.auth.views import blueprint
from carafe.auth import accounts, public


@blueprint.get("/reset")
@public
def reset() -> ResponseReturnValue:
    return render_template("auth/reset.html", form=EmailForm(formdata=None))


@blueprint.post("/reset")
@public
@accounts.limit_reset_requests
def send_reset() -> ResponseReturnValue:
    form = EmailForm()
    if not form.validate():
        return render_template("auth/reset.html", form=form), 422
    accounts.request_reset(form.email.data)
    flash(f"If {form.email.data} has an account, we've sent a link.", "info")
    return redirect(url_for("auth.reset"), 303)


@blueprint.get("/reset/<token>")
@public
def reset_token(token: str) -> ResponseReturnValue:
    accounts.email_of_reset(token)  # raises InvalidLinkError for a link that doesn't work
    return render_template("auth/reset_token.html", form=NewPasswordForm(formdata=None))


@blueprint.post("/reset/<token>")
@public
def set_password(token: str) -> ResponseReturnValue:
    form = NewPasswordForm()
    form.password.email = accounts.email_of_reset(token)
    if not form.validate():
        return render_template("auth/reset_token.html", form=form), 422
    accounts.reset_password(token, form.password.data)
    flash("Password changed. Log in with the new one.", "success")
    return redirect(url_for("auth.login"), 303)
