"""The entry point of production servers, `gunicorn wsgi:app`, and of the `flask` command."""

from app import create_app
from app.security.checks.refusal import stand_in
from config import CLASSES
from settings import ConfigError

try:
    app = create_app()
except ConfigError as error:
    app = stand_in(error, CLASSES)  # for `flask check`; for anything else it raises the error again
