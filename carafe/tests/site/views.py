"""The pages that the engine links to, as small as they can be."""

from functools import partial

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from carafe.auth import accounts, impersonation, interrupted_forms
from carafe.auth.identity import is_anonymous, is_logged_in
from carafe.auth.marks import allow_without_two_factor, login_required
from carafe.auth.redirects import redirect_target, redirect_to_step
from carafe.auth.sessions import set_session_token
from carafe.database import db
from carafe.tests.site import forms
from carafe.web import menus
from carafe.web.forms import Form
from carafe.web.routing import public
from carafe.web.urls import current_path, return_path, safe_redirect_path, site_root

blueprint = Blueprint("auth", __name__, url_prefix="/auth")

PAGES = {
    "confirm": "auth.confirm",
    "confirm_link": "auth.confirm_link",
    "data_export": "data.export",
    "email_change": "auth.email_change",
    "email_undo": "auth.email_undo",
    "end_impersonation": "auth.end_impersonation",
    "interrupted_form": "auth.interrupted",
    "invitation": "auth.invitation",
    "login": "auth.login",
    "logout": "auth.logout",
    "magic_link": "auth.magic_link",
    "provider_callback": "auth.return_from_provider",
    "reauthenticate": "auth.reauthenticate",
    "reset": "auth.reset",
    "reset_link": "auth.reset_link",
    "second_factor": "auth.second_factor",
}


def add_navigation(app: Flask) -> None:
    menus.add(app, "visitor", "Log in", "auth.login", visible=is_anonymous)
    menus.add(app, "visitor", "Sign up", "auth.register", visible=is_anonymous)
    menus.add(app, "account", "Log out", "auth.logout", icon="log-out", method="post", at_end=True)
    menus.add(app, "main", "Dashboard", "account.dashboard", icon="home", visible=is_logged_in)


def form_page(
    title: str, form: Form | None = None, status: int = 200, **context: object
) -> ResponseReturnValue:
    return render_template("form.html", title=title, form=form, **context), status


def passkey_url(endpoint: str) -> str | None:
    if not current_app.config["PASSKEYS"]:
        return None
    return url_for(endpoint, next=request.args.get("next"))


def login_page(title: str, form: Form, status: int = 200, **context: object) -> ResponseReturnValue:
    return render_template("login.html", title=title, form=form, **context), status


@blueprint.errorhandler(accounts.InvalidLinkError)
def invalid_link(error: accounts.InvalidLinkError) -> ResponseReturnValue:
    return render_template("error.html", title="Invalid link", message="It doesn't work."), 404


@blueprint.errorhandler(accounts.OtherUserError)
def other_user(error: accounts.OtherUserError) -> ResponseReturnValue:
    return form_page("You are logged in as someone else", None, 409)


@blueprint.errorhandler(accounts.EmailTakenError)
@blueprint.errorhandler(accounts.LoginExpiredError)
def restart_login(error: accounts.LoginExpiredError) -> ResponseReturnValue:
    next = safe_redirect_path(request.args.get("next"))
    return redirect(url_for("auth.login", next=next), 303)


@blueprint.errorhandler(accounts.LoginRequiredError)
def log_in_first(error: accounts.LoginRequiredError) -> ResponseReturnValue:
    return redirect(url_for("auth.login", next=current_path()), 303)


@blueprint.get("/login")
@public
def login() -> ResponseReturnValue:
    if is_logged_in():
        return redirect(redirect_target(), 303)
    passkey = passkey_url("auth.log_in_with_passkey")
    return login_page("Log in", forms.LoginForm(formdata=None), passkey=passkey)


@blueprint.post("/login")
@public
@accounts.limit_logins
def log_in() -> ResponseReturnValue:
    form = forms.LoginForm()
    if form.validate():
        email, password = form.email.data, form.password.data
        try:
            return redirect_to_step(
                accounts.authenticate(email, password, remember=form.remember.data)
            )
        except accounts.FieldError as error:
            error.add_to(form)
    return login_page("Log in", form, 422)


@blueprint.post("/logout")
@public
def logout() -> ResponseReturnValue:
    accounts.log_out()
    return redirect(f"{site_root()}/", 303)


@blueprint.get("/register")
@public
def register() -> ResponseReturnValue:
    if is_logged_in():
        return redirect(redirect_target(), 303)
    return login_page("Sign up", forms.RegisterForm(formdata=None))


@blueprint.post("/register")
@public
@accounts.limit_registrations
def create_account() -> ResponseReturnValue:
    form = forms.RegisterForm()
    if not form.validate():
        return form_page("Sign up", form, 422)
    accounts.register(form.email.data, form.password.data, name=form.name.data or "")
    flash(f"We have sent a mail to {form.email.data}.", "success")
    return redirect(url_for("auth.confirm"), 303)


@blueprint.get("/confirm")
@public
def confirm() -> ResponseReturnValue:
    return form_page("Confirm your email address", forms.EmailForm(formdata=None))


@blueprint.post("/confirm")
@public
@accounts.limit_confirmation_requests
def resend() -> ResponseReturnValue:
    form = forms.EmailForm()
    if not form.validate():
        return form_page("Confirm your email address", form, 422)
    accounts.request_confirmation(form.email.data)
    return redirect(url_for("auth.confirm"), 303)


@blueprint.get("/confirm/<token>")
@public
def confirm_link(token: str) -> ResponseReturnValue:
    pending = accounts.pending_confirmation(token)
    return form_page(
        "Confirm", forms.AccountForm(formdata=None) if pending.needs_password else None
    )


@blueprint.post("/confirm/<token>")
@public
def confirm_address(token: str) -> ResponseReturnValue:
    pending = accounts.pending_confirmation(token)
    if pending.needs_password:
        form = forms.AccountForm()
        form.password.email = pending.email
        if not form.validate():
            return form_page("Confirm", form, 422)
        accounts.confirm_email_with_password(token, form.password.data, name=form.name.data or "")
        return redirect(redirect_target(), 303)
    return redirect_to_step(accounts.confirm_email(token))


@blueprint.get("/reset")
@public
def reset() -> ResponseReturnValue:
    return form_page("Set a new password", forms.EmailForm(formdata=None))


@blueprint.post("/reset")
@public
@accounts.limit_reset_requests
def send_reset() -> ResponseReturnValue:
    form = forms.EmailForm()
    if not form.validate():
        return form_page("Set a new password", form, 422)
    accounts.request_reset(form.email.data)
    return redirect(url_for("auth.reset"), 303)


@blueprint.get("/reset/<token>")
@public
def reset_link(token: str) -> ResponseReturnValue:
    accounts.email_of_reset(token)
    return form_page("Set a new password", forms.NewPasswordForm(formdata=None))


@blueprint.post("/reset/<token>")
@public
def set_password(token: str) -> ResponseReturnValue:
    form = forms.NewPasswordForm()
    form.password.email = accounts.email_of_reset(token)
    if not form.validate():
        return form_page("Set a new password", form, 422)
    accounts.reset_password(token, form.password.data)
    return redirect(url_for("auth.login"), 303)


@blueprint.get("/second-factor")
@public
def second_factor() -> ResponseReturnValue:
    if is_logged_in():
        return redirect(redirect_target(), 303)
    accounts.challenged_user()
    passkey = passkey_url("auth.pass_with_passkey")
    return form_page("Two-factor authentication", forms.CodeForm(formdata=None), passkey=passkey)


@blueprint.post("/second-factor")
@public
def pass_with_code() -> ResponseReturnValue:
    user, form = accounts.challenged_user(), forms.CodeForm()
    if form.validate():
        try:
            accounts.log_in_with_code(user, form.code.data)
            return redirect(redirect_target(), 303)
        except accounts.FieldError as error:
            error.add_to(form)
    return form_page("Two-factor authentication", form, 422)


@blueprint.get("/reauthenticate")
@login_required
@allow_without_two_factor
def reauthenticate() -> ResponseReturnValue:
    passkey = passkey_url("auth.prove_with_passkey")
    return proof_page(forms.ProofForm(formdata=None), passkey=passkey)


@blueprint.post("/reauthenticate")
@login_required
@allow_without_two_factor
def prove() -> ResponseReturnValue:
    form, next = forms.ProofForm(), request.args.get("next")
    if form.validate():
        try:
            if form.code.data:
                return redirect_to_step(accounts.prove_with_code(form.code.data, next))
            return redirect_to_step(accounts.prove_with_password(form.password.data, next))
        except accounts.FieldError as error:
            error.add_to(form)
    return proof_page(form, 422)


def proof_page(form: Form, status: int = 200, **context: object) -> ResponseReturnValue:
    context["interrupted"] = interrupted_forms.find_by_page(request.args.get("next"))
    return login_page("Confirm it's you", form, status, **context)


@blueprint.get("/reauthenticate/form/<token>")
@login_required
@allow_without_two_factor
def interrupted(token: str) -> ResponseReturnValue:
    form = interrupted_forms.find(token)
    if form is None:
        flash(interrupted_forms.GONE)
        return redirect(redirect_target(), 303)
    if not form.may_continue:
        return redirect(url_for("auth.reauthenticate", next=return_path()), 303)
    return render_template("interrupted.html", form=form)


@blueprint.get("/invitation/<token>")
@public
def invitation(token: str) -> ResponseReturnValue:
    accounts.find_invitation(token)
    return form_page("Welcome", forms.AccountForm(formdata=None))


@blueprint.post("/invitation/<token>")
@public
def accept_invitation(token: str) -> ResponseReturnValue:
    invitation, form = accounts.find_invitation(token), forms.AccountForm()
    form.password.email = invitation.email
    if not form.validate():
        return form_page("Welcome", form, 422)
    accept = partial(accounts.accept_invitation, invitation, token, form.password.data)
    try:
        accept(switch_from=request.form.get("switch"), name=form.name.data or "")
    except accounts.EmailTakenError:
        return redirect(url_for("auth.login"), 303)
    return redirect(redirect_target(), 303)


@blueprint.get("/email/<token>")
@public
def email_change(token: str) -> ResponseReturnValue:
    return form_page(accounts.email_of_change(token))


@blueprint.post("/email/<token>")
@public
def change_email(token: str) -> ResponseReturnValue:
    accounts.change_email(token)
    return redirect(redirect_target(), 303)


@blueprint.get("/email/undo/<token>")
@public
def email_undo(token: str) -> ResponseReturnValue:
    return form_page(accounts.email_of_undo(token))


@blueprint.post("/email/undo/<token>")
@public
def restore_email(token: str) -> ResponseReturnValue:
    try:
        _, reset = accounts.undo_email_change(token)
    except accounts.EmailTakenError:
        abort(409)
    return redirect(url_for("auth.reset_link", token=reset), 303)


@blueprint.post("/impersonation/delete")
@login_required
def end_impersonation() -> ResponseReturnValue:
    back = None
    if current_user.impersonator:
        token, back = impersonation.stop("back")
        db.session.commit()
        set_session_token(token, clear=True)
    return redirect(back or redirect_target(), 303)
