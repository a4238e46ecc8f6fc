"""The entry point of production servers, `gunicorn wsgi:app`, and of the `flask` command."""

from app import create_app
from carafe import ConfigError
from carafe.security import unconfigured_app
from config import CLASSES

try:
    app = create_app()
except ConfigError as error:
    app = unconfigured_app(
        error, CLASSES
    )  # for `flask check`; for anything else it raises the error again
