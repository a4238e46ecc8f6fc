"""Sample accounts with random passwords."""

import secrets

import click
from sqlalchemy import select

from app.auth.models import User
from carafe import demo_data
from carafe.auth import passwords
from carafe.database import db
from carafe.time import now
from carafe.web import endpoint_path, public_url

USER, ADMIN = "user@example.com", "admin@example.com"


def load() -> None:
    """Create a user and an administrator, and print each one's address and password on a line."""
    accounts = []
    for email, name, role in [(USER, "Uma User", "user"), (ADMIN, "Ada Admin", "admin")]:
        password = secrets.token_urlsafe(12)
        accounts.append((email, name, role, password, passwords.hash(password)))
    if db.session.scalar(select(User.id).limit(1)):
        raise demo_data.DatabaseNotEmptyError("Users already exist, so no sample data was added.")
    lines = []
    for email, name, role, password, password_hash in accounts:
        User.register(email, password_hash, name=name, role=role, confirmed_at=now())
        lines.append(
            f"{role:6} {email}  password {password}  {public_url(endpoint_path('auth.login'))}"
        )
    click.echo("\n".join(lines))
