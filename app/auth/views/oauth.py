"""Log in with a provider, connect an account there, or use it to prove your identity.

The flow starts with a form on this site, so that no other site can start it and log a visitor in
as someone else. The callback is the only GET that changes anything, because providers redirect to
it. Its `state` takes the place of a CSRF token, and SameSite=Lax lets the cookie come along.
"""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.views import blueprint, oauth_callback
from carafe.auth import (
    accounts,
    allow_without_two_factor,
    confirmed_required,
    effect,
    fresh_login_required,
    is_logged_in,
    login_required,
    providers,
    public,
)
from carafe.web import ConditionalRoutes, safe_redirect_path

routes = ConditionalRoutes(blueprint, "OAUTH_PROVIDERS")

RETRY_SECONDS = "60"


@routes.post("/oauth/<provider>")
@public
def leave_for_provider(provider: str) -> ResponseReturnValue:
    site = providers.find(provider)
    if is_logged_in():  # so this connects an account, which has its own rules
        next = safe_redirect_path(request.args.get("next"))
        return redirect(url_for("auth.connect_provider", provider=provider, next=next), 307)
    return _redirect_to_provider(site, accounts.log_in_at)


@routes.post("/oauth/<provider>/connection")
@confirmed_required
@fresh_login_required
@effect("an account of this site will be connected")
def connect_provider(provider: str) -> ResponseReturnValue:
    return _redirect_to_provider(providers.find(provider), accounts.connect_at)


@routes.post("/reauthenticate/<provider>")
@login_required
@allow_without_two_factor
def prove_with_provider(provider: str) -> ResponseReturnValue:
    return _redirect_to_provider(providers.find(provider), accounts.prove_at)


def _redirect_to_provider(
    provider: providers.Provider, begin: Callable[[providers.Provider], str]
) -> ResponseReturnValue:
    try:
        url = begin(provider)
    except accounts.ProviderError as error:
        return _failed(provider, error)
    # A page rather than a redirect: after a form, browsers follow a redirect to another site only
    # if `form-action` names that site and every site it may redirect to in turn.
    page = render_template("auth/leave.html", provider=provider, url=url)
    return page, {"Cache-Control": "no-store"}


@routes.get("/oauth/<provider>/callback")
@public
def return_from_provider(provider: str) -> ResponseReturnValue:
    site = providers.find(provider)
    journey = accounts.resume_journey(site)
    if journey is None:
        return _failed(site)
    try:
        return oauth_callback.respond(site, journey, accounts.return_from(site, journey))
    except accounts.ProviderError as error:
        return _failed(site, error, journey)


def _failed(
    provider: providers.Provider,
    error: accounts.ProviderError | None = None,
    journey: accounts.AuthorizationRequest | None = None,
) -> ResponseReturnValue:
    back = oauth_callback.failure_url(journey)
    if isinstance(error, accounts.CanceledError):
        flash(f"Login with {provider.label} canceled. Nothing was changed.", "info")
        return redirect(back, 303)
    unavailable = isinstance(error, accounts.UnavailableError)
    page = render_template(
        "auth/provider_failed.html",
        provider=provider,
        unavailable=unavailable,
        back=back,
        proving=journey is not None and journey.purpose == accounts.REAUTHENTICATE,
    )
    return (page, 503, {"Retry-After": RETRY_SECONDS}) if unavailable else (page, 400)


def provider_links() -> list[tuple[str, str]]:
    """Return the label and the form URL of each provider that a page may offer."""
    sites, endpoint = providers.configured(), "auth.leave_for_provider"
    if is_logged_in():
        sites, endpoint = accounts.proof_providers(), "auth.prove_with_provider"
    next = safe_redirect_path(request.args.get("next"))
    return [(site.label, url_for(endpoint, provider=site.name, next=next)) for site in sites]
