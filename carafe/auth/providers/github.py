"""GitHub, which has no OpenID Connect: OAuth 2.0, and an API for the user."""

from werkzeug.datastructures import MultiDict

from carafe.auth.providers import Provider
from carafe.auth.providers.client import Client, provider_errors
from carafe.auth.providers.journey import REAUTHENTICATE, AuthorizationRequest
from carafe.auth.providers.profile import Profile, authorization_code


def authorization_url(provider: Provider, journey: AuthorizationRequest) -> str:
    with provider_errors(provider), _client(provider) as client:
        url, _ = client.create_authorization_url(
            f"{provider.issuer}/authorize",
            state=journey.state,
            code_verifier=journey.verifier,
            **provider.prove if journey.purpose == REAUTHENTICATE else {},
        )
    return str(url)


def profile(
    provider: Provider, journey: AuthorizationRequest, answer: MultiDict[str, str]
) -> Profile:
    with provider_errors(provider), _client(provider) as client:
        token = client.fetch_token(
            f"{provider.issuer}/access_token",
            grant_type="authorization_code",
            code=authorization_code(answer, provider.issuer),
            code_verifier=journey.verifier,
        )
        person = client.json(f"{provider.api_url}/user", token=token)
        # Not the address in the profile, which can be any text.
        addresses = client.json(f"{provider.api_url}/user/emails", token=token)
        primary: dict[str, object] = next(
            (address for address in addresses if address["primary"]), {}
        )
        return Profile.read(
            provider,
            # never the login, which can be given up and taken by someone else
            str(int(person["id"])),
            email=primary.get("email"),
            verified=primary.get("verified"),
            name=person.get("name"),
            username=person.get("login"),
        )


def _client(provider: Provider) -> Client:
    return Client(
        provider,
        scope="read:user user:email",
        token_endpoint_auth_method="client_secret_post",  # noqa: S106  # nosec B106: a method's name
    )
