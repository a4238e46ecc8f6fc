"""The engine: a package of Flask extensions that an app uses and never edits.

It imports nothing of the app. `LAYERS` is the table of contents: a package imports only from
those listed above it.
"""

from __future__ import annotations

import atexit
import gc
from importlib import import_module
from typing import TYPE_CHECKING

from carafe.config import Config as Config
from carafe.config import ConfigError as ConfigError
from carafe.version import __version__ as __version__

if TYPE_CHECKING:  # gunicorn.conf.py reads the settings without loading Flask
    from flask import Flask

__all__ = ["LAYERS", "Config", "ConfigError", "__version__", "init_app"]

LAYERS = [
    "version",
    "config",
    "registry",
    "plurals",
    "time",
    "unicode",
    "network",
    "call_sites",
    "cli",
    "database",
    "demo",
    "checks",
    "web",
    "security",
    "development",
    "images",
    "storage",
    "tabular",
    "observability",
    "jobs",
    "mail",
    "audit",
    "auth",
    "notifications",
    "downloads",
    "personal_data",
    "admin",
    "api",
    "webhooks",
    "testing",
]

# Modules with an `init_app`, in the order in which it is called.
EXTENSIONS = [
    "call_sites",
    "checks",
    "database",  # it creates the folder that others write into
    "web",
    "time",
    "database.migrations",
    "database.fulltext",
    "checks.settings",
    "checks.database",
    "web.checks",
    "web.overrides",
    "demo",
    "storage",
    "observability",
    "security",
    "development",
    "jobs",
    "mail",
    "audit",
    "auth",
    "notifications",
    "personal_data",
    "admin",
    "api",
    "webhooks",
]


def init_app(app: Flask) -> None:
    """Add the engine to an app whose settings are loaded. Call it before the app's own features."""
    extensions = [import_module(f"carafe.{name}") for name in EXTENSIONS]
    if not gc.get_freeze_count():
        # Modules live as long as the process. A full collection that examines all of them takes as
        # long as everything below, and would happen about now.
        gc.freeze()
        # So that what is left over at the end, such as database connections, is closed.
        atexit.register(gc.unfreeze)
    for extension in extensions:
        extension.init_app(app)
