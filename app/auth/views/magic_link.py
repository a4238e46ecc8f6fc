"""Log in with a link from an email, if `MAGIC_LINK` is on."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.forms import EmailForm, RememberForm
from app.auth.views import blueprint
from carafe.auth import accounts, is_logged_in, public, redirect_target, redirect_to_step
from carafe.web import ConditionalRoutes

routes = ConditionalRoutes(blueprint, "MAGIC_LINK")


@routes.get("/magic-link")
@public
def magic_link() -> ResponseReturnValue:
    if is_logged_in():
        return redirect(redirect_target(), 303)
    return render_template("auth/magic_link.html", form=EmailForm(formdata=None))


@routes.post("/magic-link")
@public
@accounts.limit_magic_link_requests
def send_magic_link() -> ResponseReturnValue:
    form = EmailForm()
    if not form.validate():
        return render_template("auth/magic_link.html", form=form), 422
    accounts.request_magic_link(form.email.data)
    flash(f"If {form.email.data} has an account, we've sent a login link.", "info")
    return redirect(url_for("auth.magic_link"), 303)


@routes.get("/magic-link/<token>")
@public
def use_magic_link(token: str) -> ResponseReturnValue:
    """Show a button, because programs that scan links in emails must not use it up or log in."""
    return _page(token)


@routes.post("/magic-link/<token>")
@public
def log_in_with_link(token: str) -> ResponseReturnValue:
    try:
        login = accounts.log_in_with_magic_link(
            token, remember=RememberForm().remember.data, switch_from=request.form.get("switch")
        )
    except accounts.OtherUserError:
        return _page(token), 409
    if login.confirmed:  # flashed only now, because logging in starts an empty session
        flash("Email address confirmed. You can set a password if you want one.", "success")
    return redirect_to_step(login.step)


def _page(token: str) -> str:
    user, form = accounts.user_of_magic_link(token), RememberForm(formdata=None)
    return render_template("auth/magic_link_token.html", user=user, form=form)
