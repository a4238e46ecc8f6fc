"""Every setting, with its default and what it means.

A setting is read from the environment variable of the same name; in development, also from a
`.env` file. `APP_ENV` chooses the class: development (the default), testing or production.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from click import ClickException
from dotenv import dotenv_values

ROOT = Path(__file__).parent

MAKE_A_KEY = "python -c 'import secrets; print(secrets.token_urlsafe(48))'"


class ConfigError(ClickException, RuntimeError):
    """A setting is missing or wrong. The text names it and says how to mend it.

    Being what they are to click and to gunicorn, it is one line there and no traceback.
    `flask check` shows the two halves apart.
    """

    def __init__(self, wrong: str, remedy: str = "See config.py for what it accepts."):
        super().__init__(f"{wrong} {remedy}")
        self.wrong, self.remedy = wrong, remedy


class Env:
    """A setting that the environment may change: a default, and how to read the variable."""

    def __init__(self, default: Any, read: Callable[[str], Any] = str, accepts: str = "text"):
        self.default, self.read, self.accepts = default, read, accepts

    def value(self, name: str, environ: Mapping[str, str]) -> Any:
        text = environ.get(name, "").strip()
        if not text:
            return self.default
        try:
            return self.read(text)
        except ValueError:
            raise ConfigError(
                f"{name}={text!r} is not accepted.", f"Give {self.accepts}."
            ) from None


def words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def natural(text: str) -> int:
    if (number := int(text)) < 0:
        raise ValueError(text)
    return number


def at_least_one(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def port(text: str) -> int:
    if not 0 <= (number := int(text)) <= 65_535:
        raise ValueError(text)
    return number


def share(text: str) -> float:
    if not 0 <= (number := float(text)) <= 1:
        raise ValueError(text)
    return number


def one_of(*names: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in names:
            raise ValueError(text)
        return text

    return read


def yes_or_no(text: str) -> bool:
    yes, no = ("yes", "on", "true", "1"), ("no", "off", "false", "0")
    return one_of(*yes, *no)(text.lower()) in yes


def web_address(text: str) -> str:
    if not re.match(r"https?://[^/]", text):
        raise ValueError(text)
    return text.rstrip("/")


def site_address(text: str) -> str:
    """The address of a whole host: what leads into the site is a path put behind it."""
    parts = urlsplit(web_address(text))
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc or "\\" in text:
        raise ValueError(text)
    if not parts.hostname or parts.port == 0:  # looking at the port reads it
        raise ValueError(text)
    return parts.geturl()


def long_secret(text: str) -> str:
    if len(text) < 16:
        raise ValueError(text)
    return text


class EnvTable(Env):
    """Settings of several things of one kind, as a dict of their names.

    `OAUTH_PROVIDERS=acme` names one, and `OAUTH_ACME_CLIENT_ID` is its field "client_id".
    """

    def __init__(self, prefix: str, *fields: str):
        super().__init__({}, accepts="names of letters and digits, comma-separated")
        self.prefix, self.fields = prefix, fields

    def value(self, name: str, environ: Mapping[str, str]) -> dict[str, dict[str, str]]:
        names = words(environ.get(name, "").lower())
        if wrong := [word for word in names if not re.fullmatch("[a-z][a-z0-9_]{0,49}", word)]:
            raise ConfigError(f"{name}={wrong[0]!r} is not accepted.", f"Give {self.accepts}.")
        return {each: dict(self._row(f"{self.prefix}_{each}".upper(), environ)) for each in names}

    def _row(self, prefix: str, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for field in self.fields:
            if text := environ.get(f"{prefix}_{field}".upper(), "").strip():
                yield field, text


def log_level(default: str) -> Env:
    levels = one_of("DEBUG", "INFO", "WARNING", "ERROR")
    return Env(default, levels, "DEBUG, INFO, WARNING or ERROR")


class Config:
    """What holds everywhere unless a class below or the environment says otherwise."""

    # The name in titles, mails and the header.
    APP_NAME = Env("Carafe")

    # One key ring signs and encrypts everything: the key, and older ones (comma-separated) that
    # are still believed, so that nobody is logged out by a change of key.
    SECRET_KEY = Env("development-key-that-production-refuses")
    SECRET_KEY_FALLBACKS = Env([], words, "keys, comma-separated")

    # Host names that requests may be for, comma-separated; `.example.org` covers subdomains. An
    # IPv6 address cannot be one: Werkzeug compares what stands before the first colon.
    TRUSTED_HOSTS = Env(None, lambda text: words(text.lower()), "host names, comma-separated")
    # How many reverse proxies stand in front. Their X-Forwarded-For and -Proto are believed.
    TRUSTED_PROXIES = Env(0, natural, "a number of proxies, 0 for none")
    # The address of this site in mails. Never taken from a request, which anyone can forge.
    # Its host is what passkeys are bound to: change it, and all have to be added anew. Browsers
    # have them for names with HTTPS and for localhost, not for IP addresses; where this is one
    # of the machine itself, such as 127.0.0.1, the pages lead to localhost.
    PUBLIC_URL = Env(
        "http://127.0.0.1:5000", site_address, "an address such as https://example.org"
    )

    # Local state: the SQLite files, stored mails, compressed static files.
    INSTANCE_PATH = Env(str(ROOT / "instance"), lambda text: str(Path(text).absolute()), "a folder")
    # sqlite:////absolute/path or postgresql://user:password@host/name. None: INSTANCE_PATH/app.db.
    DATABASE_URL = Env(None)

    # smtp://user:password@host:587 (STARTTLS), smtps://…:465, file: (a folder in instance/),
    # console:. None: file:, which in development is the mailbox at /dev/mail.
    MAIL_URL = Env(None)
    MAIL_FROM = Env("Carafe <carafe@localhost>")

    # Sites that people may sign in with, comma-separated: google, github, or a name of your own for
    # any OpenID Connect provider. Each has OAUTH_<NAME>_CLIENT_ID and _CLIENT_SECRET, as the site
    # gives them to you; _ISSUER (its address, known for the first two); _LABEL, the text on the
    # button; and, where it speaks as GitHub does, _API_URL.
    OAUTH_PROVIDERS = EnvTable("OAUTH", "client_id", "client_secret", "issuer", "label", "api_url")
    # Whether a link in a mail may replace the password: yes or no.
    MAGIC_LINK = Env(False, yes_or_no, "yes or no")

    # Whether staff and administrators must have a second factor: yes or no. Who has none is led to
    # set one up, and can do nothing else before.
    REQUIRE_SECOND_FACTOR = Env(False, yes_or_no, "yes or no")

    # Where uploaded files are kept. file: (INSTANCE_PATH, or the folder in file:/path), or
    # s3://key:secret@host/bucket?region=name for a bucket of any S3-compatible store, addressed by
    # path; over HTTPS, except to this very machine. None: file:.
    STORAGE_URL = Env(None)

    # Whether the web server's processes run jobs, too: yes, or no where `flask jobs work` does, as
    # bin/start has it. And how many of each queue a worker runs at a time.
    JOBS_IN_WEB = Env(True, yes_or_no, "yes or no")
    JOB_THREADS = Env(4, at_least_one, "a number of threads, such as 4")
    # What a worker was doing that has been silent for so long is begun anew by others. Less than 15
    # is for tests: one that is told to stop is silent for up to 8.
    JOB_LEASE_SECONDS = Env(30, at_least_one, "a number of seconds, such as 30")
    # Where workers on several machines are told of jobs: redis://:password@host:6379/0, or rediss:
    # for TLS. The jobs themselves stay in the database. None: workers are on the machine of the
    # SQLite file, or are told by PostgreSQL.
    REDIS_URL = Env(None)

    # Events of the audit trail that are older are deleted. 0: they are kept for ever.
    AUDIT_KEEP_DAYS = Env(730, natural, "a number of days, 0 for ever")

    # Of this share of requests the statements are recorded for /admin/queries/; all requests are
    # counted for /admin/requests/. 0: nothing is recorded. From so many milliseconds on a statement
    # is slow, and its plan kept.
    RECORD_SAMPLE = Env(0.1, share, "a share between 0 and 1, such as 0.1")
    SLOW_QUERY_MS = Env(100, natural, "a number of milliseconds")

    # What Prometheus sends as a bearer token to read /metrics. None: only this machine may, and not
    # through a proxy.
    METRICS_TOKEN = Env(None, long_secret, f"a secret of 16 or more characters: {MAKE_A_KEY}")
    # Where traces go, by OTLP over HTTP, such as http://127.0.0.1:4318. None: nowhere. The other
    # variables of OpenTelemetry's specification count, too (docs/observability.md).
    OTEL_EXPORTER_OTLP_ENDPOINT = Env(None, web_address, "an address such as http://127.0.0.1:4318")
    OTEL_TRACES_EXPORTER = Env(None, one_of("otlp", "none"), "otlp or none")
    # Where exceptions are reported to: the DSN of a Sentry project. None: nowhere.
    SENTRY_DSN = Env(None, web_address, "the DSN of a project, https://key@host/number")

    LOG_LEVEL = log_level("INFO")
    LOG_FORMAT = Env("text", one_of("text", "json"), "text or json")

    # For gunicorn (see gunicorn.conf.py): processes, threads of each, and where it listens.
    WEB_CONCURRENCY = Env(2, at_least_one, "a number of processes, such as 2")
    WEB_THREADS = Env(4, at_least_one, "a number of threads, such as 4")
    HOST = Env("127.0.0.1")
    PORT = Env(8000, port, "a port, such as 8000")

    # Checks of `flask check` (docs/checks.md) that this deployment does without.
    CHECK_SILENCE = Env([], words, "ids of checks, comma-separated")

    # Where features send people to features they do not know.
    HOME_URL = "/dashboard"
    SECOND_FACTORS_URL = "/account/second-factors"

    # Bounds of a request: bytes of body, bytes of one form, number of its fields.
    MAX_CONTENT_LENGTH = Env(2 * 1024 * 1024, natural, "a number of bytes")
    MAX_FORM_MEMORY_SIZE = 512 * 1024
    MAX_FORM_PARTS = 200

    # The one cookie. It holds a signed, opaque session token; "remember me" only makes it last.
    SESSION_COOKIE_NAME = "session"
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_REFRESH_EACH_REQUEST = False
    PERMANENT_SESSION_LIFETIME = timedelta(days=30)

    SQLALCHEMY_RECORD_QUERIES = False
    DEBUG = False
    TESTING = False

    @staticmethod
    def problems(values: Mapping[str, Any]) -> Iterator[ConfigError]:
        """Why these values must not be served."""
        yield from ()


class Development(Config):
    DEBUG = True
    # Any site can have its name lead to this machine, and its pages would read along (DNS
    # rebinding). Set it to these two and the name of a tunnel or of this machine in its network.
    TRUSTED_HOSTS = Env(
        ["localhost", "127.0.0.1"], Config.TRUSTED_HOSTS.read, Config.TRUSTED_HOSTS.accepts
    )
    RECORD_SAMPLE = Env(1.0, share, "a share between 0 and 1, such as 0.1")
    SQLALCHEMY_RECORD_QUERIES = True


class Testing(Config):
    TESTING = True
    RECORD_SAMPLE = Env(0.0, share, "a share between 0 and 1, such as 0.1")
    LOG_LEVEL = log_level("WARNING")


class Production(Config):
    SECRET_KEY = Env(None)
    PUBLIC_URL = Env(None, site_address, "an address such as https://example.org")
    LOG_FORMAT = Env("json", one_of("text", "json"), "text or json")
    # The prefix makes browsers refuse the cookie from subdomains and over plain HTTP.
    SESSION_COOKIE_NAME = "__Host-session"
    SESSION_COOKIE_SECURE = True

    @staticmethod
    def problems(values: Mapping[str, Any]) -> Iterator[ConfigError]:
        keys = [values["SECRET_KEY"] or "", *values["SECRET_KEY_FALLBACKS"]]
        if any(len(key.encode()) < 32 or key == Config.SECRET_KEY.default for key in keys):
            yield ConfigError(
                "SECRET_KEY (and each of SECRET_KEY_FALLBACKS) must be a secret of 32 or more "
                "bytes in production.",
                f"Make one with: {MAKE_A_KEY}",
            )
        if not values["TRUSTED_HOSTS"]:
            yield ConfigError(
                "TRUSTED_HOSTS must name the hosts this site answers for in production, "
                "comma-separated.",
                "For example: TRUSTED_HOSTS=example.org,www.example.org",
            )


CLASSES: dict[str, type[Config]] = {
    "development": Development,
    "testing": Testing,
    "production": Production,
}


def load(overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Read all settings: the environment over the class of `APP_ENV`, `overrides` over both."""
    values, problems = read(overrides)
    if problems:
        raise problems[0]
    return values


def read(overrides: Mapping[str, Any] | None = None) -> tuple[dict[str, Any], list[ConfigError]]:
    """The same, and all that is wrong with them instead of an exception about the first."""
    overrides = overrides or {}
    environ: dict[str, str] = dict(os.environ)
    if environ.get("APP_ENV", "development") == "development":
        # A checkout's .env must neither reach the tests nor a production server.
        environ = {k: v for k, v in dotenv_values(ROOT / ".env").items() if v} | environ
    name = overrides.get("APP_ENV", environ.get("APP_ENV") or "development")
    if name not in CLASSES:
        return {}, [
            ConfigError(f"APP_ENV={name!r} is not accepted.", f"Give one of {', '.join(CLASSES)}.")
        ]

    chosen = CLASSES[name]
    values: dict[str, Any] = {"APP_ENV": name}
    problems = []
    for key in filter(str.isupper, dir(chosen)):
        setting = getattr(chosen, key)
        try:
            values[key] = setting.value(key, environ) if isinstance(setting, Env) else setting
        except ConfigError as error:
            problems.append(error)
            values[key] = setting.default
    values |= overrides
    if not values.get("PUBLIC_URL") and values["TRUSTED_HOSTS"]:
        values["PUBLIC_URL"] = f"https://{values['TRUSTED_HOSTS'][0].lstrip('.')}"
    return values, [*problems, *chosen.problems(values)]
