"""URLs as settings: parts that cannot be intended are refused, with the remedy, and never shown."""

import pytest

from carafe.config import ConfigError
from carafe.tests.site import create_app


@pytest.mark.parametrize(
    ("password", "remedy"),
    [
        ("12#34hunter2", "# as %23"),
        ("hunter2#", "# as %23"),
        ("12/34hunter2", "/ as %2F"),
        ("12?34hunter2", "? as %3F"),
        ("12@34hunter2", "@ as %40"),
        ("12 34hunter2", "space as %20"),
        ("12%hunter2", "% as %25"),
        ("12\\34hunter2", "\\ as %5C"),
        ("hunter2:/", "/ as %2F"),
    ],
)
@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("MAIL_URL", "smtp://user:{}@mail.example.org:587"),
        ("MAIL_URL", "smtps://user:{}@mail.example.org"),
        ("DATABASE_URL", "postgresql://user:{}@db.example.org/name"),
        ("DATABASE_URL", "postgres://user:{}@db.example.org:5432/name?sslmode=require"),
        ("REDIS_URL", "redis://:{}@redis.example.org:6379/0"),
        ("REDIS_URL", "rediss://user:{}@redis.example.org"),
        ("STORAGE_URL", "s3://key:{}@s3.example.org/bucket?region=eu-1"),
        ("SENTRY_DSN", "https://key:{}@sentry.example.org/1"),
    ],
)
def test_a_password_that_is_not_encoded_is_refused(name, url, password, remedy, refused):
    assert remedy in refused(name, url.format(password)).remedy


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("MAIL_URL", "smtp://user:12%2334%2F%3F%40%20%25@mail.example.org:587"),
        ("MAIL_URL", "smtp://me@example.org:secret:of@mail.example.org"),
        ("MAIL_URL", "smtps://user:pässword@[2001:db8::1]:465/"),
        ("MAIL_URL", "smtp://mail.exämple.org"),
        ("MAIL_URL", "SMTP://127.0.0.1:25"),
        ("DATABASE_URL", "sqlite:///app.db"),
        ("DATABASE_URL", "sqlite:////var/lib/my carafe/app.db"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "postgresql:///name?host=/var/run/postgresql"),
        ("DATABASE_URL", "postgresql+psycopg://user:12%2334@db/name?sslmode=verify-full"),
        ("REDIS_URL", "rediss://:s%2Fcret@redis:6380/15?ssl_cert_reqs=none"),
        ("REDIS_URL", "unix:///run/redis/redis.sock"),
        ("STORAGE_URL", "s3://key:s%2Fcret@s3.example.org/bucket/a/prefix?region=eu-central-1"),
        ("SENTRY_DSN", "https://key@sentry.example.org/path/42"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318/otlp"),
    ],
)
def test_a_url_is_accepted_as_it_is(name, url, accepted):
    assert accepted(name, url) == url


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("MAIL_URL", "file:///var/mails", "file:/var/mails"),
        ("MAIL_URL", "console://", "console:"),
        ("PUBLIC_URL", "HTTPS://Example.ORG/", "https://example.org"),
        ("PUBLIC_URL", "https://exämple.org.", "https://xn--exmple-cua.org"),
        ("PUBLIC_URL", "https://example.org:443", "https://example.org"),
        ("PUBLIC_URL", "http://[::1]:8000", "http://[::1]:8000"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318/", "http://127.0.0.1:4318"),
    ],
)
def test_a_url_is_accepted_in_its_usual_form(name, text, value, accepted):
    assert accepted(name, text) == value


@pytest.mark.parametrize(
    ("name", "url"),
    [
        *[
            ("MAIL_URL", url)
            for url in (
                "mail.example.org",
                "mail.example.org:587",
                "smtp:mail.example.org",
                "smtp:/mail.example.org",
                "smtp://",
                "smtp://:587",
                "smtp://user:hunter2@",
                "smtp://user:hunter2@:587",
                "smtp://user:hunter2",
                "smtp://hunter2@mail.example.org",
                "smtp://:hunter2@mail.example.org",
                "smtp://mail.example.org:0",
                "smtp://mail.example.org:65536",
                "smtp://mail.example.org:+25",
                "smtp://mail.example.org:٥٨٧",
                "smtp://mail.example.org:",
                "smtp://mail.example.org/inbox",
                "smtp://mail.example.org?tls=yes",
                "smtp://me@example.org:12?hunter2@mail.example.org",
                "smtp://mail_example_org!",
                "smtp://mail..example.org",
                "smtp://[::1",
                "smtp://::1:25",
                "smtp://[mail.example.org]",
                "smtp+tls://mail.example.org",
                "mailto:carafe@example.org",
                "console:x",
                "file://host/path",
                "file:relative",
                "file:/path with spaces",
                "file:/path#1",
            )
        ],
        *[
            ("DATABASE_URL", url)
            for url in (
                "app.db",
                "/var/lib/app.db",
                "sqlite:app.db",
                "sqlite:/var/lib/app.db",
                "sqlite://app.db",
                "sqlite://user:hunter2@host/app.db",
                "sqlite:////var/lib/app.db?mode=ro",
                "sqlite:///~/app.db",
                "sqlite3:///app.db",
                "postgresql+psycopg2://user:hunter2@host/name",
                "mysql://user:hunter2@host/name",
                "jdbc:postgresql://host/name",
                "psql postgresql://user:hunter2@host/name",
                "postgresql://:hunter2@host/name",
                "postgresql://host:0/name",
                "postgresql://host:99999/name",
                "postgresql://host/name/more",
                "postgresql://host/name?sslmode=required",
                "postgresql://host/name?schema=public",
                "postgresql://host/name?connect_timeout=1&connect_timeout=2",
                "postgresql://us@er:1/hunter2@host/name",
            )
        ],
        *[
            ("REDIS_URL", url)
            for url in (
                "redis:6379",
                "redis://",
                "redis://hunter2@host",
                "redis://host/name",
                "redis://host/0/1",
                "redis://host:port",
                "redis://host?ssl_cert_reqs=none",
                "rediss://host?ssl_cert_reqs=CERT_NONE",
                "redis://host?socket_timeout=x",
                "redis+sentinel://host",
            )
        ],
        *[
            ("STORAGE_URL", url)
            for url in (
                "s3://bucket",
                "s3://key:hunter2@host",
                "s3://key:hunter2@host//bucket",
                "s3://key:hunter2@host/bucket?Region=eu",
                "s3://key:hunter2@host/bucket?region=",
                "s3://key@host/bucket",
                "https://key:hunter2@host/bucket",
                "file:uploads",
                "file://uploads",
            )
        ],
        *[
            ("PUBLIC_URL", url)
            for url in (
                "example.org",
                "https:example.org",
                "https:///",
                "https://exa mple.org",
                "https://*.example.org",
                "https://example.org:0",
                "https://example.org:65536",
                "https://example.org:",
                "https://example..org",
                "https://user:hunter2@example.org",
                "https://example.org?x=1",
                "https://example.org#top",
                "https://example.org,https://www.example.org",
            )
        ],
        *[
            ("SENTRY_DSN", url)
            for url in (
                "https://sentry.example.org/1",
                "https://hunter2@sentry.example.org",
                "https://hunter2@sentry.example.org/project",
                "https://hunter2@sentry.example.org/1?x=1",
                "hunter2@sentry.example.org/1",
            )
        ],
        *[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", url)
            for url in (
                "127.0.0.1:4318",
                "grpc://127.0.0.1:4317",
                "http://user:hunter2@127.0.0.1:4318",
                "http://127.0.0.1:4318/v1/traces",
                "http://127.0.0.1:4318?x=1",
                "http://:4318",
            )
        ],
    ],
)
def test_anything_else_is_refused(name, url, refused):
    assert "Use " in refused(name, url).remedy


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("MAIL_URL", "smtp://user:12#hunter2@mail.example.org"),
        ("DATABASE_URL", "postgresql://user:12#hunter2@host/name"),
        ("STORAGE_URL", "s3://key:12#hunter2@host/bucket"),
    ],
)
def test_what_a_program_gives_is_read_in_the_same_way(name, url):
    with pytest.raises(ConfigError, match=f"Invalid {name}") as raised:
        create_app({"APP_ENV": "testing", name: url})
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OAUTH_ACME_ISSUER", "https://acme.example/.well-known/openid-configuration"),
        ("OAUTH_ACME_ISSUER", "https://acme.example?tenant=1"),
        ("OAUTH_ACME_ISSUER", "https://acme.example:0"),
        ("OAUTH_ACME_ISSUER", "https://acme.example:99999"),
        ("OAUTH_ACME_ISSUER", "https://user:hunter2@acme.example"),
        ("OAUTH_ACME_ISSUER", "https://"),
        ("OAUTH_ACME_API_URL", "https://acme.example/api#v1"),
        ("OAUTH_ACME_CLIENT_SECRET", '"hunter2"'),
    ],
)
def test_the_addresses_of_a_provider_are_read_as_strictly(name, value, environ):
    provider = {
        "OAUTH_PROVIDERS": "acme",
        "OAUTH_ACME_CLIENT_ID": "carafe",
        "OAUTH_ACME_CLIENT_SECRET": "a-secret",
        "OAUTH_ACME_ISSUER": "https://acme.example",
    }
    environ(**provider | {name: value})
    with pytest.raises(ConfigError, match=f"^Invalid (value )?{name}") as raised:
        create_app()
    assert "hunter2" not in str(raised.value)
