"""Addresses: of this site, for mails, and within it, for coming back."""

import re
from urllib.parse import urlsplit

from flask import current_app, request

from app.core.database import READING_METHODS


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
    """The page that was asked for, or from which a form was sent, or a part of it by htmx."""
    page = request.headers.get("HX-Current-URL")
    if page and "HX-Boosted" not in request.headers:
        try:
            parts = urlsplit(page)
        except ValueError:  # such as "http://["
            return None
        return local_path(f"{parts.path}?{parts.query}".rstrip("?"))
    if request.method in READING_METHODS:
        return local_path(request.full_path.rstrip("?"))
    try:
        return local_path(urlsplit(request.referrer or "").path)
    except ValueError:  # such as "http://["
        return None
