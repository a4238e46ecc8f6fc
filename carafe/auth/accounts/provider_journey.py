"""The redirect to a provider and the return."""

from dataclasses import dataclass
from datetime import timedelta

from flask import abort, request
from sqlalchemy.exc import IntegrityError

from carafe.auth.accounts import provider_arrivals
from carafe.auth.accounts.authentication import NextStep
from carafe.auth.accounts.provider_arrivals import Arrival, proof_providers
from carafe.auth.providers import Provider
from carafe.auth.providers.journey import CONNECT, LOG_IN, REAUTHENTICATE, AuthorizationRequest
from carafe.auth.providers.profile import InvalidResponseError, Profile
from carafe.auth.providers.protocols import protocol_of
from carafe.database import db, read_transaction, write_transaction
from carafe.observability import security_events
from carafe.security.rate_limits import RateLimit, client_key

# Each attempt makes the app call the provider. Users who return get theirs refunded.
DEPARTURES = RateLimit("oauth", 60, timedelta(hours=1))


@dataclass(frozen=True)
class ProviderReturn:
    """The result of a return from a provider, and what the provider says about the user."""

    result: NextStep | Arrival
    profile: Profile


def log_in_at(provider: Provider) -> str:
    """Start a login with a provider, and return the URL there to redirect to.

    Raise `ProviderError`, and `LimitReachedError` (429) after too many.
    """
    return _depart(provider, LOG_IN)


def connect_at(provider: Provider) -> str:
    """Start connecting an account at a provider to the current user's. See `log_in_at`."""
    return _depart(provider, CONNECT)


def prove_at(provider: Provider) -> str:
    """Start a proof of identity with a provider, or 404 if it proves nothing. See `log_in_at`."""
    with read_transaction():
        if provider not in proof_providers():
            abort(404)
    return _depart(provider, REAUTHENTICATE)


def _depart(provider: Provider, purpose: str) -> str:
    DEPARTURES.spend(client_key())
    journey = AuthorizationRequest.create(provider.name, purpose)
    db.session.commit()  # don't hold a transaction while waiting for the provider
    try:
        return protocol_of(provider).authorization_url(provider, journey)
    except InvalidResponseError:
        _report()
        raise


def resume_journey(provider: Provider) -> AuthorizationRequest | None:
    """Use up and return the journey that ends with this request, or None without one."""
    journey = AuthorizationRequest.from_callback(provider.name)
    if journey is None:
        _report()
    return journey


def return_from(provider: Provider, journey: AuthorizationRequest) -> ProviderReturn:
    """Log in, sign up, connect, or prove, whatever the journey is for. Raise `ProviderError`.

    The provider is called outside a transaction. If two requests return at once, the second finds
    what the first created.
    """
    try:
        profile = protocol_of(provider).profile(provider, journey, request.args)
    except InvalidResponseError:
        _report()
        raise
    try:
        result = _arrive(provider, journey, profile)
    except IntegrityError:  # a parallel request created the account or the connection
        result = _arrive(provider, journey, profile)
    DEPARTURES.refund(client_key())
    return ProviderReturn(result, profile)


def _arrive(
    provider: Provider, journey: AuthorizationRequest, profile: Profile
) -> NextStep | Arrival:
    with write_transaction():
        if journey.purpose == LOG_IN:
            result = provider_arrivals.log_in(profile)
        elif journey.purpose == CONNECT:
            result = provider_arrivals.connect(provider, journey, profile)
        else:
            result = provider_arrivals.prove(provider, journey, profile)
        db.session.commit()
    return result


def _report() -> None:
    security_events.report("provider.refused", "answer_not_accepted")
