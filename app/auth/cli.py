"""`flask user …`"""

import secrets

import click
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.auth import passwords
from app.auth.forms import normalise
from app.auth.models import User
from app.auth.models.user import NAME_LENGTH
from app.core.commands import Group
from app.core.database import db
from app.core.time import now

users = Group("user", help="Look after user accounts.")


@users.command("create")
@click.argument("email")
@click.option("--name", default="", help="The name that others see.")
@click.option("--admin", is_flag=True, help="Make an administrator.")
@click.option("--password", help="By default one is generated and printed.")
def create(email: str, name: str, admin: bool, password: str | None) -> None:
    """Create a user with a confirmed address."""
    email = _address(email)
    if len(name) > NAME_LENGTH:
        raise click.ClickException(f"Name: Please keep this to {NAME_LENGTH} characters.")
    given = password or secrets.token_urlsafe(12)
    if problem := passwords.problem(given, email):
        raise click.ClickException(f"Password: {problem}")
    password_hash = passwords.hash(given)
    role = "admin" if admin else "user"
    try:
        User.register(email, password_hash, name, role=role, confirmed_at=now())
        db.session.commit()
    except IntegrityError:
        raise click.ClickException(f"{email} has an account already.") from None
    click.echo(f"Created {email}" + ("" if password else f" with password {given}"))


@users.command("promote")
@click.argument("email")
def promote(email: str) -> None:
    """Make a user an administrator."""
    user = _find(email)
    user.change_role("admin")
    db.session.commit()
    click.echo(f"{user.email} is an administrator.")


@users.command("suspend")
@click.argument("email")
def suspend(email: str) -> None:
    """Suspend a user and end all sessions."""
    user = _find(email)
    user.suspend()
    db.session.commit()
    click.echo(f"{user.email} is suspended.")


@users.command("list")
def list_users() -> None:
    """Print all users: address, role, state and name, separated by tabs."""
    columns = select(User.email, User.role, User.confirmed_at, User.suspended_at, User.name)
    for email, role, confirmed, suspended, name in db.session.execute(
        columns.order_by(User.id).execution_options(yield_per=1000)
    ):
        state = "suspended" if suspended else "confirmed" if confirmed else "unconfirmed"
        click.echo("\t".join([email, role, state, name]))


def _address(text: str) -> str:
    try:
        return normalise(text)
    except ValueError as error:
        raise click.ClickException(f"{text!r} is not an e-mail address: {error}") from None


def _find(email: str) -> User:
    user = User.by_email(_address(email))
    if user is None:
        raise click.ClickException(f"There is no account for {email}.")
    return user
