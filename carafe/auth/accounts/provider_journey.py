"""The way to a provider and back."""

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

# Each makes us call the provider; those who come back get theirs back.
DEPARTURES = RateLimit("oauth", 60, timedelta(hours=1))


@dataclass(frozen=True)
class ProviderReturn:
    """What came of someone who is back, and what the provider says of them."""

    result: NextStep | Arrival
    profile: Profile


def log_in_at(provider: Provider) -> str:
    """Begin a login with a provider, and return the address there to which the browser goes.

    Raises `ProviderError`, and `LimitReachedError` (429) after too many.
    """
    return _depart(provider, LOG_IN)


def connect_at(provider: Provider) -> str:
    """Begin to connect an account at a provider with the current user's; else as `log_in_at`."""
    return _depart(provider, CONNECT)


def prove_at(provider: Provider) -> str:
    """Begin a proof of identity with a provider; 404 if it proves nothing, else as `log_in_at`."""
    with read_transaction():
        if provider not in proof_providers():
            abort(404)
    return _depart(provider, REAUTHENTICATE)


def _depart(provider: Provider, purpose: str) -> str:
    DEPARTURES.spend(client_key())
    journey = AuthorizationRequest.create(provider.name, purpose)
    db.session.commit()  # nobody waits for us while we wait for the provider
    try:
        return protocol_of(provider).authorization_url(provider, journey)
    except InvalidResponseError:
        _report()
        raise


def resume_journey(provider: Provider) -> AuthorizationRequest | None:
    """Return the journey that ends with this request, once; None if this browser began none."""
    journey = AuthorizationRequest.from_callback(provider.name)
    if journey is None:
        _report()
    return journey


def return_from(provider: Provider, journey: AuthorizationRequest) -> ProviderReturn:
    """Log in, sign up, connect, or prove: what the journey was begun for. Raises `ProviderError`.

    The provider is asked outside of a transaction. Of two that come at once, the second finds what
    the first made.
    """
    try:
        profile = protocol_of(provider).profile(provider, journey, request.args)
    except InvalidResponseError:
        _report()
        raise
    try:
        result = _arrive(provider, journey, profile)
    except IntegrityError:  # two came at once: the other made the account, or the connection
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
