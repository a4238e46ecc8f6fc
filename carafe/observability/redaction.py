"""The last line of defense: removes secrets from logs and reports."""

import re
from collections.abc import Iterator, MutableMapping
from functools import lru_cache

from flask import has_request_context, request

HIDDEN = "***"

SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)|secret|token|cookie|authori[sz]ation|api_?key|csrf|credential", re.I
)
# This app's tokens have 43 such characters; long names in a traceback usually have one case.
LIKE_A_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,}")
# Password hashes; users and passwords in URLs.
OTHER_SECRETS = re.compile(r"\$argon2\S+|(?<=://)[^/\s@]+(?=@)")
# PostgreSQL reports the whole row that it refused, or a statement's parameters.
ROWS = re.compile(
    r"^(DETAIL|CONTEXT):.*?(?=\n\[SQL:|\n\(Background on|\n\nThe above|\n\nDuring|\Z)", re.M | re.S
)
# Shorter values can't be distinguished from the text around them.
MIN_VALUE_LENGTH = 4


@lru_cache(maxsize=1000)
def is_secret_name(name: object) -> bool:
    return SECRET_NAME.search(str(name)) is not None


def redact_text(text: str) -> str:
    """Redact a text, such as an exception's: rows, tokens, hashes, and what this request sent."""
    text = ROWS.sub(rf"\1: {HIDDEN}", text)
    for value in _values():
        text = text.replace(value, HIDDEN)
    text = LIKE_A_TOKEN.sub(lambda match: HIDDEN if _is_mixed(match[0]) else match[0], text)
    return OTHER_SECRETS.sub(HIDDEN, text)


def redact_mapping(values: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Redact a mapping, hiding values with revealing names at any depth."""
    is_nested = any(isinstance(value, (dict, list)) for value in values.values())
    if is_nested or any(map(is_secret_name, values)):
        return {key: _without_secrets(key, value) for key, value in values.items()}
    return values  # nearly always the case


def _without_secrets(key: str, value: object) -> object:
    if is_secret_name(key):
        return HIDDEN
    if isinstance(value, list):
        return [_without_secrets("", item) for item in value]
    return redact_mapping(value) if isinstance(value, dict) else value


def _is_mixed(text: str) -> bool:
    return text != text.lower() and text != text.upper()


def _values() -> Iterator[str]:
    """Return what the visitor sent, longest first: one value may be part of another."""
    if not has_request_context():
        return
    sent = list(_texts(request.view_args))
    # Only what was already read: reading a body here could fail, or take all of its time.
    for name in ("args", "form", "cookies"):
        if values := request.__dict__.get(name):
            sent += [value for _, value in values.items(multi=True)]
    sent += _texts(request._cached_json[0])
    sent += request.headers.get("Authorization", "").split()[1:]
    for value in sorted(sent, key=len, reverse=True):
        if len(value) >= MIN_VALUE_LENGTH:
            yield value
            if (quoted := repr(value)[1:-1]) != value:
                yield quoted


def _texts(data: object) -> Iterator[str]:
    """Return the texts in parsed JSON, at any depth."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, (list, dict)):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _texts(value)
