"""Paths of requests that are safe to log."""

import re
from urllib.parse import quote

from flask import request

# In a path that leads nowhere: a link from a mail that was cut or has a dot at its end, say.
LIKE_A_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,}")


def loggable_path() -> str:
    """The request's path without its query, and with nothing that opens a door or forges a line."""
    if request.view_args and "token" in request.view_args and request.url_rule:
        return request.url_rule.rule
    return LIKE_A_TOKEN.sub("***", quote(request.path))
