"""Creating an account with an invitation from a mail."""

from sqlalchemy.exc import IntegrityError

from carafe.auth import passwords
from carafe.auth.accounts.authentication import is_other_user
from carafe.auth.accounts.errors import OtherUserError, refuse_link
from carafe.auth.models import Invitation, UserMixin
from carafe.auth.models.user_mixin import EmailTakenError
from carafe.auth.sessions import log_in_user
from carafe.database import db, read_transaction

INVITATION = "invitation"


def find_invitation(token: str) -> Invitation:
    """Return the invitation that a link accepts. It stays valid. Raises `InvalidLinkError`."""
    with read_transaction():
        invitation = Invitation.by_token(token)
    if invitation is None:
        refuse_link(INVITATION)
    return invitation


def accept_invitation(
    invitation: Invitation,
    token: str,
    password: str,
    *,
    switch_from: str | None,
    **fields: object,
) -> None:
    """Create the account of an invitation, once, and log in to it.

    Raises `OtherUserError` before the link is used up: see `is_other_user` for `switch_from`;
    `EmailTakenError` where the address has an account; and `InvalidLinkError` where the link was
    used or taken back in the meantime. Whoever registered with the address and never confirmed it
    makes way. The password is hashed before the transaction begins.
    """
    if is_other_user(invitation.email, switch_from):
        raise OtherUserError
    password_hash = passwords.hash(password)

    try:
        user = _accept(token, password_hash, **fields)
    except EmailTakenError:
        db.session.rollback()
        raise
    if user is None:  # used or taken back in the meantime
        db.session.commit()
        refuse_link(INVITATION)
    log_in_user(user, remembered=False)
    db.session.commit()


def _accept(token: str, password_hash: str, **fields: object) -> UserMixin | None:
    try:
        return Invitation.accept(token, password_hash, **fields)
    except IntegrityError:  # someone registered with the address at this moment, and makes way
        db.session.rollback()
        return Invitation.accept(token, password_hash, **fields)
