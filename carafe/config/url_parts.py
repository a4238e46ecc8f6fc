"""Splits the URLs of settings, and refuses ambiguous ones.

`smtp://user:12#34@host` would have port 12. Errors never quote a URL, because it may contain a
password.
"""

import re
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from carafe.config.env import RefusedError
from carafe.config.hosts import host_name

ESCAPES = "In a user or password, write : / ? # @ as %3A %2F %3F %23 %40."


class URL(NamedTuple):
    """The parts of a URL. User and password are decoded, the host is in ASCII."""

    scheme: str
    user: str
    password: str
    host: str
    port: int | None
    path: str
    query: dict[str, str]

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host}" + (f":{self.port}" if self.port else "")


def split_url(text: str) -> URL:
    """Split a URL that has a host (RFC 3986). Raise `RefusedError`."""
    scheme, separator, remainder = text.partition("://")
    if not separator or not re.fullmatch("[A-Za-z][A-Za-z0-9+.-]*", scheme):
        raise RefusedError("it does not start with a scheme and ://")
    _refuse_unescaped(text)
    authority, path, query = _match(r"([^/?]*)([^?]*)(?:\?(.*))?", remainder)
    credentials, at, location = authority.rpartition("@")
    if not at and "@" in path + query:
        sign = "/" if path else "?"
        raise RefusedError(
            f"its user or password contains a {sign}",
            f"In a password, write {sign} as %{ord(sign):02X}.",
        )
    user, _, password = credentials.partition(":")
    if "@" in password:
        raise RefusedError("its password contains an @", "In a password, write @ as %40.")
    host, port = _match(r"(\[[^\]]*\]|[^:]*)(?::(.*))?", location)
    return URL(
        scheme.lower(),
        unquote(user),
        unquote(password),
        host_name(host) if host else "",
        _port(port) if location.removeprefix(host) else None,
        path,
        _query(query),
    )


def _refuse_unescaped(text: str) -> None:
    """Raise `RefusedError` for a character that has to be percent-encoded."""
    if re.search(r"\s", text):
        raise RefusedError("it contains a space", "In a password, write a space as %20.")
    if "#" in text:
        raise RefusedError("it contains a #", "In a password, write # as %23.")
    if "\\" in text:
        raise RefusedError("it contains a \\", "In a password, write \\ as %5C.")
    if re.search("%(?![0-9A-Fa-f]{2})", text):
        raise RefusedError(
            "it contains a % that is not followed by two hex digits",
            "In a password, write % as %25.",
        )


def _match(pattern: str, text: str) -> tuple[str, ...]:
    if not (match := re.fullmatch(pattern, text, re.S)):
        raise RefusedError("its host is not valid")
    return match.groups(default="")


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= 65_535:
        raise RefusedError("its port is not a number from 1 to 65535", ESCAPES)
    return int(text)


def _query(text: str) -> dict[str, str]:
    pairs = parse_qsl(text, keep_blank_values=True)
    if len(dict(pairs)) != len(pairs):
        raise RefusedError("it repeats a parameter")
    return dict(pairs)


def require_parts(
    url: URL,
    schemes: Collection[str],
    *,
    path: str = "/?",
    query: Collection[str] = (),
    credentials: bool = False,
) -> URL:
    """Return the URL if it has these parts and no others. `path` is a regular expression."""
    if url.scheme not in schemes:
        raise RefusedError(f"its scheme is not one of {', '.join(schemes)}")
    if not url.host:
        raise RefusedError("it has no host")
    if (url.user or url.password) and not credentials:
        raise RefusedError("it contains a user or password", "Remove them.")
    if not re.fullmatch(path, url.path):
        raise RefusedError("its path is unexpected" if url.path else "it has no path", ESCAPES)
    for name in url.query:
        if name not in query:
            # What looks like another part may be the end of a password.
            label = f" {name}" if re.fullmatch("[a-z_]{1,40}", name) and url.query[name] else ""
            raise RefusedError(f"it has an unknown parameter{label}", ESCAPES)
    return url
