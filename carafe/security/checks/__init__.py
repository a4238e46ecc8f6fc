"""`flask check`, and what it looks at here: secrets, addresses, cookies, files, limits."""

from flask import Flask

from carafe.security.checks import command, cookies, environment, files, hosts, secrets


def init_app(app: Flask) -> None:
    app.cli.add_command(command.check)
    for part in (environment, secrets, hosts, cookies, files):
        part.init_app(app)
