"""`flask check`, and its checks of secrets, hosts, cookies, files, and limits."""

from flask import Flask

from carafe.security.checks import command, cookies, environment, files, hosts, secrets


def init_app(app: Flask) -> None:
    app.cli.add_command(command.check)
    for part in (environment, secrets, hosts, cookies, files):
        part.init_app(app)
