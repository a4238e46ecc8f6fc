"""The application. `create_app` builds it from the engine and the features listed here."""

from collections.abc import Mapping
from importlib import import_module

from flask import Flask

import carafe
from config import load

# The table of contents. A feature imports only the engine and the features above it. To delete
# one, delete its folder, its tests, and its line here.
FEATURES = [
    "auth",
    "account",
    "admin",
    "main",
    "notes",
]


def create_app(config: Mapping[str, object] | None = None) -> Flask:
    """Return the application. `config` overrides the environment; see `config.py`.

    Raises `carafe.ConfigError`, whose text is the remedy, when a setting is missing or wrong.
    """
    values = load(config)
    app = Flask(__name__, instance_path=values["INSTANCE_PATH"], static_folder=None)
    app.config.from_mapping(values)
    # Imported before the engine registers its blueprints, because features add views to them.
    features = [import_module(f"app.{name}") for name in FEATURES]
    carafe.init_app(app)
    for feature in features:
        feature.init_app(app)
    return app
