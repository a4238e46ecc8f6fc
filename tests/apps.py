"""Other apps on the database of the tests: what another setting changes."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from app import create_app
from carafe.database import db
from carafe.observability import store
from tests.http import Browser

SITE = "https://example.org"
PRODUCTION = {
    "APP_ENV": "production",
    "SECRET_KEY": "a key of the tests, long enough to be one",
    "TRUSTED_HOSTS": ["example.org"],
    "LOG_LEVEL": "ERROR",
    "MAIL_URL": "file:",
}


# Tests run jobs, and write down what was recorded, when they look at it.
QUIET = {"APP_ENV": "testing", "JOBS_IN_WEB": False, "RECORD_SAMPLE": 0}


@contextmanager
def another_app(app: Flask, **settings: Any) -> Iterator[Flask]:
    """An app beside `app`, with the same data and other settings."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    same = {"INSTANCE_PATH": app.instance_path, "DATABASE_URL": os.environ.get("DATABASE_URL")}
    made = create_app({**QUIET, **same, **settings})
    # Compiling the templates takes longer than most tests.
    made.jinja_env.bytecode_cache = FileSystemBytecodeCache(
        # Compiled templates contain the URLs of static files.
        app.instance_path,
        f"%s.{made.debug}.{made.config['APPLICATION_ROOT'][1:]}.jinja",
    )
    try:
        yield made
    finally:
        with made.app_context():
            db.engine.dispose()
            store.get_store().close()
        if connection := getattr(made.extensions["limits"].local, "connection", None):
            connection.close()
        root.handlers = handlers
        root.setLevel(level)


class SecureBrowser(Browser):
    """A browser that reaches the site as production does: over HTTPS, by its name."""

    def get(self, path: str, **options: Any) -> TestResponse:
        return super().get(path, **{"base_url": SITE} | options)

    def post(self, path: str, data: Any = None, **options: Any) -> TestResponse:
        return super().post(path, data, **{"base_url": SITE} | options)
