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

    # One key ring signs and encrypts everything: the key, and older ones (comma-separated) that
    # are still believed, so that nobody is logged out by a change of key.
    SECRET_KEY = Env("development-key-that-production-refuses", is_secret=True)
    SECRET_KEY_FALLBACKS = Env([], list_of(".+"), "comma-separated keys", is_secret=True)

    # Hosts that requests may be for, comma-separated: names, of which `.example.org` covers its
    # subdomains, and IP addresses. Any port will do.
    TRUSTED_HOSTS = Env(None, trusted_hosts, "comma-separated hostnames")
    # How many reverse proxies are in front. As many entries of X-Forwarded-For and -Proto are
    # believed, from the right.
    TRUSTED_PROXIES = Env(0, integer(0, 100), "a number of proxies (0 for none)")
    # The address of this site in mails. Never taken from a request, which anyone can forge.
    # Its host is what passkeys are bound to: change it, and all have to be added again. Browsers
    # have them for names with HTTPS and for localhost, not for IP addresses; where this is one
    # of the machine itself, such as 127.0.0.1, the pages lead to localhost.
    PUBLIC_URL = Env("http://127.0.0.1:5000", site_url, "an address such as https://example.org")

    # The path of the site, if it shares its host with others: docs/deployment.md says what that
    # costs. A proxy may keep the path or strip it.
    APPLICATION_ROOT = Env("/", root_path, "a path such as /carafe")

    # Local state: the SQLite files, stored mails, compressed static files.
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
    # Sites that people may sign in with, comma-separated: google, github, or a name of your own for
    # any OpenID Connect provider. Each has OAUTH_<NAME>_CLIENT_ID and _CLIENT_SECRET, as the site
    # gives them to you; _ISSUER (its address, known for the first two); _LABEL, the text on the
    # button; and, where it speaks as GitHub does, _API_URL.
    OAUTH_PROVIDERS = EnvTable("OAUTH", "client_id", "client_secret", "issuer", "label", "api_url")
    # Whether a link in a mail may replace the password: yes or no.
    MAGIC_LINK = Env(False, yes_or_no, "yes or no")

    # Parts of the site that can be switched off: yes or no. What is off has no pages, menu entries,
    # or queries. What it stored stays, and is exported and deleted with its user.
    PASSKEYS = Env(True, yes_or_no, "yes or no")
    AVATARS = Env(True, yes_or_no, "yes or no")
    IMPERSONATION = Env(True, yes_or_no, "yes or no")
    INVITATIONS = Env(True, yes_or_no, "yes or no")
    NOTIFICATIONS = Env(True, yes_or_no, "yes or no")
    RECORDER = Env(True, yes_or_no, "yes or no")
    # Who may create an account: anyone, invited people, or only `flask user create`.
    REGISTRATION = Env(
        "open", one_of("open", "invitation", "closed"), "open, invitation, or closed"
    )

    # Whether staff and administrators must have a second factor: yes or no. Who has none is led to
    # set one up, and can do nothing else before.
    REQUIRE_SECOND_FACTOR = Env(False, yes_or_no, "yes or no")

    # Where uploaded files are kept. file: (INSTANCE_PATH, or the folder in file:/path), or
    # s3://key:secret@host/bucket?region=name for a bucket of any S3-compatible store, addressed by
    # path; over HTTPS, except to this very machine. None: file:.
    STORAGE_URL = Env(
        None, storage_url, "file:, file:/path, or s3://key:secret@host/bucket?region=name"
    )

    # Whether the web server's processes run jobs, too: yes, or no where `flask jobs work` does, as
    # bin/start has it. And how many of each queue a worker runs at a time.
    JOBS_IN_WEB = Env(True, yes_or_no, "yes or no")
    JOB_THREADS = Env(4, integer(1, 64), "a number of threads from 1 to 64")
    # After this silence of a worker, others run its jobs again. Values below 15 are for tests: a
    # worker that is stopping is silent for up to 8 seconds.
    JOB_LEASE_SECONDS = Env(30, integer(1, 3600), "a number of seconds from 1 to 3600")
    # Where workers on several machines are told of jobs: redis://:password@host:6379/0, or rediss:
    # for TLS. The jobs themselves stay in the database. None: workers are on the machine of the
    # SQLite file, or are told by PostgreSQL.
    REDIS_URL = Env(None, redis_url, "redis://:password@host:6379/0, or rediss:// for TLS")

    # Events of the audit trail that are older are deleted. 0: they are kept forever.
    AUDIT_RETENTION_DAYS = Env(
        730, integer(0, 36_500), "a number of days up to 36500 (0 for forever)"
    )

    # The share of requests whose statements are recorded for /admin/queries/; all requests are
    # counted for /admin/requests/. 0: nothing is recorded. A statement is slow, and its plan is
    # stored, if it takes at least this many milliseconds.
    RECORDER_SAMPLE_RATE = Env(0.1, decimal(0, 1), "a fraction between 0 and 1, such as 0.1")
    SLOW_QUERY_MS = Env(100, integer(0, 3_600_000), "a number of milliseconds up to 3600000")

    # What Prometheus sends as a bearer token to read /metrics. None: only this machine may, and not
    # through a proxy.
    METRICS_TOKEN = Env(
        None,
        secret,
        f"16 or more letters, digits, and - . _ ~ + / =, as generated by: {GENERATE_KEY_COMMAND}",
        is_secret=True,
    )
    # Where traces go, by OTLP over HTTP, such as http://127.0.0.1:4318. None: nowhere. The other
    # variables of OpenTelemetry's specification count, too (docs/observability.md).
    OTEL_EXPORTER_OTLP_ENDPOINT = Env(None, otlp_url, "an address such as http://127.0.0.1:4318")
    OTEL_TRACES_EXPORTER = Env(None, one_of("otlp", "none"), "otlp or none")
    # Where exceptions are reported to: the DSN of a Sentry project. None: nowhere.
    SENTRY_DSN = Env(None, sentry_dsn, "a project's DSN, such as https://key@host/1")

    LOG_LEVEL = Env("INFO", log_level, "DEBUG, INFO, WARNING, or ERROR")
    LOG_FORMAT = Env("text", one_of("text", "json"), "text or json")

    # For gunicorn (see gunicorn.conf.py): processes, threads of each, and where it listens.
    WEB_CONCURRENCY = Env(2, integer(1, 256), "a number of processes, such as 2")
    WEB_THREADS = Env(4, integer(1, 256), "a number of threads, such as 4")
    HOST = Env("127.0.0.1", host, "an address such as 127.0.0.1, 0.0.0.0, or ::")
    PORT = Env(8000, integer(0, 65_535), "a port, such as 8000")

    # Checks of `flask check` (docs/checks.md) that this deployment does without.
    CHECK_SILENCE = Env([], list_of(r"[a-z_]+\.[a-z0-9_]+"), "comma-separated check IDs")

    # Bounds of a request: bytes of body, bytes of one form, number of its fields.
    MAX_CONTENT_LENGTH = Env(
        2 * 1024 * 1024,
        integer(1024, 1024**4),
        "a number of bytes, 1024 or more, without a unit",
    )
    MAX_FORM_MEMORY_SIZE = 512 * 1024
    # Encoded bytes of a form on a public page: while one is decoded, all others wait.
    MAX_PUBLIC_FORM_SIZE = 128 * 1024
    MAX_FORM_PARTS = 200

    # Limits per user, so that no account can stall the site or fill its disk (docs/security.md,
    # "Limits"). 0: no limit. Rows are those of each kind, such as notes; exports are files that are
    # sent while they are made; a copy of all one's data is made by a job.
    ROWS_PER_USER = Env(50_000, integer(0, 10**9), "a number of rows (0 for no limit)")
    EXPORTS_PER_HOUR = Env(60, integer(0, 10**9), "a number of exports (0 for no limit)")
    DATA_EXPORTS_PER_HOUR = Env(5, integer(0, 10**9), "a number of copies (0 for no limit)")
    UPLOADS_PER_HOUR = Env(60, integer(0, 10**9), "a number of files (0 for no limit)")
    UPLOAD_BYTES_PER_DAY = Env(
        4 * 1024**3, integer(0, 10**15), "a number of bytes (0 for no limit)"
    )

    # The session's cookie. It holds a signed, opaque token; "remember me" only makes it last.
    SESSION_COOKIE_NAME = "session"
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_REFRESH_EACH_REQUEST = False
    PERMANENT_SESSION_LIFETIME = timedelta(days=30)
    # The other cookie, which outlives log-out: by it a browser that someone has logged in with is
    # told from strangers who fail to. See `carafe/auth/device_cookie.py`.
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
