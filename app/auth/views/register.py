"""Sign up."""

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from app.auth.forms import RegisterForm
from app.auth.views import blueprint
from carafe.auth import accounts, is_logged_in, public, redirect_target
from carafe.web import ConditionalRoutes

# If sign-up is by invitation, the page exists too, and says so.
pages = ConditionalRoutes(blueprint, "REGISTRATION", "open", "invitation")
forms = ConditionalRoutes(blueprint, "REGISTRATION", "open")


@pages.get("/register")
@public
def register() -> ResponseReturnValue:
    if is_logged_in():
        return redirect(redirect_target(), 303)
    return render_template("auth/register.html", form=RegisterForm(formdata=None))


@forms.post("/register")
@public
@accounts.limit_registrations
def create_account() -> ResponseReturnValue:
    form = RegisterForm()
    if not form.validate():
        return render_template("auth/register.html", form=form), 422
    email = form.email.data
    accounts.register(email, form.password.data, name=form.name.data or "")
    session["registered_email"] = email  # until the next page shows it
    return redirect(url_for("auth.confirm"), 303)
