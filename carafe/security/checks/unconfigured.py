"""What `flask check` runs in when settings are wrong, and there is no app for that reason."""

import click
from flask import Flask
from flask.cli import AppGroup

from carafe import checks
from carafe.checks import settings as settings_check
from carafe.config import Config, ConfigError
from carafe.config.loading import Classes, read
from carafe.security.checks import command


def unconfigured_app(error: ConfigError, classes: Classes) -> Flask:
    """An app that has no command but `check`, which finds what is wrong with the settings.

    Only while the `flask` command looks for its commands; everywhere else it raises the error.
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
    # What is wrong with the settings one by one is all said at once; parts of the app refuse alone.
    for problem in problems or [error]:
        settings_check.add(app, problem)
    app.extensions["refusal"] = error
    app.cli = UnconfiguredCommands(error)
    return app


class UnconfiguredCommands(AppGroup):
    """Commands of an app that did not start: every other one says why."""

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
