"""Log in with another site, connect an account there, or prove with it that it is you.

The way there begins with a form of ours, so that nobody is sent on it, and logged in as somebody
else, by another site. The way back is the one GET that changes something: providers redirect to
it. Its `state` stands for the form, and the cookie comes along because SameSite is Lax.
"""

from datetime import timedelta
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError

from app.auth import providers
from app.auth.identity import is_logged_in
from app.auth.marks import (
    allow_without_two_factor,
    confirmed_required,
    fresh_login_required,
    login_required,
)
from app.auth.providers import Provider
from app.auth.providers.journey import CONNECT, LOG_IN, PROVE, Journey
from app.auth.providers.profile import (
    CancelledError,
    Profile,
    ProviderError,
    RefusedError,
    UnavailableError,
)
from app.auth.views import arrivals, blueprint
from app.core.database import db, reading, writing
from app.core.routing import Optional, effect, public
from app.core.urls import local_path
from app.observability import security_events
from app.security.limits import Limit, client

routes = Optional(blueprint, "OAUTH_PROVIDERS")

# Each makes us call the provider; those who come back get theirs back.
DEPARTURES = Limit("oauth", 60, timedelta(hours=1))
RETRY_SECONDS = 60


@routes.post("/oauth/<provider>")
@public
def leave_for_provider(provider: str) -> Any:
    found = providers.find(provider)
    if is_logged_in():  # and so wants to connect an account, which has rules of its own
        next = local_path(request.args.get("next"))
        return redirect(url_for("auth.connect_provider", provider=provider, next=next), 307)
    return _leave(found, LOG_IN)


@routes.post("/oauth/<provider>/connection")
@confirmed_required
@fresh_login_required
@effect("an account of this site will be connected")
def connect_provider(provider: str) -> Any:
    return _leave(providers.find(provider), CONNECT)


@routes.post("/reauthenticate/<provider>")
@login_required
@allow_without_two_factor
def prove_with_provider(provider: str) -> Any:
    found = providers.find(provider)
    with reading():
        if found not in arrivals.proving():
            abort(404)
    return _leave(found, PROVE)


def _leave(provider: Provider, purpose: str) -> Any:
    DEPARTURES.spend(client())
    journey = Journey.begin(provider.name, purpose)
    db.session.commit()  # nobody waits for us while we wait for the provider
    try:
        url = provider.dialect.authorization_url(provider, journey)
    except ProviderError as error:
        return _failed(provider, error)
    # A page, not a redirect: after a form was sent browsers follow one to another site only where
    # `form-action` names it, and every other that it may lead to in turn.
    response = Response(render_template("auth/leave.html", provider=provider, url=url))
    response.headers["Cache-Control"] = "no-store"
    return response


@routes.get("/oauth/<provider>/callback")
@public
def return_from_provider(provider: str) -> Any:
    found = providers.find(provider)
    journey = Journey.resume(found.name)
    if journey is None:
        return _failed(found, RefusedError("no such journey"))
    try:
        profile = found.dialect.profile(found, journey, request.args)
    except ProviderError as error:
        return _failed(found, error, journey)
    try:
        answer = _arrive(found, journey, profile)
    except IntegrityError:  # two came at once: the other made the account, or the connection
        answer = _arrive(found, journey, profile)
    DEPARTURES.refund(client())
    return answer


def _arrive(provider: Provider, journey: Journey, profile: Profile) -> Any:
    with writing():
        answer = arrivals.VIEWS[journey.purpose](provider, journey, profile)
        db.session.commit()
    return answer


def _failed(provider: Provider, error: ProviderError, journey: Journey | None = None) -> Any:
    back = arrivals.way_back(journey)
    if isinstance(error, CancelledError):
        flash(f"You did not log in with {provider.label}. Nothing was changed.", "info")
        return redirect(back, 303)
    unavailable = isinstance(error, UnavailableError)
    if not unavailable:
        security_events.report("provider.refused", "answer_not_accepted")
    page = render_template(
        "auth/provider_failed.html",
        provider=provider,
        unavailable=unavailable,
        back=back,
        proving=journey is not None and journey.purpose == PROVE,
    )
    return (page, 503, {"Retry-After": RETRY_SECONDS}) if unavailable else (page, 400)


def offered() -> list[tuple[str, str]]:
    """For each provider that a page may offer: its label, and where its form goes."""
    found, endpoint = providers.configured(), "auth.leave_for_provider"
    if is_logged_in():
        found, endpoint = arrivals.proving(), "auth.prove_with_provider"
    next = local_path(request.args.get("next"))
    return [(each.label, url_for(endpoint, provider=each.name, next=next)) for each in found]
