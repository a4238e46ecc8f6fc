"""The app in which `flask check` runs if the settings are invalid."""

import click
from flask import Flask
from flask.cli import AppGroup

from carafe import checks
from carafe.checks import settings as settings_check
from carafe.config import Config, ConfigError
from carafe.config.loading import Classes, read
from carafe.security.checks import command


def unconfigured_app(error: ConfigError, classes: Classes) -> Flask:
    """Return an app whose only command is `check`, which reports problems with the settings.

    Only while the `flask` command looks up its commands; otherwise, the error is raised.
    """
    context = click.get_current_context(silent=True)
    if context is None or context.parent is not None:  # a server; `flask run`, `shell`, `routes`
        raise error
    app = Flask("app")
    values, problems = read(classes)
    config_class = values.get("CONFIG_CLASS", Config)
    app.config.update(APP_ENV=None, CHECK_SILENCE=[], CONFIG_CLASS=config_class)
    checks.init_app(app)
    settings_check.init_app(app)
    # Invalid settings are all reported at once; features report theirs individually.
    for problem in problems or [error]:
        settings_check.add(app, problem)
    app.extensions["refusal"] = error
    app.cli = UnconfiguredCommands(error)
    return app


class UnconfiguredCommands(AppGroup):
    """The commands of an app that didn't start: all others say why."""

    def __init__(self, error: ConfigError):
        super().__init__()
        self.error = error

    def get_command(self, ctx: click.Context, name: str) -> click.Command:
        if name == "check":
            return command.check
        raise self.error

    def list_commands(self, ctx: click.Context) -> list[str]:
        click.echo(f"Error: {self.error}\n", err=True)
        return ["check"]
