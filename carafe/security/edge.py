"""What the app trusts about a request: client, scheme, and host.

It is decided once, before anything uses it, so that limits, logs, and links agree.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv6Address
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, request

from carafe.network import parse_ip
from carafe.security.refusals import refuse

# Load balancers request them by IP address, which is not in TRUSTED_HOSTS.
ANY_HOST = {"/livez"}

HOST = re.compile(r"(?:([a-z0-9-]+(?:\.[a-z0-9-]+)*)\.?|(\[[0-9a-f:.]+\]))(:[0-9]*)?")
# One entry of X-Forwarded-For, without quotes: an address and possibly a port.
ADDRESS = re.compile(r"\[([^\[\]]+)\](?::\w*)?|([^:\[\]]+)(?::\w*)?|([^\[\]]+)")


class Edge:
    """WSGI middleware that trusts the configured number of proxies and normalizes values."""

    def __init__(self, application: WSGIApplication, proxies: int, hosts: Sequence[str], root: str):
        self.application, self.proxies, self.root = application, proxies, root
        self.name = hosts[0].lstrip(".") if hosts else "localhost"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = self._client(environ)
        if scheme := self._scheme(environ):
            environ["wsgi.url_scheme"] = scheme
        self._take_root_off(environ)
        environ["HTTP_HOST"] = self._host(environ)
        return self.application(environ, start_response)

    def _client(self, environ: WSGIEnvironment) -> str:
        """Return the address of the client: the connection's, or the one the proxies report.

        If a proxy sends "unknown" or an invalid address, the proxy itself is the client.
        """
        peer: str = environ.get("REMOTE_ADDR") or ""
        return self._said(environ, "FOR", read_address) or read_address(peer) or peer

    def _scheme(self, environ: WSGIEnvironment) -> str | None:
        schemes = {"http", "https"}
        return self._said(environ, "PROTO", lambda text: text if text in schemes else None)

    def _said(
        self, environ: WSGIEnvironment, name: str, read: Callable[[str], str | None]
    ) -> str | None:
        """Return what the outermost trusted proxy put into its header.

        Each proxy appends what it saw; anything further left may be from the visitor. Several
        headers with one name are one list (RFC 9110, 5.3).
        """
        values = environ.get(f"HTTP_X_FORWARDED_{name}", "").split(",")
        if not 0 < self.proxies <= len(values):
            return None
        return read(values[-self.proxies].strip().strip('"').lower())

    def _take_root_off(self, environ: WSGIEnvironment) -> None:
        """Split APPLICATION_ROOT, if there is one, from the path.

        The server or a proxy may have stripped it already. X-Forwarded-Prefix and other headers are
        ignored, because visitors can send them.
        """
        mount, path = environ.get("SCRIPT_NAME"), environ.get("PATH_INFO", "")
        if self.root:
            if f"{path}/".startswith(f"{self.root}/"):
                path = path.removeprefix(self.root)
            environ["SCRIPT_NAME"], environ["PATH_INFO"] = self.root, path or "/"
        elif mount:
            # Half of the links would point outside it.
            raise RuntimeError(
                f"The server mounts the app at {mount}: set APPLICATION_ROOT={mount}"
            )

    def _host(self, environ: WSGIEnvironment) -> str:
        """Return the normalized host, an invalid one unchanged, "" if it is missing."""
        host = environ.get("HTTP_HOST")
        # HTTP/1.1 requires one, and a 400 if it is missing (RFC 9112, 3.2).
        is_missing = host is None and environ.get("SERVER_PROTOCOL") not in ("HTTP/0.9", "HTTP/1.0")
        if environ.get("PATH_INFO") in ANY_HOST and not is_missing:
            return self.name
        return normalize_host(host or "") or host or ""


@lru_cache(maxsize=256)
def read_address(text: str) -> str | None:
    """Return the normalized IP address in an entry of X-Forwarded-For, or None.

    Some proxies append the port: "192.0.2.1:5678", "[2001:db8::1]:5678".
    """
    match = ADDRESS.fullmatch(text)
    address = parse_ip(match[1] or match[2] or match[3]) if match else None
    return str(address) if address else None


def normalize_host(text: str) -> str | None:
    """Return a `Host` in lowercase, without a trailing dot; None if it is invalid."""
    match = HOST.fullmatch(text.lower())
    if match is None:
        return None
    name, address, port = match.groups(default="")
    if address:
        try:
            name = f"[{IPv6Address(address[1:-1])}]"
        except ValueError:
            return None
    return name + port.removesuffix(":")


def is_trusted(host: str, names: Iterable[str]) -> bool:
    """Return whether a normalized host, with or without a port, is in TRUSTED_HOSTS.

    Werkzeug's own check only uses what is before the first colon, so no IPv6 address passes.
    """
    match = HOST.fullmatch(host)
    if match is None:
        return False
    host = match[1] or match[2]
    return any(
        host == name.lstrip(".") or (name.startswith(".") and host.endswith(name)) for name in names
    )


def refuse_without_host() -> None:
    """Refuse requests without a host even if every host is trusted, as in tests."""
    if not request.host:
        refuse(400, "host.refused", "no_host")


def init_app(app: Flask) -> None:
    hosts = app.config["TRUSTED_HOSTS"] or []
    root = app.config["APPLICATION_ROOT"].rstrip("/")
    app.wsgi_app = Edge(  # type: ignore[method-assign]
        app.wsgi_app, app.config["TRUSTED_PROXIES"], hosts, root
    )
