"""Readers of URLs. Ambiguous ones are refused: `smtp://user:12#34@host` would have port 12.

Errors never quote a URL, because it may contain a password.
"""

import re

from carafe.config.env import RefusedError
from carafe.config.url_parts import ESCAPES, require_parts, split_url

DEFAULT_PORTS = {"http": 80, "https": 443}
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def site_url(text: str) -> str:
    """Read the URL of a whole host, without a path."""
    if split_url(text).path.strip("/"):
        raise RefusedError("it contains a path", "For a site under a path, set APPLICATION_ROOT.")
    url = require_parts(split_url(text), ("http", "https"))
    # Browsers don't send it, either.
    return url._replace(port=None if url.port == DEFAULT_PORTS[url.scheme] else url.port).origin


def mail_url(text: str) -> str:
    if text in ("console:", "console://"):
        return "console:"
    if text.lower().startswith("file:"):
        return f"file:{file_path(text)}"
    url = require_parts(split_url(text), ("smtp", "smtps"), credentials=True)
    if bool(url.user) != bool(url.password):
        raise RefusedError("it has a user or a password but not both", "In a user, write : as %3A.")
    return text


def file_path(text: str) -> str:
    """Return the path in `file:/path`; "" for `file:` alone."""
    path = text[len("file:") :]
    path = path.removeprefix("//") if path.startswith("///") else path
    # A relative path would depend on where a command starts.
    if path and (path[0] != "/" or path.startswith("//")):
        raise RefusedError("its path does not start with a single /")
    if re.search(r"[?#\s]|%(?![0-9A-Fa-f]{2})", path):
        raise RefusedError("it contains a ?, #, %, or space", "Write them as %3F %23 %25 and %20.")
    return path


def storage_url(text: str) -> str:
    if text.lower().startswith("file:"):
        return f"file:{file_path(text)}"
    url = split_url(text)
    require_parts(url, ("s3",), path=r"/[^/@]+(/[^/@]+)*/?", query=("region",), credentials=True)
    if not (url.user and url.password):
        raise RefusedError("it has no key and secret", "In a secret, write / as %2F.")
    if "region" in url.query and not re.fullmatch("[a-z0-9-]+", url.query["region"]):
        raise RefusedError("its region is not valid")
    return text


def redis_url(text: str) -> str:
    if re.fullmatch(r"unix:///[^\s?#@%]+", text):
        return text
    url = split_url(text)
    tls = ("ssl_ca_certs", "ssl_cert_reqs") if url.scheme == "rediss" else ()
    require_parts(url, ("redis", "rediss"), path="/?|/[0-9]{1,4}", query=tls, credentials=True)
    if url.user and not url.password:
        raise RefusedError(
            "it has a user but no password", "Write a password without a user as :password."
        )
    if url.query.get("ssl_cert_reqs", "none") not in ("none", "optional", "required"):
        raise RefusedError("ssl_cert_reqs must be none, optional, or required")
    return text


def database_url(text: str) -> str:
    """Read a URL that SQLAlchemy and libpq parse in the same way.

    Which parameters libpq supports depends on its version, so `carafe.database` checks those.
    """
    if text.lower().startswith("sqlite"):
        return _sqlite_url(text)
    url = split_url(text)
    if url.scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise RefusedError("its database or driver is not supported")
    if not re.fullmatch("(/[^/@]*)?", url.path):
        raise RefusedError(
            "its database name contains a / or an @", "In a password, write / as %2F, @ as %40."
        )
    if not url.user and url.password:
        raise RefusedError("it has a password but no user")
    if not all(re.fullmatch("[a-z_]{1,40}", name) for name in url.query):
        raise RefusedError("it has an unknown parameter", ESCAPES)
    if url.query.get("sslmode", "disable") not in SSL_MODES:
        raise RefusedError(f"sslmode must be one of {', '.join(SSL_MODES)}")
    return text


def _sqlite_url(text: str) -> str:
    driver, _, path = text.partition("://")
    if driver not in ("sqlite", "sqlite+pysqlite") or (path and path[0] != "/"):
        raise RefusedError(
            "a SQLite URL has no user or host", "Start an absolute path with four slashes."
        )
    if re.match("/?~|.*[?#]", path):
        raise RefusedError("its path contains a ~, ?, or #", "Use the full path.")
    return text


def sentry_dsn(text: str) -> str:
    url = require_parts(split_url(text), ("http", "https"), path="(/.+)?/[0-9]+", credentials=True)
    if not url.user:
        raise RefusedError("it has no key")
    return text


def otlp_url(text: str) -> str:
    """Read the endpoint to which the exporter appends the path of traces."""
    url = require_parts(split_url(text), ("http", "https"), path="(/[^@]*)?")
    if url.path.rstrip("/").endswith("/v1/traces"):
        raise RefusedError("it ends in /v1/traces, which is added automatically", "Remove it.")
    return text.rstrip("/")
