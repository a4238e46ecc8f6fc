"""Opens every page of the app without its last features: `python -m tests.probe <folder>`.

Without the last one, the last two, and so on, but never without `auth`. Prints errors, and nothing
if there are none. Each run is a separate process, forked before any feature is imported, but after
the libraries, which take longer than the pages.
"""

import logging
import os
import sys
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache

import app as package
from app import FEATURES, create_app
from carafe.testing.http import Browser
from carafe.testing.rules import pages


def main(folder: str) -> None:
    import alembic.command  # noqa: F401
    import cryptography.fernet  # noqa: F401
    import flask_login  # noqa: F401
    import flask_wtf  # noqa: F401
    import structlog  # noqa: F401

    with get_context("fork").Pool(os.cpu_count(), maxtasksperchild=1) as pool:
        pool.map(partial(probe, folder), range(len(FEATURES)), chunksize=1)


def probe(folder: str, missing: int) -> None:
    gone = FEATURES[len(FEATURES) - missing :]
    package.FEATURES = FEATURES[: len(FEATURES) - missing]
    instance = str(Path(folder) / str(missing))
    app = create_app({"APP_ENV": "testing", "INSTANCE_PATH": instance, "DATABASE_URL": None})
    # Many pages are refused, and each refusal is logged.
    logging.disable(logging.WARNING)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(folder)
    browsers = {"a visitor": Browser(app.test_client())} | people(app)
    for who, browser in browsers.items():
        for path, _, _ in pages(app):
            try:
                status = browser.get(path).status_code
            except Exception as error:
                complain(f"{path} fails for {who}: {error!r}")
            else:
                if status >= 500:
                    complain(f"{path} answers {status} to {who}")
                if who != "a visitor" and status == 303 and path == "/dashboard":
                    complain(f"{who} is not signed in")
    for feature in gone:
        if f"app.{feature}" in sys.modules:
            complain(f"something imports {feature}")


def people(app):
    """Return the browsers of a user and an admin who are logged in."""
    with app.app_context():
        upgrade()
    signed_in = {}
    for who, options in {"a user": [], "an administrator": ["--admin"]}.items():
        email, password = f"{who.split()[1]}@example.com", "carafe under the apple tree"
        arguments = ["user", "create", email, "--password", password, *options]
        assert app.test_cli_runner().invoke(args=arguments).exit_code == 0
        signed_in[who] = Browser(app.test_client())
        answer = signed_in[who].submit("/auth/login", {"email": email, "password": password})
        assert answer.status_code == 303, answer.text
    return signed_in


def complain(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
