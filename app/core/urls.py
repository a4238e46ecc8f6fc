"""Addresses: of this site, for mails, and within it, for coming back."""

import re
from urllib.parse import urlsplit

from flask import current_app


def public_url(path: str) -> str:
    """An absolute address under `PUBLIC_URL`, never from the request: anyone can forge its host."""
    return f"{current_app.config['PUBLIC_URL']}{path}"


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
