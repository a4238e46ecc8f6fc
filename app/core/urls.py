"""Addresses: of this site, for mails, and within it, for coming back."""

import re
from urllib.parse import urlsplit

from flask import abort, current_app, request
from werkzeug.exceptions import SecurityError

from app.core.database import READING_METHODS
from app.core.ip import parse_ip

PORT = re.compile(r":\d*$")


def public_url(path: str) -> str:
    """An absolute address under `PUBLIC_URL`, never from the request: anyone can forge its host."""
    return f"{current_app.config['PUBLIC_URL']}{path}"


def path_of(endpoint: str) -> str:
    """The path of a page without arguments, also where there is no request, as in commands."""
    return current_app.url_map.bind("").build(endpoint)


def local_path(target: str | None) -> str | None:
    """`target` if it is a path of this site, else None.

    Browsers read `/\\x` and `//x` as another host's address, and drop tabs and newlines first.
    """
    if not target or not re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]*", target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else target


def wanted() -> str | None:
    """The page that was asked for, or from which a form was sent."""
    if request.method in READING_METHODS:
        return local_path(request.full_path.rstrip("?"))
    try:
        return local_path(urlsplit(request.referrer or "").path)
    except ValueError:  # such as "http://["
        return None


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine, to which nothing needs to be encrypted."""
    address = parse_ip(host)
    return address.is_loopback if address else host == "localhost"


def is_at_this_machine() -> bool:
    """Whether the browser is here, and knows the site by a name that only means this machine.

    A name of somebody else's can lead here, too ("DNS rebinding").
    """
    try:
        host = PORT.sub("", request.host).strip("[]")
    except SecurityError:  # not among TRUSTED_HOSTS
        return False
    return is_loopback(request.remote_addr or "") and is_loopback(host)


def only_at_this_machine() -> None:
    """Refuse all others what is for the developer alone: as a blueprint's `before_request`, say."""
    if not is_at_this_machine():
        abort(403, "Only a browser on this machine may do this, at localhost or 127.0.0.1.")
