"""Request paths that are safe to log."""

import re
from urllib.parse import quote

from flask import request

# In a nonexistent path, such as a link from an email that was cut off or ends in a period.
LIKE_A_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,}")


def loggable_path() -> str:
    """Return the request's path without query, tokens, and characters that could forge a line."""
    if request.view_args and "token" in request.view_args and request.url_rule:
        return request.url_rule.rule
    return LIKE_A_TOKEN.sub("***", quote(request.path))
