"""The way to providers and back, and the accounts there that are connected."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from carafe.auth import accounts, providers
from carafe.auth.identity import is_logged_in
from carafe.auth.marks import (
    allow_without_two_factor,
    confirmed_required,
    fresh_login_required,
    login_required,
)
from carafe.auth.redirects import redirect_target, redirect_to_step
from carafe.tests.site.account import blueprint as account
from carafe.tests.site.views import blueprint
from carafe.web.routing import ConditionalRoutes, effect, public
from carafe.web.urls import safe_redirect_path

routes = ConditionalRoutes(blueprint, "OAUTH_PROVIDERS")
account_routes = ConditionalRoutes(account, "OAUTH_PROVIDERS")

STATUSES = {
    accounts.Arrival.SESSION_ENDED: 400,
    accounts.Arrival.NO_ADDRESS: 422,
    accounts.Arrival.ADDRESS_TAKEN: 409,
    accounts.Arrival.NOT_INVITED: 403,
}


@routes.post("/oauth/<provider>")
@public
def leave_for_provider(provider: str) -> ResponseReturnValue:
    if is_logged_in():
        next = safe_redirect_path(request.args.get("next"))
        return redirect(url_for("auth.connect_provider", provider=provider, next=next), 307)
    return _leave(provider, accounts.log_in_at)


@routes.post("/oauth/<provider>/connection")
@confirmed_required
@fresh_login_required
@effect("an account of this site will be connected")
def connect_provider(provider: str) -> ResponseReturnValue:
    return _leave(provider, accounts.connect_at)


@routes.post("/reauthenticate/<provider>")
@login_required
@allow_without_two_factor
def prove_with_provider(provider: str) -> ResponseReturnValue:
    return _leave(provider, accounts.prove_at)


def _leave(provider: str, begin: Callable[[providers.Provider], str]) -> ResponseReturnValue:
    try:
        url = begin(providers.find(provider))
    except accounts.ProviderError as error:
        return _failed(error)
    page = render_template("leave.html", title="On to the provider", url=url)
    return page, {"Cache-Control": "no-store"}


@routes.get("/oauth/<provider>/callback")
@public
def return_from_provider(provider: str) -> ResponseReturnValue:
    site = providers.find(provider)
    journey = accounts.resume_journey(site)
    if journey is None:
        return _failed()
    try:
        result = accounts.return_from(site, journey).result
    except accounts.CanceledError:
        flash("canceled")
        return redirect(_page_before(journey), 303)
    except accounts.ProviderError as error:
        return _failed(error)
    if isinstance(result, accounts.NextStep):
        return redirect_to_step(result, journey.next)
    if status := STATUSES.get(result):
        return render_template("base.html", title=result.value), status
    flash(result.value)
    return redirect(_next_page(result, journey), 303)


def _failed(error: accounts.ProviderError | None = None) -> ResponseReturnValue:
    if isinstance(error, accounts.UnavailableError):
        return render_template("base.html", title="The provider is unavailable"), 503
    return render_template("base.html", title="The response is invalid"), 400


def _next_page(result: accounts.Arrival, journey: accounts.AuthorizationRequest) -> str:
    if result is accounts.Arrival.OTHER_USER:
        return redirect_target()
    if result is accounts.Arrival.SUSPENDED:
        return url_for("auth.login")
    if result is accounts.Arrival.MAIL_SENT:
        return url_for("auth.confirm")
    return _page_before(journey)


def _page_before(journey: accounts.AuthorizationRequest) -> str:
    if journey.purpose == accounts.LOG_IN:
        return url_for("auth.login", next=journey.next)
    if journey.purpose == accounts.REAUTHENTICATE:
        return url_for("auth.reauthenticate", next=journey.next)
    return redirect_target(journey.next)


def provider_links() -> list[tuple[str, str]]:
    """Return the label and the form's URL of each provider that a page may offer."""
    sites, endpoint = providers.configured(), "auth.leave_for_provider"
    if is_logged_in():
        sites, endpoint = accounts.proof_providers(), "auth.prove_with_provider"
    next = safe_redirect_path(request.args.get("next"))
    return [(site.label, url_for(endpoint, provider=site.name, next=next)) for site in sites]


@account_routes.get("/account/connections")
@login_required
def connections() -> ResponseReturnValue:
    rows = accounts.list_connections()
    return render_template("connections.html", title="Connected accounts", rows=rows)


@account_routes.post("/account/connections/<int:id>/delete")
@fresh_login_required
@effect("this connected account will be removed")
def disconnect(id: int) -> ResponseReturnValue:
    accounts.disconnect(id)
    return redirect(url_for("account.connections"), 303)
