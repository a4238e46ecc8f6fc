"""Problem details (RFC 9457): what errors under `/api` say to programs, and what each type means.

`type` is the URL of a page about the problem. It and `status` are stable; `title` and `detail` are
for people and may change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Flask, abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    PreconditionFailed,
    PreconditionRequired,
    UnprocessableEntity,
    UnsupportedMediaType,
    default_exceptions,
)

from carafe.security.refusals import Refusal
from carafe.web import errors
from carafe.web.routing import public

API_PREFIX = "/api/"


@dataclass(frozen=True)
class ProblemType:
    """A kind of error: its status, its title, and what its page tells developers."""

    status: int
    title: str
    description: str


# By ID, the last part of its URL.
PROBLEM_TYPES = {
    "bad-request": ProblemType(400, "Bad request", "The request isn't valid HTTP for this API."),
    "invalid-json": ProblemType(
        400, "Invalid JSON", "The body isn't a JSON object in UTF-8. Nothing was changed."
    ),
    "invalid-parameter": ProblemType(
        400,
        "Invalid parameter",
        "The query string has a parameter that this list doesn't take, or a value it can't read. "
        "`errors` names each one, and the documentation lists those that are accepted.",
    ),
    "invalid-cursor": ProblemType(
        400,
        "Invalid cursor",
        "Cursors are opaque. Follow the URL in `next` as it is; a cursor belongs to one list with "
        "one order, and to one account. Start again without `cursor`.",
    ),
    "invalid-idempotency-key": ProblemType(
        400,
        "Invalid idempotency key",
        "`Idempotency-Key` must be 1 to 255 printable ASCII characters, such as a UUID.",
    ),
    "invalid-csrf-token": ProblemType(
        400,
        "Invalid CSRF token",
        "A request that changes something with the session cookie must carry the CSRF token of "
        "the page in `X-CSRFToken`. Requests with an API token don't need one.",
    ),
    "authentication-required": ProblemType(
        401,
        "Authentication required",
        "Send an API token as `Authorization: Bearer <token>`. Scripts of the site's own pages may "
        "use the session cookie instead, with the CSRF token in `X-CSRFToken`.",
    ),
    "invalid-token": ProblemType(
        401,
        "Invalid token",
        "The API token was mistyped, revoked, or has expired, or it may not be used from this "
        "network. Its owner can create another under Settings.",
    ),
    "insufficient-scope": ProblemType(
        403,
        "Insufficient scope",
        "The API token wasn't given the scope that this operation needs. Scopes can't be added to "
        "a token: create another.",
    ),
    "access-denied": ProblemType(
        403,
        "Access denied",
        "The token's owner may not do this: they lack a permission, or haven't confirmed their "
        "email address yet.",
    ),
    "not-found": ProblemType(
        404, "Not found", "There is no such resource, or it belongs to someone else."
    ),
    "method-not-allowed": ProblemType(
        405, "Method not allowed", "`Allow` lists the methods that this URL supports."
    ),
    "not-acceptable": ProblemType(
        406, "Not acceptable", "This API answers with JSON only. Send `Accept: application/json`."
    ),
    "conflict": ProblemType(
        409, "Conflict", "The change contradicts what is stored. Nothing was changed."
    ),
    "request-in-progress": ProblemType(
        409,
        "Request in progress",
        "A request with the same `Idempotency-Key` is still running. Wait for `Retry-After` "
        "seconds, then send it again to get its response.",
    ),
    "gone": ProblemType(
        410,
        "Gone",
        "This operation was deprecated, and has been removed as its `Sunset` header announced.",
    ),
    "length-required": ProblemType(
        411, "Length required", "Send `Content-Length`. Chunked bodies aren't accepted."
    ),
    "precondition-failed": ProblemType(
        412,
        "Precondition failed",
        "The resource has changed since you read it: its `ETag` isn't the one in `If-Match`. Read "
        "it again, then repeat your change.",
    ),
    "too-large": ProblemType(413, "Too large", "The body is larger than this operation accepts."),
    "unsupported-media-type": ProblemType(
        415, "Unsupported media type", "`Accept-Post` or `Accept-Patch` says what to send."
    ),
    "invalid-fields": ProblemType(
        422,
        "Invalid fields",
        "`errors` has a JSON pointer (RFC 6901) to each invalid value, and says what's wrong.",
    ),
    "batch-failed": ProblemType(
        422,
        "Batch failed",
        "At least one operation of the batch can't be carried out, so none was. `errors` has a "
        "JSON pointer to each, and says what's wrong.",
    ),
    "key-reused": ProblemType(
        422,
        "Idempotency key reused",
        "This `Idempotency-Key` belongs to another request. Generate a new key for each operation "
        "and repeat it only with the same method, URL, and body.",
    ),
    "precondition-required": ProblemType(
        428,
        "Precondition required",
        "Send `If-Match` with the `ETag` that you read, so that you don't overwrite a change "
        "you haven't seen. `If-Match: *` overwrites whatever is there.",
    ),
    "rate-limited": ProblemType(
        429, "Rate limited", "Wait for `Retry-After` seconds, then try again."
    ),
    "header-too-large": ProblemType(
        431, "Header too large", "A header of the request is longer than this API accepts."
    ),
    "internal-error": ProblemType(
        500, "Internal error", "It's not your fault. The error was logged under `request_id`."
    ),
    "unavailable": ProblemType(
        503, "Unavailable", "Nothing was changed. Try again after `Retry-After` seconds."
    ),
}

# The type of an error that says nothing more than its status: the first above with that status.
_BY_STATUS: dict[int, str] = {}
for _id, _type in PROBLEM_TYPES.items():
    _BY_STATUS.setdefault(_type.status, _id)
_BY_STATUS |= {403: "access-denied"}


@dataclass(frozen=True)
class InvalidValue:
    """What's wrong with one value: of the body, by JSON pointer, or of the query string."""

    detail: str
    pointer: str = ""
    parameter: str = ""

    def as_json(self) -> dict[str, str]:
        place = (
            {"pointer": f"#{self.pointer}"}
            if not self.parameter
            else {"parameter": self.parameter, "pointer": f"#/query/{_escape(self.parameter)}"}
        )
        return {"detail": self.detail, **place}


class InvalidFieldsError(UnprocessableEntity):
    """Values of the body that can't be accepted (422)."""

    problem = "invalid-fields"

    def __init__(self, invalid: Sequence[InvalidValue]):
        self.invalid = invalid
        super().__init__(" ".join(dict.fromkeys(value.detail for value in invalid)))

    @classmethod
    def from_messages(cls, messages: Mapping[str, object]) -> InvalidFieldsError:
        """Return the error for messages as marshmallow nests them."""
        return cls(list(_flatten(messages, "")))


class InvalidParameterError(BadRequest):
    """Parameters of the query string that aren't accepted (400)."""

    problem = "invalid-parameter"

    def __init__(self, *invalid: InvalidValue):
        self.invalid = invalid
        super().__init__(" ".join(value.detail for value in invalid))


class InvalidCursorError(BadRequest):
    problem = "invalid-cursor"
    description = "This cursor isn't valid here. Start again without it."


class InvalidJsonError(BadRequest):
    problem = "invalid-json"


class StaleError(PreconditionFailed):
    description = "This was changed in the meantime. Read it again, then repeat your change."


class IfMatchRequiredError(PreconditionRequired):
    description = "Send If-Match with the ETag that you read."


class MediaTypeError(UnsupportedMediaType):
    """A body of a type that isn't accepted (415)."""

    def __init__(self, header: str, accepted: str):
        self.header, self.accepted = header, accepted
        super().__init__(f"Send the body as {accepted}.")

    def get_headers(self, *args: object, **kwargs: object) -> list[tuple[str, str]]:
        return [*super().get_headers(), (self.header, self.accepted)]


def _flatten(messages: Mapping[str, object], path: str) -> list[InvalidValue]:
    values: list[InvalidValue] = []
    for name, content in messages.items():
        pointer = path if name == "_schema" else f"{path}/{_escape(str(name))}"
        if isinstance(content, Mapping):
            values += _flatten(content, pointer)
        elif isinstance(content, list):
            values += [InvalidValue(str(text), pointer) for text in content]
    return values


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def describe(error: HTTPException) -> dict[str, object]:
    """Return the members `type`, `title`, and `errors` of the problem that an error is."""
    if not request.path.startswith(API_PREFIX):
        return {}
    id = getattr(error, "problem", None) or _BY_STATUS.get(error.code or 500)
    refusal: Refusal | None = g.get("refusal")
    if id == "bad-request" and refusal and refusal.event == "csrf.refused":
        id = "invalid-csrf-token"
    if id is None:
        return {}
    url = url_for("api.problem", id=id, _external=True)
    problem = PROBLEM_TYPES[id]
    detail = None if id == "invalid-csrf-token" else _detail(error)  # that one speaks of a form
    detail = detail or problem.description
    members: dict[str, object] = {"type": url, "title": problem.title, "detail": detail}
    if invalid := getattr(error, "invalid", None):
        members["errors"] = [value.as_json() for value in invalid]
    return members


def _detail(error: HTTPException) -> str | None:
    """Return the description of an error, unless it's Werkzeug's, which is for programmers."""
    base = default_exceptions.get(error.code or 500)
    return None if base and error.description == base.description else error.description


@public
def show(id: str) -> ResponseReturnValue:
    return render_template("api/problem.html", id=id, problem=PROBLEM_TYPES.get(id) or abort(404))


@public
def show_all() -> ResponseReturnValue:
    problems = dict(sorted(PROBLEM_TYPES.items(), key=lambda item: item[1].status))
    return render_template("api/problems.html", problems=problems)


def init_app(app: Flask) -> None:
    errors.set_problem_members(app, describe)
