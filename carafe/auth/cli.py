"""`flask user …`"""

import secrets

import click
from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from carafe.auth import deletion, passwords, two_factor
from carafe.auth.fields import normalize_pasted_email
from carafe.auth.models.user_columns import NAME_LENGTH
from carafe.auth.models.user_mixin import EmailTakenError, UserMixin
from carafe.auth.permissions import ADMIN, DEFAULT_ROLE
from carafe.auth.signals import collect_purge_counts
from carafe.auth.users import user_model
from carafe.cli import Group
from carafe.database import advisory_lock, db
from carafe.unicode import nfc

users = Group("user", help="Look after user accounts.")


@users.command("create")
@click.argument("email")
@click.option("--name", default="", help="The name that others see.")
@click.option("--admin", is_flag=True, help="Make an administrator.")
@click.option("--password", help="By default one is generated and printed.")
def create(email: str, name: str, admin: bool, password: str | None) -> None:
    """Create a user with a confirmed address."""
    email, name = _parse_email(email), nfc(name)
    if len(name) > NAME_LENGTH:
        raise click.ClickException(f"Name: Please keep this to {NAME_LENGTH} characters.")
    plain_password = password or secrets.token_urlsafe(12)
    if problem := passwords.validation_error(plain_password, email):
        raise click.ClickException(f"Password: {problem}")
    password_hash = passwords.hash(plain_password)
    role = ADMIN if admin else DEFAULT_ROLE
    try:
        user_model().claim(email, password_hash, role, **({"name": name} if name else {}))
        db.session.commit()
    except (EmailTakenError, IntegrityError):
        raise click.ClickException(f"{email} has an account already.") from None
    click.echo(f"Created {email}" + ("" if password else f" with password {plain_password}"))


@users.command("promote")
@click.argument("email")
def promote(email: str) -> None:
    """Make a user an administrator."""
    user = _get_user(email)
    user.change_role(ADMIN)
    db.session.commit()
    condition = "" if user.confirmed_at else " once they have confirmed their address"
    click.echo(f"{user.email} is an administrator{condition}.")


@users.command("demote")
@click.argument("email")
def demote(email: str) -> None:
    """Make a member of the staff or an administrator a plain user."""
    user = _get_user(email)
    user.change_role(DEFAULT_ROLE)
    db.session.commit()
    click.echo(f"{user.email} is a plain user.")


@users.command("suspend")
@click.argument("email")
def suspend(email: str) -> None:
    """Suspend a user and end all sessions."""
    user = _get_user(email)
    user.suspend()
    db.session.commit()
    click.echo(f"{user.email} is suspended.")


@users.command("reinstate")
@click.argument("email")
def reinstate(email: str) -> None:
    """Let a suspended user log in again."""
    user = _get_user(email)
    user.reinstate()
    db.session.commit()
    click.echo(f"{user.email} can log in again.")


@users.command("delete")
@click.argument("email")
@click.confirmation_option(prompt="Delete the user and everything of theirs?")
def delete(email: str) -> None:
    """Delete a user at once, without the days of grace."""
    user = _get_user(email)
    deletion.delete_now(user)
    click.echo(f"{user.email} is deleted.")


@users.command("remove-second-factors")
@click.argument("email")
def remove_second_factors(email: str) -> None:
    """Let the password alone open an account again, whose owner has lost everything else."""
    user = _get_user(email)
    two_factor.remove_all(user)
    db.session.commit()
    click.echo(f"{user.email} has no second factor any more.")


@users.command("renew-secrets")
def renew_secrets() -> None:
    """Encrypt all stored secrets with SECRET_KEY, so that older keys can leave the fallbacks."""
    rotated, undecryptable = two_factor.rotate_secrets()
    click.echo(f"{rotated} secrets are encrypted with SECRET_KEY.")
    if undecryptable:
        raise click.ClickException(
            f"{len(undecryptable)} cannot be read: put the key from before into "
            "SECRET_KEY_FALLBACKS. If it is lost, these users need a recovery code: "
            f"{', '.join(undecryptable)}"
        )


@users.command("purge")
def purge() -> None:
    """Delete accounts whose time has come, and sessions, links and invitations that are over."""
    deleted_counts = {"accounts": sum(deletion.delete_due(id) for id in deletion.due_ids())}
    deleted_counts |= deletion.delete_all_expired()
    sender = current_app._get_current_object()  # type: ignore[attr-defined]
    deleted_counts |= dict(answer for _, answer in collect_purge_counts.send(sender))
    click.echo("Deleted: " + ", ".join(f"{count} {name}" for name, count in deleted_counts.items()))


@users.command("list")
def list_users() -> None:
    """Print all users: address, role, state and name, separated by tabs."""
    model = user_model()
    query = select(
        model.email,
        model.role,
        model.confirmed_at,
        model.suspended_at,
        model.deletes_at,
        model.display_name.label("display_name"),
    ).order_by(model.id)
    for row in db.session.execute(query.execution_options(yield_per=1000)):
        state = (
            "suspended" if row.suspended_at else "confirmed" if row.confirmed_at else "unconfirmed"
        )
        if row.deletes_at:
            state += f", deleted on {row.deletes_at:%Y-%m-%d}"
        name = "" if row.display_name == row.email else row.display_name
        click.echo("\t".join([row.email, row.role, state, name]))


def _parse_email(text: str) -> str:
    try:
        return normalize_pasted_email(text)
    except ValueError as error:
        raise click.ClickException(f"{text!r} is not an e-mail address: {error}") from None


def _get_user(email: str) -> UserMixin:
    advisory_lock(ADMIN)
    user = user_model().by_email(_parse_email(email), lock=True)
    if user is None:
        raise click.ClickException(f"There is no account for {email}.")
    return user
