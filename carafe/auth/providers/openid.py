"""OpenID Connect: discovery, authorization code with PKCE, ID token."""

import time

from authlib.oidc.core import CodeIDToken
from flask import current_app
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key
from joserfc.jws import JWSRegistry, extract_compact
from werkzeug.datastructures import MultiDict

from carafe.auth.providers import Provider
from carafe.auth.providers.client import Client, provider_errors
from carafe.auth.providers.journey import REAUTHENTICATE, AuthorizationRequest
from carafe.auth.providers.profile import (
    InvalidResponseError,
    Profile,
    UnavailableError,
    authorization_code,
)
from carafe.database.aliases import JSONObject

# Public-key signatures. Never "none", and no HMAC, whose key would be whatever an attacker knows of
# it (RFC 8725, 2.1).
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
CLOCK_SKEW_SECONDS = 60
DOCUMENT_LIFETIME_SECONDS = 3600


def authorization_url(provider: Provider, journey: AuthorizationRequest) -> str:
    with provider_errors(provider), _client(provider) as client:
        url, _ = client.create_authorization_url(
            _metadata(provider)["authorization_endpoint"],
            state=journey.state,
            nonce=journey.nonce,
            code_verifier=journey.verifier,
            **provider.prove if journey.purpose == REAUTHENTICATE else {},
        )
    return str(url)


def profile(
    provider: Provider, journey: AuthorizationRequest, answer: MultiDict[str, str]
) -> Profile:
    with provider_errors(provider):
        metadata = _metadata(provider)
        requested_claims = metadata.get("authorization_response_iss_parameter_supported") is True
        code = authorization_code(answer, provider.issuer, wants_issuer=requested_claims)
        with _client(provider, metadata) as client:
            token = client.fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=journey.verifier,
            )
            claims = _claims(provider, journey, token)
            if "email" not in claims and "userinfo_endpoint" in metadata:
                more = client.json(metadata["userinfo_endpoint"], token=token)
                if more["sub"] != claims["sub"]:  # OpenID Connect Core, 5.3.2
                    raise InvalidResponseError("userinfo subject mismatch")
                claims = more | claims
        return Profile.read(
            provider,
            claims["sub"],
            email=claims.get("email"),
            verified=claims.get("email_verified"),
            name=claims.get("name"),
            username=claims.get("email"),
        )


def _client(provider: Provider, metadata: JSONObject | None = None) -> Client:
    methods = (metadata or {}).get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
    return Client(provider, scope="openid email profile", token_endpoint_auth_method=method)


def _claims(provider: Provider, journey: AuthorizationRequest, token: JSONObject) -> JSONObject:
    """Return the claims of the ID token after checking all of it."""
    options: JSONObject = {
        "iss": {"essential": True, "values": [provider.issuer]},
        # authlib checks `azp` instead, if there is one
        "aud": {"essential": True, "values": [provider.client_id]},
        "exp": {"essential": True},
        "sub": {"essential": True},
    }
    expected = {
        "nonce": journey.nonce,
        "client_id": provider.client_id,
        "access_token": token.get("access_token"),
    }
    if "id_token" not in token:
        raise InvalidResponseError("no ID token")
    signed = _decode(provider, token["id_token"])
    claims = CodeIDToken(signed.claims, signed.header, options, expected)
    claims.validate(leeway=CLOCK_SKEW_SECONDS)
    if journey.purpose == REAUTHENTICATE and "max_age" in provider.prove:
        _check_sign_in_time(claims.get("auth_time"), journey.started)
    return dict(claims)


def _check_sign_in_time(auth_time: object, started: float) -> None:
    """Refuse a login from before, or without a time (OpenID Connect Core, 3.1.3.7, step 13).

    Since `max_age` was sent, the provider must report when the user logged in (2, 3.1.2.1). authlib
    treats a `max_age` of 0 as none, and so doesn't check this.
    """
    if isinstance(auth_time, bool) or not isinstance(auth_time, int | float):
        raise InvalidResponseError("auth_time is missing although max_age was sent")
    earliest, latest = started - CLOCK_SKEW_SECONDS, time.time() + CLOCK_SKEW_SECONDS
    if not earliest <= auth_time <= latest:
        raise InvalidResponseError("auth_time is too old")


def _decode(provider: Provider, text: str) -> jwt.Token:
    """Return the content of an ID token that is signed with one of the provider's published keys.

    Not every provider names the key, and some publish two with the same name, so all matching ones
    are tried.
    """
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    header = extract_compact(text.encode(), registry=registry).headers()
    if header["alg"] not in ALGORITHMS:
        raise InvalidResponseError(f"signed with {header['alg']!r}")
    problem = "signed with an unknown key"
    for refresh in (False, True):  # there may be a new key since it was cached
        for key in _keys(provider, header, refresh=refresh):
            try:
                return jwt.decode(text, key, registry=registry)
            except JoseError as error:
                problem = str(error)
    raise InvalidResponseError(problem)


def _metadata(provider: Provider) -> JSONObject:
    metadata = _document(
        provider, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    )
    if metadata.get("issuer") != provider.issuer:  # OpenID Connect Discovery, 4.3
        raise UnavailableError(f"issuer mismatch in discovery document: {metadata.get('issuer')!r}")
    if not provider.allows_url(metadata["authorization_endpoint"]):
        raise UnavailableError("insecure or local URL")
    return metadata


def _keys(provider: Provider, header: JSONObject, *, refresh: bool) -> list[Key]:
    """Return the published keys that a token with this header may be signed with."""
    document = _document(provider, _metadata(provider)["jwks_uri"], refresh=refresh)
    fitting = [data for data in document["keys"] if isinstance(data, dict) and _fits(data, header)]
    return [key for key in map(_import, fitting) if key]


def _fits(data: JSONObject, header: JSONObject) -> bool:
    """Return whether a published key has the requested type, use, and ID.

    Others are ignored, as RFC 7517 (5) requires: encryption keys, unknown types, and shared
    secrets, which a public document can't contain.
    """
    alg, kid = header["alg"], header.get("kid")
    return (
        data.get("kty") == KEY_TYPES[alg[:2]]
        and data.get("use", "sig") == "sig"
        and data.get("alg", alg) == alg
        and "verify" in data.get("key_ops", ["verify"])
        and (kid is None or data.get("kid", kid) == kid)
    )


def _import(data: JSONObject) -> Key | None:
    try:
        return import_key(data)
    except (JoseError, ValueError, TypeError, KeyError):  # of an unknown curve, or incomplete
        return None


def _document(provider: Provider, url: str, *, refresh: bool = False) -> JSONObject:
    """Return a document of the provider, cached for an hour."""
    documents: JSONObject = current_app.extensions["provider_documents"]
    expires, document = documents.get(url, (0.0, {}))
    if refresh or expires <= time.monotonic():
        with Client(provider) as client:
            document = client.json(url)
        if not isinstance(document, dict):
            raise UnavailableError("not a JSON object")
        documents[url] = (time.monotonic() + DOCUMENT_LIFETIME_SECONDS, document)
    return dict(document)
