"""Reads the settings of `config.py` from the environment, and refuses invalid ones with the remedy.

A setting that is accepted works. This package imports nothing else of the app, because gunicorn's
own configuration reads the settings before there is one.
"""

from carafe.config.defaults import Config
from carafe.config.env import ConfigError, Env
from carafe.config.groups import missing_group
from carafe.config.hosts import trusted_hosts
from carafe.config.loading import load
from carafe.config.paths import ROOT
from carafe.config.problems import production_problems
from carafe.config.readers import (
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
from carafe.config.senders import sender
from carafe.config.urls import (
    database_url,
    mail_url,
    otlp_url,
    redis_url,
    sentry_dsn,
    site_url,
    storage_url,
)

__all__ = [
    "ROOT",
    "Config",
    "ConfigError",
    "Env",
    "database_url",
    "decimal",
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
