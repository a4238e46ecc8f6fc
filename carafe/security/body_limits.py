"""Limits for requests besides Flask's own `MAX_CONTENT_LENGTH`."""

from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import IO

from flask import Flask, Request, abort, current_app, request

from carafe.security.csrf import is_same_origin
from carafe.security.edge import is_trusted
from carafe.web.routing import Policy, current_policy

URLENCODED = "application/x-www-form-urlencoded"


# Larger uploads are written to a file.
MAX_IN_MEMORY_BYTES = 512 * 1024


class DiskUploadRequest(Request):
    """A request that stores uploads next to the data: many machines have /tmp in memory.

    It also accepts IPv6 hosts.
    """

    _trusted_hosts: list[str] | None = None

    def _get_file_stream(self, *_: object, **__: object) -> IO[bytes]:
        return SpooledTemporaryFile(MAX_IN_MEMORY_BYTES, dir=current_app.instance_path)

    @property
    def trusted_hosts(self) -> list[str] | None:
        """Return the hosts that Werkzeug compares with; None, which is any, if ours is trusted."""
        names = self._trusted_hosts
        return None if names and is_trusted(self.environ["HTTP_HOST"], names) else names

    @trusted_hosts.setter
    def trusted_hosts(self, names: list[str] | None) -> None:
        self._trusted_hosts = names


# Characters of one header. gunicorn limits lines, but joins a hundred headers with one name;
# parsing an `Accept` that long takes a second.
MAX_HEADER_LENGTH = 8 * 1024

MAX_DISCARDED_BYTES = 32 * 1024 * 1024


def init_app(app: Flask) -> None:
    app.request_class = DiskUploadRequest
    app.extensions["may_send_more"] = None


def set_upload_permission(app: Flask, may: Callable[[Policy], bool]) -> None:
    """Accept larger bodies only from users who may use the view that accepts them.

    The form's token is in the body, so the user's permission has to be checked before it is read.
    `may` can also delay the request or refuse it.
    """
    app.extensions["may_send_more"] = may


def check_headers() -> None:
    """Refuse long headers before anything parses them."""
    environ = request.environ
    if long := [
        name
        for name, value in environ.items()
        if name.startswith("HTTP_") and len(value) > MAX_HEADER_LENGTH
    ]:
        for name in long:
            del environ[name]  # the error page would parse it
        abort(431)


def discard_body() -> None:
    """Read and drop the rest of the body, up to a limit.

    Otherwise, the browser would show that the connection was reset instead of the response.
    """
    if (request.content_length or 0) <= MAX_DISCARDED_BYTES:
        request.max_content_length = MAX_DISCARDED_BYTES
        while request.stream.read(64 * 1024):
            pass


def limit_body() -> None:
    environ = request.environ
    if not environ.get("CONTENT_LENGTH") and "HTTP_TRANSFER_ENCODING" not in environ:
        return  # without a body
    rules = current_policy()
    may = current_app.extensions["may_send_more"]
    if rules.body and (may is None or (is_same_origin() and may(rules))):
        request.max_content_length = max(rules.body, current_app.config["MAX_CONTENT_LENGTH"])
    if request.content_length is None:
        # A body of unknown length would be cut off silently, and then processed.
        if "Transfer-Encoding" in request.headers:
            abort(411)
    elif request.mimetype == URLENCODED:
        # Limit the fields of a urlencoded form; Werkzeug does so only for multipart.
        name = "MAX_PUBLIC_FORM_SIZE" if rules.public else "MAX_FORM_MEMORY_SIZE"
        if request.content_length > current_app.config[name]:
            abort(413)
        if request.get_data().count(b"&") >= current_app.config["MAX_FORM_PARTS"]:
            abort(413)
