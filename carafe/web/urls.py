"""URLs of this site, for emails and for redirects within it."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, has_request_context, request, url_for
from flask.globals import request_ctx

from carafe.database.transactions import SAFE_METHODS

# Settings with the path of one of the app's pages.
PAGE_SETTINGS = "HOME_URL", "TWO_FACTOR_URL"
# Segments with which browsers go up, escaped or not.
DOTS = re.compile(r"/(\.|%2e){1,2}(/|$)", re.IGNORECASE)


def public_url(path: str) -> str:
    """Return an absolute URL under `PUBLIC_URL`, not from the request, whose host can be forged."""
    return f"{current_app.config['PUBLIC_URL']}{path}"


def endpoint_path(endpoint: str, **values: object) -> str:
    """Return the path of a page, even without a request, as in commands."""
    root = current_app.config["APPLICATION_ROOT"]
    return current_app.url_map.bind("", script_name=root).build(endpoint, values)


def site_root() -> str:
    """Return the path under which the site is served, such as "/carafe"; "" for a whole host."""
    root: str = current_app.config["APPLICATION_ROOT"]
    return root.rstrip("/")


def home_instead_of_root() -> str | None:
    """Return `HOME_URL` for a request of `/`: an app need not have a page there."""
    home: str = current_app.config["HOME_URL"]
    return home if request.path == "/" and home != f"{site_root()}/" else None


def current_path() -> str:
    """Return the path of this request as the browser sees it, without the query."""
    return request.script_root + request.path


def current_url() -> str:
    """Return the path of this request as the browser sees it, with the query."""
    return (request.script_root + request.full_path).rstrip("?")


def safe_redirect_path(target: str | None) -> str | None:
    """Return `target` if it is a path on this site, else None.

    Browsers read `/\\x` and `//x` as URLs of another host, and drop tabs and newlines first.
    """
    if not target or not re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]*", target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc or not _is_within(parts.path) else target


def _is_within(path: str) -> bool:
    """Return whether a path belongs to this site, not to another one on the same host."""
    root = site_root()
    if not root:
        return True
    return f"{path}/".startswith(f"{root}/") and not DOTS.search(path)


def return_path() -> str | None:
    """Return the path of the page that was requested, submitted a form, or polled for a part."""
    page = request.headers.get("HX-Current-URL")
    if page and "HX-Boosted" not in request.headers:
        try:
            parts = urlsplit(page)
        except ValueError:  # such as "http://["
            return None
        return safe_redirect_path(f"{parts.path}?{parts.query}".rstrip("?"))
    if request.method in SAFE_METHODS:
        return safe_redirect_path(current_url())
    try:
        return safe_redirect_path(urlsplit(request.referrer or "").path)
    except ValueError:  # such as "http://["
        return None


def init_app(app: Flask) -> None:
    root = app.config["APPLICATION_ROOT"].rstrip("/")
    for name in PAGE_SETTINGS:
        app.config[name] = root + app.config[name]
    app.jinja_env.globals["site_root"] = root
    app.jinja_env.globals["url_for"] = _remembering_url_for()


def _remembering_url_for() -> Callable[..., str]:
    """Return a `url_for` for templates that builds URLs without arguments only once.

    Each page has some, and each takes Flask 12 µs.
    """
    urls: dict[tuple[str, str, str], str] = {}

    def remembering_url_for(endpoint: str, **values: Any) -> str:
        has_values = any(value is not None for value in values.values())
        if has_values or endpoint.startswith(".") or not has_request_context():
            return url_for(endpoint, **values)
        current = request_ctx.request
        # Rules of one endpoint may differ by method.
        key = endpoint, current.method, current.root_path
        url = urls.get(key)
        if url is None:
            url = url_for(endpoint)
            # Clients can send any method, and the cache must stay small.
            if current.method in ("GET", "HEAD", "POST"):
                urls[key] = url
        return url

    return remembering_url_for
