"""A small OpenID Connect provider. It needs the package group `oauth`."""

import base64
import hashlib
import json
import secrets
import time
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from joserfc.jws import JWSRegistry

from carafe.testing.loopback import Answer, Call, Loopback, document, redirection

CLIENT_ID, CLIENT_SECRET = "carafe at acme", "a secret/of:the tests"
KEYS = [RSAKey.generate_key(2048, {"kid": f"key {n}"}) for n in range(2)]


class OpenIdProvider(Loopback):
    """`person` is who logs in there; `claims` override those in its ID tokens."""

    def __init__(self, redirect_uri: str):
        super().__init__()
        self.redirect_uri = redirect_uri
        self.issuer = self.url
        self.person: dict[str, object] = {}
        self.claims: dict[str, object] = {}
        self.key, self.published = KEYS[0], KEYS[:1]
        self.algorithm = "RS256"
        self.codes: dict[str, dict[str, str]] = {}
        self.routes |= {
            "/.well-known/openid-configuration": lambda call: document(self.metadata()),
            "/authorize": self.authorize,
            "/consent": self.consent,
            "/token": self.token,
            "/jwks": lambda call: document(
                {"keys": [key.as_dict(private=False) for key in self.published]}
            ),
            "/userinfo": self.userinfo,
        }

    @property
    def settings(self) -> dict[str, str]:
        return {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "issuer": self.issuer,
            "label": "Acme",
        }

    def metadata(self) -> dict[str, object]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }

    def authorize(self, call: Call) -> Answer:
        """Redirect once more on the way, as many do."""
        query = call.query
        expected = {
            "client_id": CLIENT_ID,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "code_challenge_method": "S256",
        }
        wrong = {name for name, value in expected.items() if query.get(name) != value}
        missing = {n for n in ("state", "nonce", "code_challenge") if len(query.get(n, "")) < 32}
        if wrong or missing or "openid" not in query["scope"].split():
            return document({"error": "invalid_request", "about": sorted(wrong | missing)}, 400)
        return redirection(f"{self.url}/consent?{urlencode(query)}")

    def consent(self, call: Call) -> Answer:
        code = secrets.token_urlsafe(16)
        self.codes[code] = call.query
        answer = {"code": code, "state": call.query["state"]}
        return redirection(f"{self.redirect_uri}?{urlencode(answer)}")

    def token(self, call: Call) -> Answer:
        if call.credentials() != (CLIENT_ID, CLIENT_SECRET):
            return document({"error": "invalid_client"}, 401)
        asked = self.codes.pop(call.form.get("code", ""), None)
        verifier = call.form.get("code_verifier", "").encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=")
        if (
            asked is None
            or asked["code_challenge"] != challenge.decode()
            or call.form.get("redirect_uri") != asked["redirect_uri"]
        ):
            return document({"error": "invalid_grant"}, 400)
        return document(
            {"access_token": "for user info", "token_type": "Bearer", "expires_in": 60}
            | {"id_token": self.sign(self.id_token(asked))}
        )

    def id_token(self, asked: dict[str, str]) -> dict[str, object]:
        issued_at = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": issued_at,
            "exp": issued_at + 60,
            "nonce": asked["nonce"],
        }
        if "max_age" in asked:
            claims["auth_time"] = issued_at
        claims |= self.person | self.claims
        return {name: value for name, value in claims.items() if value is not None}

    def sign(self, claims: dict[str, object]) -> str:
        header = {"alg": self.algorithm, "kid": self.key.kid}
        if self.algorithm == "RS256":
            return jwt.encode(header, claims, self.key)
        # As forgers do: no signature, or one with the public key, which everyone knows.
        if self.algorithm == "none":
            parts = (json.dumps(part).encode() for part in (header, claims))
            return ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts) + "."
        key = OctKey.import_key(self.key.as_pem(private=False).hex())
        return jwt.encode(header, claims, key, registry=JWSRegistry(algorithms=["HS256"]))

    def userinfo(self, call: Call) -> Answer:
        if call.bearer() != "for user info":
            return document({"error": "invalid_token"}, 401)
        return document(self.person)
