"""Carafe. `create_app` makes the application out of the features below."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from flask import Flask

from config import load

# The table of contents. A feature imports only those above it; deleting one is deleting its
# folder, its tests and its line.
FEATURES = [
    "core",
    "observability",
    "security",
    "jobs",
    "mail",
    "audit",
    "auth",
    "notifications",
    "account",
    "admin",
    "admin.site",
    "main",
    "notes",
]


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Make the application. `config` overrides what the environment says (see `config.py`).

    Raises `settings.ConfigError`, whose text is the remedy, when a setting is missing or wrong.
    """
    values = load(config)
    app = Flask(__name__, instance_path=values["INSTANCE_PATH"], static_folder=None)
    app.config.from_mapping(values)
    # All are imported first: views of one may hang on the blueprint of another.
    for feature in [import_module(f"app.{name}") for name in FEATURES]:
        feature.init_app(app)
    return app
