"""Whether a browser is on this machine, for developer tools and `/metrics`."""

import os
from urllib.parse import urlsplit
from wsgiref.types import WSGIEnvironment

from flask import request
from werkzeug.exceptions import SecurityError

from carafe.network import is_loopback
from carafe.security.refusals import refuse

# Headers that proxies, tunnels, and content delivery networks add to forwarded requests. They may
# run here and rewrite `Host`, but at least one of these says whom the request is from.
FORWARDING_HEADERS = (
    "AKAMAI_",
    "CDN_",
    "CF_",
    "CLIENT_IP",
    "CLOUDFRONT_",
    "FASTLY_",
    "FLY_",
    "FORWARDED",
    "INCAP_",
    "PROXY_",
    "TAILSCALE_",
    "TRUE_CLIENT_IP",
    "VIA",
    "WL_PROXY_",
    "X_AMZN_",
    "X_AMZ_CF_",
    "X_APPENGINE_",
    "X_ARR_",
    "X_AZURE_",
    "X_CLIENT_",
    "X_CLOUD_TRACE_",
    "X_CLUSTER_CLIENT_",
    "X_ENVOY_",
    "X_FORWARD",
    "X_HOST",
    "X_NGINX_PROXY",
    "X_ORIGIN",
    "X_PROXY",
    "X_REAL_",
    "X_REMOTE_",
    "X_REWRITE_",
    "X_SCHEME",
    "X_TUNNEL_",
    "X_URL_SCHEME",
    "X_VERCEL_",
)
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PREFIXES = tuple(f"HTTP_{name}" for name in FORWARDING_HEADERS)


def is_from_this_machine(environ: WSGIEnvironment) -> bool:
    """Return whether a WSGI request is from this machine, under a name that only it can have.

    Someone else's name can point here, too ("DNS rebinding"), and so can a tunnel.
    """
    if any(name.startswith(PREFIXES) for name in environ):
        return False
    return is_loopback(environ.get("REMOTE_ADDR") or "") and is_loopback(_host(environ))


def _host(environ: WSGIEnvironment) -> str:
    try:
        return urlsplit(f"//{environ.get('HTTP_HOST', '')}").hostname or ""
    except ValueError:  # such as "["
        return ""


def is_at_this_machine() -> bool:
    """Return whether the current request is from this machine, under one of the site's names."""
    refused = isinstance(request.routing_exception, SecurityError)  # not in TRUSTED_HOSTS
    return not refused and is_from_this_machine(request.environ)


def keep_off_proxies() -> None:
    """Keep libraries from using a proxy for this machine, such as for a storage server on it.

    Applies if the environment names a proxy (`http_proxy`) without such an exception. Most
    libraries read `no_proxy`, and `NO_PROXY` only if that is missing.
    """
    named = {name.lower() for name, value in os.environ.items() if value}
    if not named & {"http_proxy", "https_proxy", "all_proxy"}:
        return
    no_proxy = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    hosts = [host.strip() for host in no_proxy.split(",") if host.strip()]
    if "*" not in hosts:
        os.environ["no_proxy"] = ",".join(dict.fromkeys([*hosts, *LOOPBACK]))


def only_at_this_machine() -> None:
    """Refuse everyone else: for a blueprint's `before_request`, for example."""
    if not is_at_this_machine():
        message = "This only works in a browser on the server itself, at localhost or 127.0.0.1."
        refuse(403, "access.denied", "not_this_machine", message)
