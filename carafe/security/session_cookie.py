"""Flask's session cookie, signed with HMAC-SHA-256 instead of SHA-1."""

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode

from carafe.security.signing import Sha256Signer

# Fewer bytes than this gain nothing from compression, which takes 30 µs.
SHORT = 200


class SessionSerializer(URLSafeTimedSerializer):
    def dump_payload(self, obj: object) -> bytes:
        content = self.serializer.dumps(obj).encode()
        return base64_encode(content) if len(content) < SHORT else super().dump_payload(obj)


class SessionCookie(SecureCookieSessionInterface):
    def __init__(self) -> None:
        self._serializers: dict[tuple[object, ...], SessionSerializer] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        """Return the serializer with the app's keys, created once, as a request needs it twice."""
        keys = *app.config["SECRET_KEY_FALLBACKS"], app.secret_key
        if keys not in self._serializers:
            self._serializers[keys] = SessionSerializer(
                [*keys], salt=self.salt, serializer=self.serializer, signer=Sha256Signer
            )
        return self._serializers[keys]

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Open the session. Without a cookie, it is empty, and nothing has to be parsed."""
        if not request.environ.get("HTTP_COOKIE"):
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie if it changed; otherwise, only declare that the response depends on it."""
        if self.should_set_cookie(app, session) or "Vary" in response.headers:
            super().save_session(app, session, response)
        elif session.accessed:
            response.headers["Vary"] = "Cookie"
