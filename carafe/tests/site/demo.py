"""Sample data."""

import secrets

import click

from carafe.auth import passwords
from carafe.demo import Scenario
from carafe.tests.site.models import Thing, User
from carafe.time import now

USER, ADMIN = "user@example.com", "admin@example.com"
# More than a page of a list has.
COUNT = 60


def load(scenario: Scenario) -> None:
    """Add a user with things, and an admin, and print each one's password."""
    people = {"user": (USER, "Uma User"), "admin": (ADMIN, "Ada Admin")}
    for role, (email, name) in people.items():
        password = secrets.token_urlsafe(12)
        password_hash = passwords.hash(password)
        user = User.register(email, password_hash, name=name, role=role, confirmed_at=now())
        click.echo(f"{role} {email}  password {password}")
        for number in range(COUNT if role == "user" else 0):
            Thing.create(user.id, f"Thing {number}")
