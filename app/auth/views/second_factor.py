"""The second factor, after a password, an emailed link, or a provider."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.auth.forms import CodeForm
from app.auth.views import blueprint
from carafe.auth import UserMixin, accounts, is_logged_in, public, redirect_target, two_factor
from carafe.database import read_transaction
from carafe.web import safe_redirect_path


@blueprint.get("/second-factor")
@public
def second_factor() -> ResponseReturnValue:
    if is_logged_in():
        return redirect(redirect_target(), 303)
    return render_challenge(accounts.challenged_user(), CodeForm(formdata=None))


@blueprint.post("/second-factor")
@public
def pass_with_code() -> ResponseReturnValue:
    user = accounts.challenged_user()
    form = CodeForm()
    if form.validate():
        try:
            accounts.log_in_with_code(user, form.code.data)
            return redirect(redirect_target(), 303)
        except accounts.FieldError as error:
            error.add_to(form)
    return render_challenge(user, form), 422


def render_challenge(
    user: UserMixin, form: CodeForm, refused: accounts.PasskeyError | None = None
) -> str:
    """Render the page that asks for the second factor."""
    with read_transaction():
        ways = two_factor.factors_of(user.id)
        return render_template(
            "auth/second_factor.html", user=user, form=form, ways=ways, refused=refused
        )


@blueprint.errorhandler(accounts.LoginExpiredError)
def restart_login(error: accounts.LoginExpiredError) -> ResponseReturnValue:
    if session:  # without a cookie there was no login to expire, and none should be set
        flash("Your login timed out. Log in again.", "info")
    return redirect(url_for("auth.login", next=safe_redirect_path(request.args.get("next"))), 303)
