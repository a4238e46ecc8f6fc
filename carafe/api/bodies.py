"""Bodies of requests and responses: JSON, its media types, and entity tags."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping

from flask import Response, current_app, request
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import NotAcceptable
from werkzeug.http import quote_etag

from carafe.api.problems import (
    IfMatchRequiredError,
    InvalidFieldsError,
    InvalidJsonError,
    MediaTypeError,
    StaleError,
)
from carafe.auth.identity import loaded_identity
from carafe.database.aliases import JSONObject

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"  # RFC 7396
# In bytes; below, compression saves less than a packet.
MIN_SIZE = 1000
GZIP_SUFFIX = "-gzip"


def read_json(*accepted: str, header: str = "Accept") -> JSONObject:
    """Return the object in the body. Raises 415 and 400, with the types it accepts."""
    if request.mimetype not in accepted:
        raise MediaTypeError(header, ", ".join(accepted))
    try:
        body = json.loads(request.get_data(cache=False), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise InvalidJsonError("The body isn't valid JSON.") from None
    if not isinstance(body, dict):
        raise InvalidJsonError("The body must be a JSON object.")
    return body


def load(schema: Schema, body: Mapping[str, object], *, partial: bool = False) -> JSONObject:
    """Return the values of a body. Raises `InvalidFieldsError` (422)."""
    try:
        values: JSONObject = schema.load(body, partial=partial)
    except ValidationError as error:
        messages = error.messages
        if not isinstance(messages, dict):
            messages = {"_schema": messages}
        raise InvalidFieldsError.from_messages(messages) from None
    return values


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} isn't JSON")  # RFC 8259, section 6


def ensure_json_accepted() -> None:
    """Raise `NotAcceptable` (406) if the client doesn't take JSON."""
    accept = request.accept_mimetypes
    if accept and not accept.best_match([JSON, "application/problem+json"]):
        raise NotAcceptable


def encode(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def etag_of(content: bytes) -> str:
    """Return the entity tag of a representation: 128 bits of its hash."""
    return hashlib.sha256(content).hexdigest()[:32]


def json_response(content: bytes, status: int = 200, *, etag: str = "") -> Response:
    """Return a response with JSON; with an `etag`, 304 if the client has the same already.

    Werkzeug's `make_conditional` would take `If-Match: *` for another version.
    """
    response = current_app.response_class(content, status, mimetype=JSON)
    if etag:
        response.headers["ETag"] = quote_etag(etag)
        if request.method in ("GET", "HEAD"):
            if "If-Match" in request.headers:
                ensure_unchanged(etag)
            if any(request.if_none_match.contains_weak(tag) for tag in _variants(etag)):
                response.status_code = 304
    if request.method == "GET" and response.status_code == 200 and len(content) >= MIN_SIZE:
        _compress(response, content, etag)
    return response


def _compress(response: Response, content: bytes, etag: str) -> None:
    """Compress a response, if the client accepts that.

    Not one to a session, with which another site could make a browser send requests, and guess what
    the content has in common with them from its size (BREACH).
    """
    identity = loaded_identity()
    if identity and identity.scopes is None:
        return
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0:
        # Level 6 takes 1.7 times as long and saves another 2% (20 notes).
        response.set_data(gzip.compress(content, 1, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.headers["ETag"] = quote_etag(f"{etag}{GZIP_SUFFIX}")


def ensure_match(text: str, etag: str) -> None:
    """Raise 428 without an entity tag, and 412 if it's that of another version than this."""
    if not text:
        raise IfMatchRequiredError
    if text != "*" and text.strip('"') not in _variants(etag):
        raise StaleError


def _variants(etag: str) -> tuple[str, str]:
    """Return the tags of a representation as it is and compressed, which must differ (RFC 9110)."""
    return etag, f"{etag}{GZIP_SUFFIX}"


def ensure_unchanged(etag: str) -> None:
    """Raise 428 without `If-Match`, and 412 if it names another version than this."""
    if "If-Match" not in request.headers:
        raise IfMatchRequiredError
    # A strong comparison (RFC 9110, section 13.1.1): a weak tag never matches.
    if not any(request.if_match.contains(tag) for tag in _variants(etag)):
        raise StaleError
