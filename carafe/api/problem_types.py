"""Types of problems: what their pages tell developers."""

from __future__ import annotations

from dataclasses import dataclass


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
