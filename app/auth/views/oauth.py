"""Log in with another site, connect an account there, or prove with it that it is you.

The way there begins with a form of ours, so that nobody is sent on it, and logged in as someone
else, by another site. The way back is the one GET that changes something: providers redirect to
it. Its `state` stands for the form, and the cookie comes along because SameSite is Lax.
"""

from collections.abc import Callable

from flask import Response, flash, redirect, render_template, request, url_for
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
    if is_logged_in():  # and so wants to connect an account, which has rules of its own
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
    # A page, not a redirect: after a form was sent browsers follow one to another site only where
    # `form-action` names it, and every other that it may lead to in turn.
    response = Response(render_template("auth/leave.html", provider=provider, url=url))
    response.headers["Cache-Control"] = "no-store"
    return response


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
    if isinstance(error, accounts.CancelledError):
        flash(f"You did not log in with {provider.label}. Nothing was changed.", "info")
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
    """For each provider that a page may offer: its label, and where its form goes."""
    sites, endpoint = providers.configured(), "auth.leave_for_provider"
    if is_logged_in():
        sites, endpoint = accounts.proof_providers(), "auth.prove_with_provider"
    next = safe_redirect_path(request.args.get("next"))
    return [(site.label, url_for(endpoint, provider=site.name, next=next)) for site in sites]
