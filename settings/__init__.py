"""How the settings of `config.py` are read from the environment, and refused with the remedy.

A setting that is accepted works. It imports nothing of the app: gunicorn's own configuration
reads the settings, too, before there is one.
"""

from settings.defaults import GENERATE_KEY_COMMAND, Config, production_problems
from settings.env import ConfigError, Env, EnvTable
from settings.groups import missing_group
from settings.hosts import trusted_hosts
from settings.loading import Classes, environment, load, read
from settings.paths import ROOT
from settings.readers import (
    decimal,
    folder,
    host,
    integer,
    line,
    list_of,
    log_level,
    one_of,
    root_path,
    secret,
    yes_or_no,
)
from settings.senders import sender
from settings.urls import (
    database_url,
    mail_url,
    otlp_url,
    redis_url,
    sentry_dsn,
    site_url,
    storage_url,
)

__all__ = [
    "GENERATE_KEY_COMMAND",
    "ROOT",
    "Classes",
    "Config",
    "ConfigError",
    "Env",
    "EnvTable",
    "database_url",
    "decimal",
    "environment",
    "folder",
    "host",
    "integer",
    "line",
    "list_of",
    "load",
    "log_level",
    "mail_url",
    "missing_group",
    "one_of",
    "otlp_url",
    "production_problems",
    "read",
    "redis_url",
    "root_path",
    "secret",
    "sender",
    "sentry_dsn",
    "site_url",
    "storage_url",
    "trusted_hosts",
    "yes_or_no",
]
