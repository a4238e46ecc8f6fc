"""Request paths that are safe to log."""

import re
from urllib.parse import quote

from flask.globals import request_ctx

# Nearly all paths have nothing to escape, and are too short for a token.
PLAIN = re.compile(r"[\w./~-]{1,31}", re.ASCII)
# In a nonexistent path, such as a link from an email that was cut off or ends in a period.
LIKE_A_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,}")


def loggable_path() -> str:
    """Return the request's path without query, tokens, and characters that could forge a line."""
    current = request_ctx.request
    if current.view_args and "token" in current.view_args and current.url_rule:
        return current.url_rule.rule
    path = current.path
    return path if PLAIN.fullmatch(path) else LIKE_A_TOKEN.sub("***", quote(path))
