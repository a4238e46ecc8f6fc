"""API tokens, with which programs act for the user."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.account.forms import TokenForm
from app.account.views import blueprint
from carafe.auth import (
    accounts,
    confirmed_required,
    effect,
    fresh_login_required,
    login_required,
    no_impersonation,
)
from carafe.web import ConditionalRoutes

routes = ConditionalRoutes(blueprint, "API")


@routes.get("/tokens")
@login_required
@no_impersonation
def tokens() -> ResponseReturnValue:
    return render_page(TokenForm())


@routes.post("/tokens")
@confirmed_required
@fresh_login_required
@effect("an API token will be created")
def create_token() -> ResponseReturnValue:
    form = TokenForm()
    if not form.validate():
        return render_page(form), 422
    try:
        token, text = accounts.create_api_token(
            form.name.data, form.scopes.data, days=form.days.data, networks=form.networks.data
        )
    except accounts.TooManyTokensError as refusal:
        form.form_errors = [refusal.description]
        return render_page(form), 422
    # The response to the POST: a redirect would require storing the token in readable form.
    return render_template("account/token.html", token=token, text=text)


def render_page(form: TokenForm) -> str:
    return render_template("account/tokens.html", form=form, tokens=accounts.list_api_tokens())


@routes.post("/tokens/<int:id>/delete")
@fresh_login_required
@effect("this API token will be revoked")
def revoke_token(id: int) -> ResponseReturnValue:
    accounts.revoke_api_token(id)
    flash("Token revoked", "success")
    return redirect(url_for("account.tokens"), 303)
