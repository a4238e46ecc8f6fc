"""Emailed links as they arrive, with what programs and people append.

Paths with a slash, the period or bracket after the link, a space, `=` from a line that
quoted-printable broke, `&amp;`, or tracking parameters are redirected to the page without them.
"""

import re

from flask import Flask, current_app, redirect
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from carafe.web.urls import safe_redirect_path

# Most paths: nothing to do.
CLEAN = re.compile(r"[\w/.~@:-]*[\w/-]", re.ASCII)

# RFC 2045, 6.7: "=" at the end of a line that continues on the next, and characters written as
# "=20".
SOFT_BREAK = re.compile(r"=0D=0A|=\s*")
QUOTED_END = re.compile(r"(=(20|09|0D|0A|3D|2E|3E))+$", re.IGNORECASE)
# The beginning of something else: an escaped query, markup, the next word.
ELSE = re.compile(r"""[?&#;<>"'|\\\s].*""", re.DOTALL)
END = re.compile(r"[^A-Za-z0-9_-]+$")


def tidied(path: str) -> str:
    """Return a path without what may have been appended to it."""
    path = SOFT_BREAK.sub("", QUOTED_END.sub("", path))
    return END.sub("", ELSE.sub("", path))


def follow() -> ResponseReturnValue | None:
    """Redirect from a path with appended characters to the intended page, if it exists."""
    request = request_ctx.request
    path, is_missing = request.path, isinstance(request.routing_exception, NotFound)
    if "\0" in path or path.startswith("/api/"):
        return None  # no mail program appends this, and programs should learn what's wrong
    if request.method not in ("GET", "HEAD") or (CLEAN.fullmatch(path) and not is_missing):
        return None
    target = tidied(path)
    if not is_missing and target.count("/") != path.rstrip("/").count("/"):
        return None  # nothing would remain of the last part, such as a token
    if target == path or safe_redirect_path(request.script_root + target) is None:
        return None
    adapter = current_app.create_url_adapter(request)
    if adapter is None or not adapter.test(target, method="GET"):
        return None
    query = request.query_string.decode("latin-1")
    return redirect(f"{request.script_root}{target}{'?' if query else ''}{query}")


def init_app(app: Flask) -> None:
    app.before_request(follow)
