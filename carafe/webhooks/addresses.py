"""Where webhooks may go: URLs that users enter, and the addresses that names resolve to.

A name is checked when a connection is made, and the connection goes to the address that was
checked: otherwise, a name could point elsewhere in between (DNS rebinding).
"""

from __future__ import annotations

import re
import socket
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import current_app

from carafe.config.env import RefusedError
from carafe.config.hosts import host_name
from carafe.network import NAT64, IPAddress, embedded_ipv4, parse_ip
from carafe.webhooks.models import URL_LENGTH

PORTS = {"https": 443, "http": 80}
# Below are mail servers, databases' and other protocols' ports, where nobody receives webhooks.
FIRST_FREE_PORT = 1024
UNSAFE = re.compile(r"[^\x21-\x7e]|[\"'<>\\^`{|}]")


class InvalidURLError(ValueError):
    """A URL that can't receive webhooks. The text is for the user."""


class ForbiddenAddressError(OSError):
    """A name has no address to which webhooks may go."""


class Target(NamedTuple):
    """The parts of a URL that a request needs. The host is in ASCII, without brackets."""

    scheme: str
    host: str
    port: int
    # With the query.
    path: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


def parse_url(text: str) -> Target:
    """Split a URL. Raise `InvalidURLError` unless webhooks can be sent there."""
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidURLError("Enter a valid URL.") from None
    scheme = parts.scheme.lower()
    if scheme != "https" and not (scheme == "http" and current_app.config["WEBHOOK_HTTP"]):
        raise InvalidURLError("Use a URL that starts with https://.")
    if "@" in parts.netloc:
        raise InvalidURLError("Remove the username and password from the URL.")
    if parts.fragment or "#" in text:
        raise InvalidURLError("Remove the part of the URL from # on.")
    if port is not None and port not in PORTS.values() and port < FIRST_FREE_PORT:
        raise InvalidURLError(f"Port {port} isn't allowed. Use 443, or {FIRST_FREE_PORT} or above.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if UNSAFE.search(path) or re.search("%(?![0-9A-Fa-f]{2})", path):
        raise InvalidURLError("Percent-encode special characters in the URL.")
    target = Target(scheme, _host(host), port or PORTS[scheme], path)
    if len(target.url) > URL_LENGTH:
        raise InvalidURLError(f"Use a URL of {URL_LENGTH:,} characters or fewer.")
    return target


def origin(url: str) -> str:
    """Return the part of a URL that logs and emails may have: paths are often secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _host(text: str) -> str:
    """Return a host in ASCII. Refuse those that are local without asking any server."""
    try:
        host = host_name(f"[{text}]" if ":" in text else text).strip("[]")
    except RefusedError:
        raise InvalidURLError("Enter a valid URL.") from None
    address = parse_ip("127.0.0.1" if host.endswith("localhost") else host)
    if (address is not None and not may_connect(address)) or ("." not in host and address is None):
        raise InvalidURLError("Use a URL that can be reached from the internet.")
    return host


def may_connect(address: IPAddress) -> bool:
    """Return whether an address is public, or in a network that the settings allow."""
    networks = current_app.config["WEBHOOK_PRIVATE_NETWORKS"]
    return is_public(address) or any(address in network for network in networks)


def is_public(address: IPAddress) -> bool:
    """Return whether an address, and any that it stands for, belongs to the internet.

    Private, shared (CGNAT), loopback, and link-local ones don't, such as the address of a cloud's
    metadata service.
    """
    embedded = embedded_ipv4(address)
    if embedded is not None and not is_public(embedded):
        return False
    if address.version == 6 and address in NAT64:
        return True
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or (address.version == 6 and address.is_site_local)
    )


def resolve(target: Target) -> list[str]:
    """Return the addresses of a host to which webhooks may go.

    Raise `ForbiddenAddressError` if it has others only, and `OSError` if it has none.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    texts = list(dict.fromkeys(str(info[4][0]) for info in found))
    allowed = [text for text in texts if (ip := parse_ip(text)) is not None and may_connect(ip)]
    if not allowed:
        raise ForbiddenAddressError("The host's address is private.")
    return allowed
