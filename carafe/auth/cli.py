"""`flask user …`"""

import secrets
from collections.abc import Callable

import click
from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from carafe.auth import deletion, passwords, two_factor
from carafe.auth.fields import normalize_pasted_email
from carafe.auth.models.user_columns import NAME_LENGTH
from carafe.auth.models.user_mixin import EmailTakenError, UserMixin
from carafe.auth.permissions import ADMIN, DEFAULT_ROLE
from carafe.auth.signals import collect_purge_counts, collect_renewed_secrets
from carafe.auth.users import user_model
from carafe.cli import Group
from carafe.database import advisory_lock, db
from carafe.unicode import nfc

users = Group("user", help="Manage user accounts.")


@users.command("create")
@click.argument("email")
@click.option("--name", default="", help="Display name.")
@click.option("--admin", is_flag=True, help="Create an admin.")
@click.option("--password", help="Generated and printed if omitted.")
def create(email: str, name: str, admin: bool, password: str | None) -> None:
    """Create a user with a confirmed address."""
    email, name = _parse_email(email), nfc(name)
    if len(name) > NAME_LENGTH:
        raise click.ClickException(f"Name: Use {NAME_LENGTH} characters or fewer.")
    plain_password = password or secrets.token_urlsafe(12)
    if problem := passwords.validation_error(plain_password, email):
        raise click.ClickException(f"Password: {problem}")
    password_hash = passwords.hash(plain_password)
    role = ADMIN if admin else DEFAULT_ROLE
    try:
        user_model().claim(email, password_hash, role, **({"name": name} if name else {}))
        db.session.commit()
    except (EmailTakenError, IntegrityError):
        raise click.ClickException(f"{email} already has an account.") from None
    click.echo(f"Created {email}" + ("" if password else f" with password {plain_password}"))


def _user_command(name: str) -> Callable[[Callable[[UserMixin], str]], click.Command]:
    """Return a decorator for a command on the user with an address, which prints its result.

    The function's changes are committed first.
    """

    def decorate(change: Callable[[UserMixin], str]) -> click.Command:
        @users.command(name, help=change.__doc__)
        @click.argument("email")
        def command(email: str) -> None:
            message = change(_get_user(email))
            db.session.commit()
            click.echo(message)

        return command

    return decorate


@_user_command("promote")
def promote(user: UserMixin) -> str:
    """Promote a user to admin."""
    user.change_role(ADMIN)
    tense = "is now" if user.confirmed_at else "will be"
    condition = "" if user.confirmed_at else " once they confirm their email address"
    return f"{user.email} {tense} an admin{condition}."


@_user_command("demote")
def demote(user: UserMixin) -> str:
    """Demote a staff member or admin to a regular user."""
    user.change_role(DEFAULT_ROLE)
    return f"{user.email} is now a regular user."


@_user_command("suspend")
def suspend(user: UserMixin) -> str:
    """Suspend a user and end all sessions."""
    user.suspend()
    return f"{user.email} suspended."


@_user_command("reinstate")
def reinstate(user: UserMixin) -> str:
    """Reinstate a suspended user."""
    user.reinstate()
    return f"{user.email} reinstated."


@click.confirmation_option(prompt="Delete this user and all of their data?")
@_user_command("delete")
def delete(user: UserMixin) -> str:
    """Delete a user immediately, without the grace period."""
    message = f"{user.email} deleted."
    deletion.delete_now(user)
    return message


@_user_command("remove-second-factors")
def remove_second_factors(user: UserMixin) -> str:
    """Turn off two-factor authentication for a user."""
    two_factor.remove_all(user)
    return f"Two-factor authentication turned off for {user.email}."


@users.command("renew-secrets")
def renew_secrets() -> None:
    """Re-encrypt all stored secrets with SECRET_KEY, so older keys can be removed."""
    rotated, undecryptable = two_factor.rotate_secrets()
    sender = current_app._get_current_object()  # type: ignore[attr-defined]
    rotated += sum(count for _, count in collect_renewed_secrets.send(sender))
    click.echo(f"{rotated} secrets re-encrypted with SECRET_KEY.")
    if undecryptable:
        raise click.ClickException(
            f"{len(undecryptable)} can't be decrypted. Add the previous key to "
            "SECRET_KEY_FALLBACKS. If it's lost, these users need a recovery code: "
            f"{', '.join(undecryptable)}"
        )


@users.command("purge")
def purge() -> None:
    """Delete accounts due for deletion and expired sessions, links, and invitations."""
    deleted_counts = {"accounts": sum(deletion.delete_due(id) for id in deletion.due_ids())}
    deleted_counts |= deletion.delete_all_expired()
    sender = current_app._get_current_object()  # type: ignore[attr-defined]
    deleted_counts |= dict(answer for _, answer in collect_purge_counts.send(sender))
    click.echo("Deleted: " + ", ".join(f"{count} {name}" for name, count in deleted_counts.items()))


@users.command("list")
def list_users() -> None:
    """List all users as tab-separated email, role, state, and name."""
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
            state += f", scheduled for deletion on {row.deletes_at:%Y-%m-%d}"
        name = "" if row.display_name == row.email else row.display_name
        click.echo("\t".join([row.email, row.role, state, name]))


def _parse_email(text: str) -> str:
    try:
        return normalize_pasted_email(text)
    except ValueError as error:
        raise click.ClickException(f"{text!r} isn't a valid email address: {error}") from None


def _get_user(email: str) -> UserMixin:
    advisory_lock(ADMIN)
    user = user_model().by_email(_parse_email(email), lock=True)
    if user is None:
        raise click.ClickException(f"No account for {email}.")
    return user
