"""The protocol that a provider speaks: OpenID Connect, or GitHub's."""

from typing import Protocol

from werkzeug.datastructures import MultiDict

from carafe.auth.providers import Provider
from carafe.auth.providers.journey import AuthorizationRequest
from carafe.auth.providers.profile import Profile


class ProviderProtocol(Protocol):
    """How to talk to a provider. Both functions raise `profile.ProviderError`."""

    def authorization_url(self, provider: Provider, journey: AuthorizationRequest) -> str:
        """Return the URL to redirect the browser to."""

    def profile(
        self, provider: Provider, journey: AuthorizationRequest, answer: MultiDict[str, str]
    ) -> Profile:
        """Return the user, from the parameters of the redirect back."""


def protocol_of(provider: Provider) -> ProviderProtocol:
    """Return the protocol of a provider."""
    # Imported late: authlib and requests take 140 ms, and most processes never need them.
    if provider.api_url:
        from carafe.auth.providers import github

        return github
    from carafe.auth.providers import openid

    return openid
