"""Every setting of the engine, with its default and what it means.

A setting is read from the environment variable of the same name; in development, also from a
`.env` file.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from carafe.config.env import ConfigError, Env, EnvTable
from carafe.config.hosts import trusted_hosts
from carafe.config.paths import ROOT
from carafe.config.readers import (
    decimal,
    folder,
    host,
    integer,
    list_of,
    log_level,
    matching,
    networks,
    one_of,
    root_path,
    secret,
    yes_or_no,
)
from carafe.config.urls import (
    database_url,
    mail_url,
    otlp_url,
    redis_url,
    sentry_dsn,
    site_url,
    storage_url,
)

GENERATE_KEY_COMMAND = "python -c 'import secrets; print(secrets.token_urlsafe(48))'"


class Config:
    """The engine's settings. The classes of `config.py` extend and override them."""

    # Signs and encrypts everything. SECRET_KEY_FALLBACKS lists older keys (comma-separated) that
    # are still accepted, so that a new key logs nobody out.
    SECRET_KEY = Env("development-key-that-production-refuses", is_secret=True)
    SECRET_KEY_FALLBACKS = Env([], list_of(".+"), "comma-separated keys", is_secret=True)

    # Hosts that requests can be for, comma-separated: names (`.example.org` covers subdomains) and
    # IP addresses. Any port is accepted.
    TRUSTED_HOSTS = Env(None, trusted_hosts, "comma-separated hostnames")
    # How many reverse proxies are in front. This many entries of X-Forwarded-For and -Proto are
    # trusted, from the right.
    TRUSTED_PROXIES = Env(0, integer(0, 100), "a number of proxies (0 for none)")
    # The URL of this site in emails. Never taken from a request, which anyone can forge.
    # Passkeys are bound to its host: if you change it, users have to add them again. Browsers
    # support passkeys for names with HTTPS and for localhost, not for IP addresses; if this is
    # a local address such as 127.0.0.1, pages link to localhost.
    PUBLIC_URL = Env("http://127.0.0.1:5000", site_url, "an address such as https://example.org")

    # Whether programs can use the site, with tokens that users create for them.
    API = Env(True, yes_or_no, "yes or no")
    # How many requests a token may send; also a user, with the session of the site's pages.
    API_REQUESTS_PER_MINUTE = Env(1000, integer(1, 1_000_000), "a number of requests")
    # Sites whose scripts may use the API, with tokens; none but this one by default.
    API_ORIGINS = Env(
        [],
        list_of(r"https?://[a-z0-9.-]+(:\d{1,5})?"),
        "comma-separated origins, such as https://app.example.org, without a path",
    )
    # API tokens begin with it and "_", so that scanners of published code recognize them.
    API_TOKEN_PREFIX = Env("carafe", matching("[a-z][a-z0-9]{1,19}"), "2 to 20 letters and digits")

    # Whether users can have events, such as changes of their notes, sent to URLs of theirs.
    # That needs the API, whose content they have.
    WEBHOOKS = Env(True, yes_or_no, "yes or no")
    # Whether these may be http:, without encryption. And networks that they may be in besides the
    # internet, comma-separated: for an intranet, 10.0.0.0/8. Anything else in them that takes
    # requests can then be reached by every user.
    WEBHOOK_HTTP = Env(False, yes_or_no, "yes or no")
    WEBHOOK_PRIVATE_NETWORKS = Env(
        [], networks, "comma-separated networks, such as 10.0.0.0/8,fd00::/8"
    )

    # The path of the site, if it shares its host with others; docs/deployment.md has the
    # drawbacks. A proxy can keep the path or strip it.
    APPLICATION_ROOT = Env("/", root_path, "a path such as /carafe")

    # Local state: the SQLite files, stored emails, compressed static files.
    INSTANCE_PATH = Env(str(ROOT / "instance"), folder, "a folder")
    # sqlite:////absolute/path or postgresql://user:password@host/name. None: INSTANCE_PATH/app.db.
    DATABASE_URL = Env(
        None,
        database_url,
        "sqlite:////path/to/app.db or postgresql://user:password@host/name",
    )

    # smtp://user:password@host:587 (STARTTLS), smtps://…:465, file: (a folder in instance/),
    # console:. None: file:, which in development is the mailbox at /dev/mail.
    MAIL_URL = Env(
        None,
        mail_url,
        "smtp://user:password@host:587, smtps://…, file:, file:/path, or console:",
    )
    # Providers that users can log in with, comma-separated: google, github, or any name for another
    # OpenID Connect provider. Each needs OAUTH_<NAME>_CLIENT_ID and _CLIENT_SECRET, which you get
    # from the provider, and _ISSUER, its URL (built in for those two). _LABEL is the text on the
    # button; _API_URL is for providers with GitHub's API.
    OAUTH_PROVIDERS = EnvTable("OAUTH", "client_id", "client_secret", "issuer", "label", "api_url")
    # Whether users can log in with a link in an email instead of a password: yes or no.
    MAGIC_LINK = Env(False, yes_or_no, "yes or no")

    # Parts of the site that you can turn off: yes or no. A part that is off has no pages, menu
    # entries, or queries. Its data stays, and is exported and deleted with its user.
    PASSKEYS = Env(True, yes_or_no, "yes or no")
    AVATARS = Env(True, yes_or_no, "yes or no")
    IMPERSONATION = Env(True, yes_or_no, "yes or no")
    INVITATIONS = Env(True, yes_or_no, "yes or no")
    NOTIFICATIONS = Env(True, yes_or_no, "yes or no")
    RECORDER = Env(True, yes_or_no, "yes or no")
    # Who can create an account: anyone, invited people, or only `flask user create`.
    REGISTRATION = Env(
        "open", one_of("open", "invitation", "closed"), "open, invitation, or closed"
    )

    # Whether staff and admins must use two-factor authentication: yes or no. Until they have set it
    # up, they can't do anything else.
    REQUIRE_SECOND_FACTOR = Env(False, yes_or_no, "yes or no")

    # Where uploaded files are stored: file: (INSTANCE_PATH, or the folder in file:/path), or
    # s3://key:secret@host/bucket?region=name for a bucket in any S3-compatible store, with
    # path-style URLs, and over HTTPS unless the store is on this machine. None: file:.
    STORAGE_URL = Env(
        None, storage_url, "file:, file:/path, or s3://key:secret@host/bucket?region=name"
    )

    # Whether the web server's processes run jobs, too: yes, or no if `flask jobs work` runs them,
    # as with bin/start. And how many jobs of each queue a worker runs at a time.
    JOBS_IN_WEB = Env(True, yes_or_no, "yes or no")
    JOB_THREADS = Env(4, integer(1, 64), "a number of threads from 1 to 64")
    # If a worker sends no sign of life for this long, others run its jobs again. Values below 15
    # are for tests: a worker that is stopping sends none for up to 8 seconds.
    JOB_LEASE_SECONDS = Env(30, integer(1, 3600), "a number of seconds from 1 to 3600")
    # How workers on several machines learn about jobs: redis://:password@host:6379/0, or rediss:
    # for TLS. The jobs themselves stay in the database. None: workers are on the machine with the
    # SQLite file, or PostgreSQL notifies them.
    REDIS_URL = Env(None, redis_url, "redis://:password@host:6379/0, or rediss:// for TLS")

    # Audit events older than this are deleted. 0: never.
    AUDIT_RETENTION_DAYS = Env(
        730, integer(0, 36_500), "a number of days up to 36500 (0 for forever)"
    )

    # The fraction of requests whose statements are recorded for /admin/queries/; all requests are
    # counted for /admin/requests/. 0: nothing is recorded. A statement that takes at least
    # SLOW_QUERY_MS is slow, and its plan is stored.
    RECORDER_SAMPLE_RATE = Env(0.1, decimal(0, 1), "a fraction between 0 and 1, such as 0.1")
    SLOW_QUERY_MS = Env(100, integer(0, 3_600_000), "a number of milliseconds up to 3600000")

    # The bearer token with which Prometheus reads /metrics. None: only this machine can, but not
    # through a proxy.
    METRICS_TOKEN = Env(
        None,
        secret,
        f"16 or more letters, digits, and - . _ ~ + / =, as generated by: {GENERATE_KEY_COMMAND}",
        is_secret=True,
    )
    # Where traces are sent, by OTLP over HTTP, such as http://127.0.0.1:4318. None: nowhere. Other
    # OpenTelemetry variables work, too (docs/observability.md).
    OTEL_EXPORTER_OTLP_ENDPOINT = Env(None, otlp_url, "an address such as http://127.0.0.1:4318")
    OTEL_TRACES_EXPORTER = Env(None, one_of("otlp", "none"), "otlp or none")
    # Where exceptions are reported: the DSN of a Sentry project. None: nowhere.
    SENTRY_DSN = Env(None, sentry_dsn, "a project's DSN, such as https://key@host/1")

    LOG_LEVEL = Env("INFO", log_level, "DEBUG, INFO, WARNING, or ERROR")
    LOG_FORMAT = Env("text", one_of("text", "json"), "text or json")

    # For gunicorn (see gunicorn.conf.py): processes, threads per process, and where it listens.
    WEB_CONCURRENCY = Env(2, integer(1, 256), "a number of processes, such as 2")
    WEB_THREADS = Env(4, integer(1, 256), "a number of threads, such as 4")
    HOST = Env("127.0.0.1", host, "an address such as 127.0.0.1, 0.0.0.0, or ::")
    PORT = Env(8000, integer(0, 65_535), "a port, such as 8000")

    # Checks that `flask check` skips (docs/checks.md).
    CHECK_SILENCE = Env([], list_of(r"[a-z_]+\.[a-z0-9_]+"), "comma-separated check IDs")

    # Limits of a request: bytes in the body, bytes in a form, fields in a form.
    MAX_CONTENT_LENGTH = Env(
        2 * 1024 * 1024,
        integer(1024, 1024**4),
        "a number of bytes, 1024 or more, without a unit",
    )
    MAX_FORM_MEMORY_SIZE = 512 * 1024
    # Encoded bytes in a form on a public page: decoding one makes all other requests wait.
    MAX_PUBLIC_FORM_SIZE = 128 * 1024
    MAX_FORM_PARTS = 200

    # Limits per user, so that no account can stall the site or fill its disk (docs/security.md,
    # "Limits"). 0: no limit. Rows are counted per kind, such as notes; exports are files created
    # during the request; a job creates exports of personal data.
    ROWS_PER_USER = Env(50_000, integer(0, 10**9), "a number of rows (0 for no limit)")
    EXPORTS_PER_HOUR = Env(60, integer(0, 10**9), "a number of exports (0 for no limit)")
    DATA_EXPORTS_PER_HOUR = Env(5, integer(0, 10**9), "a number of copies (0 for no limit)")
    UPLOADS_PER_HOUR = Env(60, integer(0, 10**9), "a number of files (0 for no limit)")
    UPLOAD_BYTES_PER_DAY = Env(
        4 * 1024**3, integer(0, 10**15), "a number of bytes (0 for no limit)"
    )

    # The session cookie contains a signed, opaque token; "Keep me logged in" only extends its
    # lifetime.
    SESSION_COOKIE_NAME = "session"
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_REFRESH_EACH_REQUEST = False
    PERMANENT_SESSION_LIFETIME = timedelta(days=30)
    # The other cookie, which survives logout: it distinguishes a user's own browsers from those of
    # strangers who fail to log in. See `carafe/auth/device_cookie.py`.
    DEVICE_COOKIE_NAME = "device"

    # Where `flask db` finds the migrations, and writes new ones.
    MIGRATIONS_FOLDER = str(ROOT / "migrations")
    SQLALCHEMY_RECORD_QUERIES = False
    DEBUG = False
    TESTING = False

    @staticmethod
    def problems(values: Mapping[str, object]) -> Iterator[ConfigError]:
        """Return reasons not to start with these values."""
        yield from ()
