"""`flask check`, and what it looks at here: secrets, addresses, cookies, files, limits."""

from flask import Flask

from app.security.checks import addresses, command, cookies, environment, files, secrets


def init_app(app: Flask) -> None:
    app.cli.add_command(command.check)
    for part in (environment, secrets, addresses, cookies, files):
        part.init_app(app)
