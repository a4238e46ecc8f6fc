"""Old names of settings, and names similar to settings."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from carafe.config.env import Env, EnvTable

# Settings whose old names still work, in the environment and in config.py.
RENAMED = {
    "AUDIT_KEEP_DAYS": "AUDIT_RETENTION_DAYS",
    "RECORD_SAMPLE": "RECORDER_SAMPLE_RATE",
    "SECOND_FACTORS_URL": "TWO_FACTOR_URL",
}

SIMILAR = 0.85
PREFIXES = ("CARAFE_", "FLASK_", "APP_")
# Names in other products.
ALIASES = {
    "ALLOWED_HOSTS": "TRUSTED_HOSTS",
    "SERVER_NAME": "TRUSTED_HOSTS and PUBLIC_URL",
    "BASE_URL": "PUBLIC_URL",
    "SITE_URL": "PUBLIC_URL",
    "FLASK_ENV": "APP_ENV",
    **dict.fromkeys(["SCRIPT_NAME", "ROOT_PATH", "URL_PREFIX", "BASE_PATH"], "APPLICATION_ROOT"),
    "FORWARDED_ALLOW_IPS": "TRUSTED_PROXIES",
    "DATABASE_URI": "DATABASE_URL",
    "SQLALCHEMY_DATABASE_URI": "DATABASE_URL",
    "SENTRY_URL": "SENTRY_DSN",
    **dict.fromkeys(
        [
            *("EMAIL_HOST", "EMAIL_URL", "MAIL_HOST", "MAIL_PASSWORD", "MAIL_PORT", "MAIL_SERVER"),
            *("MAIL_USE_SSL", "MAIL_USE_TLS", "MAIL_USER", "MAIL_USERNAME", "SMTP_HOST"),
            *("SMTP_PASSWORD", "SMTP_PORT", "SMTP_SERVER", "SMTP_URL", "SMTP_USER"),
        ],
        "MAIL_URL",
    ),
    **dict.fromkeys(["DEFAULT_FROM_EMAIL", "EMAIL_FROM", "MAIL_DEFAULT_SENDER"], "MAIL_FROM"),
}


def almost_settings(
    settings: Mapping[str, object], environ: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield variables that aren't settings, and similar settings."""
    names = {name for name, setting in settings.items() if isinstance(setting, Env)}
    names |= {"APP_ENV", *RENAMED}
    for name in sorted(set(environ) - names):
        if environ[name].strip() and (setting_name := _meant(name.upper(), names)):
            yield name, setting_name
    for name, setting in settings.items():
        if isinstance(setting, EnvTable):
            yield from _strays(name, setting, environ)


def _meant(name: str, names: Iterable[str]) -> str | None:
    for prefix in PREFIXES:
        if name.removeprefix(prefix) in names:
            return name.removeprefix(prefix)
    if name in ALIASES:
        return ALIASES[name]
    close = get_close_matches(name, names, n=1, cutoff=SIMILAR)
    return close[0] if close else None


def _strays(name: str, table: EnvTable, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield variables of unknown groups, or with unknown fields."""
    rows = table.value(name, environ)
    variables = {table.variable(row, field): None for row in rows for field in table.fields}
    for variable in sorted(environ):
        if variable.startswith(f"{table.prefix}_") and variable not in {*variables, name}:
            close = get_close_matches(variable, variables, n=1, cutoff=SIMILAR)
            yield variable, close[0] if close else name
