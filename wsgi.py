"""The entry point of production servers, `gunicorn wsgi:app`, and of the `flask` command."""

from app import create_app
from carafe.config import ConfigError
from carafe.security.checks.unconfigured import stand_in
from config import CLASSES

try:
    app = create_app()
except ConfigError as error:
    app = stand_in(error, CLASSES)  # for `flask check`; for anything else it raises the error again
