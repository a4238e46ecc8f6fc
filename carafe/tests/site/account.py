"""The first page, and pages for users: their name and their password."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from carafe.auth import accounts
from carafe.auth.marks import login_required
from carafe.auth.reauthentication import require_fresh_login
from carafe.database import db
from carafe.tests.site.forms import NameForm, NewPasswordForm, PasswordForm
from carafe.web.routing import effect, public

blueprint = Blueprint("account", __name__)


@blueprint.get("/")
@public
def index() -> ResponseReturnValue:
    return render_template("base.html", title="Welcome")


@blueprint.get("/dashboard")
@login_required
def dashboard() -> ResponseReturnValue:
    return render_template("base.html", title=f"Hello, {current_user.display_name}")


@blueprint.get("/members")
@login_required
def members() -> ResponseReturnValue:
    form = NameForm(formdata=None, name=current_user.name)
    title = f"Hello, {current_user.display_name} ({current_user.email})"
    return render_template("members.html", title=title, form=form)


@blueprint.post("/members")
@login_required
def rename() -> ResponseReturnValue:
    form = NameForm()
    if not form.validate():
        return render_template("members.html", title="Name", form=form), 422
    current_user.user.rename(form.name.data)
    db.session.commit()
    return redirect(url_for("account.members"), 303)


@blueprint.get("/account/password")
@login_required
def password() -> ResponseReturnValue:
    if accounts.has_password():
        return render_template("form.html", title="Password", form=PasswordForm(formdata=None))
    if not current_user.is_fresh:
        return require_fresh_login()
    return render_template("form.html", title="Password", form=NewPasswordForm(formdata=None))


@blueprint.post("/account/password")
@login_required
@effect("your password will be changed")
def change_password() -> ResponseReturnValue:
    is_first = not accounts.has_password()
    if is_first and not current_user.is_fresh:
        return require_fresh_login()
    form = NewPasswordForm() if is_first else PasswordForm()
    form.password.email = current_user.email
    if form.validate():
        try:
            if isinstance(form, PasswordForm):
                accounts.change_password(form.current_password.data, form.password.data)
            else:
                accounts.set_first_password(form.password.data)
            return redirect(url_for("account.members"), 303)
        except accounts.FieldError as error:
            error.add_to(form)
    return render_template("form.html", title="Password", form=form), 422
