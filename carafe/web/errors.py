"""Errors: pages in the site's style for browsers, problem details (RFC 9457) for programs."""

import errno
import logging
from collections.abc import Callable, Mapping

from flask import Flask, Response, current_app, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import (
    Conflict,
    HTTPException,
    InternalServerError,
    NotFound,
    SecurityError,
    ServiceUnavailable,
)

from carafe.database import db
from carafe.database.sqlite import sqlite_driver
from carafe.web import urls

log = logging.getLogger(__name__)

RETRY_SECONDS = 5

# Heading and text for people, by status.
ERROR_MESSAGES = {
    400: (
        "Bad request",
        "We couldn't understand that request. Go back, reload the page, and try again.",
    ),
    401: ("Log in to continue", "You need to log in to see this page."),
    403: ("Access denied", "You don't have permission to do this."),
    404: ("Page not found", "It may have been moved or deleted, or you may not have access."),
    405: ("Method not allowed", "This page can't be used that way. Go back and try again."),
    409: (
        "Someone else saved first",
        "Nothing was overwritten. Reload the page and try again.",
    ),
    411: ("Length required", "The request needs a Content-Length header."),
    413: ("Too large", "That's more than this site accepts. Send less and try again."),
    422: (
        "We couldn't process that",
        "Something in the request is invalid. Check it and try again.",
    ),
    429: ("Too many attempts", "Wait a moment, then try again."),
    431: (
        "Headers too long",
        "Your browser sent more than this site accepts. Delete this site's cookies.",
    ),
    500: (
        "Something went wrong",
        "It's not your fault. We've logged the error and will look into it.",
    ),
    503: (
        "Temporarily unavailable",
        "We can't do this right now. Nothing was lost. Try again in a moment.",
    ),
}

UNKNOWN_HOST_MESSAGE = (
    "This hostname isn't allowed. If it's yours, add it to .env and restart the app: "
    "TRUSTED_HOSTS=localhost,127.0.0.1,the.name"
)

# SQLite's primary result codes (sqlite.org/rescode.html) that mean "not now" or "not on this disk":
# PERM, BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB.
SQLITE_UNAVAILABLE = {3, 5, 6, 8, 10, 11, 13, 14, 15, 26}
# Errors of files besides the database: uploads, exports, or emails in a folder.
DISK_UNAVAILABLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
PG_READ_ONLY_SQLSTATE = "25006"  # a standby that hasn't been promoted yet


def is_unavailable(error: BaseException) -> bool:
    """Return whether the database is at fault rather than the statement, so a retry may help."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(origin, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in SQLITE_UNAVAILABLE
    if getattr(origin, "sqlstate", None) == PG_READ_ONLY_SQLSTATE:
        return True
    # psycopg: lost connections, full disks, lock timeouts, shutdowns.
    return isinstance(error, (OperationalError, PoolTimeout)) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )


def wants_json() -> bool:
    """Return whether to respond with JSON: under /api, to clients that prefer it, and to scripts.

    `fetch()` accepts anything by default. To a script, a page it did not request, such as the login
    page after a redirect, would look like success. Scripts that accept HTML get it.
    """
    if request.path.startswith("/api/"):
        return True
    accept = request.accept_mimetypes
    best = accept.best_match(["text/html", "application/json", "application/problem+json"])
    if best is not None and best != "text/html":
        return True
    return _is_script() and not any(kind.lower() == "text/html" for kind in accept.values())


def _is_script() -> bool:
    """Return whether a script made the request, rather than the browser for a page or its parts.

    htmx doesn't count: it expects HTML without saying so.
    """
    headers = request.headers
    if "HX-Request" in headers:
        return False
    if headers.get("X-Requested-With", "").lower() == "xmlhttprequest":
        return True
    # Fetch Metadata (W3C). Pages, frames, images, and the like have a destination.
    mode, destination = headers.get("Sec-Fetch-Mode"), headers.get("Sec-Fetch-Dest", "empty")
    return mode in ("cors", "same-origin", "no-cors") and destination == "empty"


def set_problem_members(
    app: Flask, describe: Callable[[HTTPException], Mapping[str, object]]
) -> None:
    """Add members to problem details, or replace the general `type` and `title`."""
    app.extensions["problem_members"] = describe


def init_app(app: Flask) -> None:
    set_problem_members(app, lambda error: {})
    app.register_error_handler(HTTPException, render_error)
    app.register_error_handler(DBAPIError, handle_database_error)
    app.register_error_handler(PoolTimeout, handle_database_error)
    app.register_error_handler(sqlite_driver().Error, handle_database_error)
    app.register_error_handler(OSError, disk_error)
    app.register_error_handler(StaleDataError, lambda error: render_error(Conflict()))


def handle_database_error(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    if is_unavailable(error):
        log.error("database unavailable: %s", error)
        return render_error(ServiceUnavailable(retry_after=RETRY_SECONDS))
    if isinstance(error, IntegrityError):
        log.warning("constraint violated: %s", error)
        return render_error(Conflict())
    raise error


def disk_error(error: OSError) -> ResponseReturnValue:
    if error.errno not in DISK_UNAVAILABLE:
        raise error
    db.session.rollback()
    log.error("disk unavailable: %s", error)
    return render_error(ServiceUnavailable(retry_after=RETRY_SECONDS))


def _heading_and_message(error: HTTPException) -> tuple[str, str | None]:
    heading, message = ERROR_MESSAGES.get(error.code or 500, (error.name, error.description))
    # Werkzeug's own descriptions are for programmers, those passed to abort() for users.
    if error.description != type(error).description:
        message = error.description
    if isinstance(error, SecurityError) and current_app.config["APP_ENV"] == "development":
        message = UNKNOWN_HOST_MESSAGE
    return heading, message


def render_error(error: HTTPException) -> ResponseReturnValue:
    """Return the response for an error, in a format that the client reads."""
    if isinstance(request.routing_exception, NotFound) and (home := urls.home_instead_of_root()):
        return redirect(home, 303)
    if error.response is not None or error.code is None or error.code < 400:
        return error
    if isinstance(error, InternalServerError):
        db.session.rollback()
    heading, message = _heading_and_message(error)
    request_id = request.environ.get("REQUEST_ID")
    retry_after = getattr(error, "retry_after", None)
    if wants_json():
        problem = {"type": "about:blank", "title": error.name, "status": error.code}
        members = current_app.extensions["problem_members"](error)
        response = jsonify({**problem, "detail": message, "request_id": request_id, **members})
        response.content_type = "application/problem+json"
    else:
        try:
            page = render_template(
                "error.html",
                code=error.code,
                title=heading,
                message=message,
                request_id=request_id,
                retry_after=retry_after,
            )
        except DBAPIError as failure:  # looking up the user, for the menus
            return handle_database_error(failure)
        response = Response(page)
    response.status_code = error.code
    for name, value in error.get_headers(request.environ):
        if name.lower() != "content-type":
            response.headers[name] = value
    return response
