"""The entry point of servers and commands."""

from carafe.config import ConfigError
from carafe.security.checks.unconfigured import unconfigured_app
from carafe.tests.site import create_app
from carafe.tests.site.settings import CLASSES

try:
    app = create_app()
except ConfigError as error:
    app = unconfigured_app(error, CLASSES)
