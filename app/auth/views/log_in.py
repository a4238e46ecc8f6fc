"""Log in and log out."""

from flask import redirect, render_template
from flask.typing import ResponseReturnValue

from app.auth.forms import LoginForm
from app.auth.views import blueprint
from carafe.auth import (
    accounts,
    is_logged_in,
    public,
    redirect_target,
    redirect_to_step,
    same_for_visitors,
)
from carafe.web import site_root


@blueprint.get("/login")
@public
@same_for_visitors
def login() -> ResponseReturnValue:
    if is_logged_in():
        return redirect(redirect_target(), 303)
    return render_template("auth/login.html", form=LoginForm(formdata=None))


@blueprint.post("/login")
@public
@accounts.limit_logins
def log_in() -> ResponseReturnValue:
    form = LoginForm()
    if form.validate():
        try:
            return redirect_to_step(
                accounts.authenticate(
                    form.email.data, form.password.data, remember=form.remember.data
                )
            )
        except accounts.FieldError as error:
            error.add_to(form)
    return render_template("auth/login.html", form=form), 422


@blueprint.post("/logout")
@public
def logout() -> ResponseReturnValue:
    accounts.log_out()
    return redirect(f"{site_root()}/", 303)
