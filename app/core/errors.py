"""Errors: a page with the site's look for browsers, problem details (RFC 9457) for programs."""

import logging
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import (
    Conflict,
    HTTPException,
    InternalServerError,
    ServiceUnavailable,
)

from app.core.database import db, sqlite_driver

log = logging.getLogger(__name__)

RETRY_SECONDS = 5

MESSAGES = {
    400: "The server could not understand this request. Go back, reload the page and try again.",
    401: "Please log in first.",
    403: "You are not allowed to do this.",
    404: "There is nothing here. It may have been moved or deleted, or it is not yours to see.",
    405: "This address does not work that way.",
    409: "Somebody else changed this in the meantime. Nothing was overwritten.",
    411: "This request did not say how long it is, and was not read.",
    413: "That is more than this site accepts at once.",
    422: "Something in this request is not as it should be.",
    429: "That was too often. Please wait a little, then try again.",
    500: "Something broke on our side. It was recorded, and we will look into it.",
    503: "We cannot do this right now. Nothing was lost; please try again in a moment.",
}

# SQLite's primary result codes (sqlite.org/rescode.html) for "not now, or not on this disk":
# PERM, BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB.
SQLITE_UNAVAILABLE = {3, 5, 6, 8, 10, 11, 13, 14, 15, 26}


def is_unavailable(error: BaseException) -> bool:
    """Whether the database, not the statement, is at fault, so that trying again may help."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(origin, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in SQLITE_UNAVAILABLE
    # psycopg: lost connections, full disks, locks not had in time, shut-downs.
    return isinstance(error, (OperationalError, PoolTimeout))


def wants_json() -> bool:
    """Whether the client is a program: anything under /api, or one that prefers JSON to HTML."""
    if request.path.startswith("/api/"):
        return True
    accept = request.accept_mimetypes
    return accept.best_match(["text/html", "application/json"]) == "application/json"


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, answer)
    app.register_error_handler(DBAPIError, database_error)
    app.register_error_handler(PoolTimeout, database_error)
    app.register_error_handler(sqlite_driver().Error, database_error)
    app.register_error_handler(StaleDataError, lambda error: answer(Conflict()))


def database_error(error: Exception) -> Any:
    db.session.rollback()
    if is_unavailable(error):
        log.error("database unavailable: %s", error)
        return answer(ServiceUnavailable(retry_after=RETRY_SECONDS))
    if isinstance(error, IntegrityError):
        log.warning("constraint violated: %s", error)
        return answer(Conflict())
    raise error


def answer(error: HTTPException) -> Any:
    """The response for an error, in the form that the client reads."""
    if error.response is not None or error.code is None or error.code < 400:
        return error
    if isinstance(error, InternalServerError):
        db.session.rollback()
    # Werkzeug's own descriptions speak to programmers; ours, and those given to abort(), to people.
    given = error.description if error.description != type(error).description else None
    message = given or MESSAGES.get(error.code) or type(error).description or error.name
    request_id = request.environ.get("REQUEST_ID")
    retry_after = getattr(error, "retry_after", None)
    if wants_json():
        problem = {"type": "about:blank", "title": error.name, "status": error.code}
        response = jsonify(problem | {"detail": message, "request_id": request_id})
        response.content_type = "application/problem+json"
    else:
        try:
            page = render_template(
                "core/error.html",
                code=error.code,
                title=error.name,
                message=message,
                request_id=request_id,
                retry_after=retry_after,
            )
        except DBAPIError as failure:  # looking up who is signed in, for the menus
            return database_error(failure)
        response = Response(page)
    response.status_code = error.code
    for name, value in error.get_headers(request.environ):
        if name.lower() != "content-type":
            response.headers[name] = value
    return response
