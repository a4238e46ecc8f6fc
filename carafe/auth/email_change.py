"""Change the email address of an account, and undo it.

Both use links: one emailed to the new address, which proves that the requester reads its email, and
one to the old address, in case the owner didn't request the change.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from carafe import mail
from carafe.audit import record
from carafe.auth import deletion, pages
from carafe.auth.email_history import EMAIL_CHANGED, RESTORED
from carafe.auth.models import (
    KnownDevice,
    LinkedAccount,
    Passkey,
    RecoveryCode,
    Token,
    Totp,
    UserMixin,
)
from carafe.auth.models.token import EMAIL_CHANGE, EMAIL_UNDO, LIFETIMES
from carafe.auth.models.user_mixin import EmailTakenError
from carafe.auth.permissions import DEFAULT_ROLE
from carafe.auth.users import user_model
from carafe.database import db
from carafe.database.aliases import AnyRow
from carafe.time import now


def pending(user_id: int) -> str | None:
    """Return the address that a user requested and has not confirmed yet."""
    return db.session.scalar(
        select(Token.target).where(
            Token.user_id == user_id, Token.purpose == EMAIL_CHANGE, Token.expires_at > now()
        )
    )


def request(user: UserMixin, email: str) -> None:
    """Email a link to the requested address, or a notice to the owner if it has an account.

    Nothing else differs, because the requester must not learn which addresses have accounts.
    """
    cancel(user)
    token = Token.issue(user, EMAIL_CHANGE, target=email)
    record("user.email_requested", user.subject)
    owner = user_model().by_email(email)
    if owner and owner.confirmed_at:
        record("user.email_taken", owner.subject)
        url = pages.url("reset")
        mail.send(email, "auth/emails/email_wanted", user=owner, reset_url=url)
    else:
        mail.send(email, "auth/emails/email_change", url=pages.url("email_change", token=token))


def cancel(user: UserMixin) -> None:
    Token.revoke(user.id, EMAIL_CHANGE)


def target_email(token: str, purpose: str) -> str | None:
    """Return the new address in a valid link."""
    row = Token.find(token, purpose)
    return row.target if row and _user(row) else None


def requester(token: str) -> int | None:
    """Return the ID of the user who requested the change of a valid link."""
    row = Token.find(token, EMAIL_CHANGE)
    return row.user_id if row and _user(row) else None


def apply(token: str) -> UserMixin | None:
    """Use up a link and change the address as it says; None if the link is invalid.

    Raise `EmailTakenError`, with the link used up, if someone else already has the address.
    """
    if (redeemed := _redeem(token, EMAIL_CHANGE)) is None:
        return None
    user, row = redeemed
    before, was_confirmed = user.email, user.confirmed_at
    _release_email(row.target, user)
    _set_email(user, row.target)
    if not was_confirmed:  # a role belongs to the owner of an address, which has changed since
        user.change_role(DEFAULT_ROLE)
    Token.revoke(user.id)
    record(EMAIL_CHANGED, user.subject, actor=before, before=before, after=user.email)
    user.confirm()
    # An unconfirmed address may be a stranger's, typed by mistake. The undo link would give them
    # the account.
    if was_confirmed:
        url = pages.url("email_undo", token=Token.issue(user, EMAIL_UNDO, target=before))
        mail.send(before, "auth/emails/email_changed", user=user, url=url)
    return user


def revert(token: str) -> UserMixin | None:
    """Restore the address of the link, and lock out everyone else.

    The link works whatever address the account has now, because an attacker changes it twice.
    Undoing a change voids the undo links of later ones, which went to addresses that the attacker
    chose. Those of earlier changes stay, or the attacker could get rid of them by undoing a change
    of their own.
    """
    if (redeemed := _redeem(token, EMAIL_UNDO)) is None:
        return None
    user, row = redeemed
    _release_email(row.target, user)
    before = user.email
    _set_email(user, row.target)
    record(RESTORED, user.subject, actor=user.email, before=before, after=user.email)
    user.end_sessions()
    deletion.cancel(user)
    # Anyone who requested the change knew the password, or had it reset.
    user.password_hash = ""  # nosec B105: none
    user.void_links()
    later = delete(Token).where(Token.user_id == user.id, Token.purpose == EMAIL_UNDO)
    db.session.execute(later.where(Token.id >= row.id))
    _remove_credentials_since(user, row.expires_at - LIFETIMES[EMAIL_UNDO])
    url = pages.url("reset")
    mail.send(user.email, "auth/emails/email_restored", user=user, reset_url=url)
    return user


def _redeem(token: str, purpose: str) -> tuple[UserMixin, AnyRow] | None:
    # Lock the user before the link, so that a change and its undoing wait for each other.
    row = Token.find(token, purpose)
    user = _user(row) if row else None
    if row is None or user is None:
        return None
    user.lock()
    if Token.consume(token, purpose) is None or _user(row) is None:
        return None
    return user, row


def _user(row: AnyRow) -> UserMixin | None:
    model = user_model()
    query = select(model).where(model.id == row.user_id, model.suspended_at.is_(None))
    if row.purpose == EMAIL_CHANGE:
        query = query.where(model.email == row.email)
    return db.session.scalar(query.execution_options(populate_existing=True))


def _set_email(user: UserMixin, email: str) -> None:
    try:
        # In a savepoint, so that the link is used up even if the address is taken right now.
        with db.session.begin_nested():
            user.email = email
    except IntegrityError:
        db.session.refresh(user)
        raise EmailTakenError from None


def _release_email(email: str, user: UserMixin) -> None:
    """Delete an account with the address that was never confirmed.

    Keep it if an admin suspended it, because only an admin can lift that.
    """
    holder = user_model().by_email(email, lock=True)
    if not holder or holder.id == user.id or holder.suspended_at:
        return
    if holder.confirmed_at is None:
        holder.delete()
        db.session.flush()


# A thief who changes the address may have added a login method some days before.
LOOKBACK = timedelta(days=7)


def _remove_credentials_since(user: UserMixin, since: datetime) -> None:
    """Remove second factors, passkeys, and linked accounts added since, or shortly before.

    Passkeys and linked accounts log in whatever the password is. Older ones stay, because the link
    only proves who reads the email, which doesn't replace a second factor. Recovery codes are
    always removed: they may have been read or recreated, and new ones take a minute.
    """
    for model in (Totp, Passkey, LinkedAccount):
        new = model.user_id == user.id, model.created_at >= since - LOOKBACK
        db.session.execute(delete(model).where(*new))
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    KnownDevice.delete_since(user.id, since)
