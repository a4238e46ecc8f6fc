"""What the rest of the app believes about a request: who sent it, by which scheme, to which host.

Settled once, before anything looks at it, so that limits, logs, and links see the same.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv6Address
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, request

from carafe.network import parse_ip
from carafe.security.refusals import refuse

# Load balancers ask by an address, which is not among TRUSTED_HOSTS.
ANY_HOST = {"/livez"}

HOST = re.compile(r"(?:([a-z0-9-]+(?:\.[a-z0-9-]+)*)\.?|(\[[0-9a-f:.]+\]))(:[0-9]*)?")
# One entry of X-Forwarded-For, without the quotes: an address and perhaps a port.
ADDRESS = re.compile(r"\[([^\[\]]+)\](?::\w*)?|([^:\[\]]+)(?::\w*)?|([^\[\]]+)")


class Edge:
    """WSGI middleware that believes as many proxies as there are, and spells each thing one way."""

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
        """Return the address of the client: of the connection, or as the proxies say.

        A proxy that does not know ("unknown") or says nonsense is the client itself.
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

        Each proxy appends what it saw; whatever is further left, the visitor may have written.
        Several headers of one name are one list (RFC 9110, 5.3).
        """
        values = environ.get(f"HTTP_X_FORWARDED_{name}", "").split(",")
        if not 0 < self.proxies <= len(values):
            return None
        return read(values[-self.proxies].strip().strip('"').lower())

    def _take_root_off(self, environ: WSGIEnvironment) -> None:
        """Split the path into APPLICATION_ROOT, if there is one, and the rest.

        The server or a proxy may have stripped it already, or not. X-Forwarded-Prefix and other
        headers are ignored, since visitors can send them.
        """
        mount, path = environ.get("SCRIPT_NAME"), environ.get("PATH_INFO", "")
        if self.root:
            if f"{path}/".startswith(f"{self.root}/"):
                path = path.removeprefix(self.root)
            environ["SCRIPT_NAME"], environ["PATH_INFO"] = self.root, path or "/"
        elif mount:
            # Half of the links would lead outside of it.
            raise RuntimeError(
                f"The server mounts the app at {mount}: set APPLICATION_ROOT={mount}"
            )

    def _host(self, environ: WSGIEnvironment) -> str:
        """Return the host in one spelling, as it is if it is none, "" if it is missing."""
        host = environ.get("HTTP_HOST")
        # HTTP/1.1 asks for one, and for a 400 where it is missing (RFC 9112, 3.2).
        is_missing = host is None and environ.get("SERVER_PROTOCOL") not in ("HTTP/0.9", "HTTP/1.0")
        if environ.get("PATH_INFO") in ANY_HOST and not is_missing:
            return self.name
        return normalize_host(host or "") or host or ""


@lru_cache(maxsize=256)
def read_address(text: str) -> str | None:
    """Return the IP address in an entry of X-Forwarded-For, in one spelling, or None.

    Some proxies add the port: "192.0.2.1:5678", "[2001:db8::1]:5678".
    """
    match = ADDRESS.fullmatch(text)
    address = parse_ip(match[1] or match[2] or match[3]) if match else None
    return str(address) if address else None


def normalize_host(text: str) -> str | None:
    """Return a `Host` in small letters, without the dot at a name's end; None if it is none."""
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
    """Return whether a normalized host, with or without a port, is among TRUSTED_HOSTS.

    Werkzeug's own check goes by what is before the first colon, so that no IPv6 address passes.
    """
    match = HOST.fullmatch(host)
    if match is None:
        return False
    host = match[1] or match[2]
    return any(
        host == name.lstrip(".") or (name.startswith(".") and host.endswith(name)) for name in names
    )


def refuse_without_host() -> None:
    """Refuse what has no host even where every host is trusted, as in tests."""
    if not request.host:
        refuse(400, "host.refused", "no_host")


def init_app(app: Flask) -> None:
    hosts = app.config["TRUSTED_HOSTS"] or []
    root = app.config["APPLICATION_ROOT"].rstrip("/")
    app.wsgi_app = Edge(  # type: ignore[method-assign]
        app.wsgi_app, app.config["TRUSTED_PROXIES"], hosts, root
    )
