"""Send, list, revoke, and accept invitations."""

from datetime import datetime
from typing import NamedTuple

from flask import abort
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from carafe.auth import passwords
from carafe.auth.accounts.authentication import is_other_user
from carafe.auth.accounts.errors import FieldError, OtherUserError, refuse_link
from carafe.auth.administration import ensure_can_grant
from carafe.auth.models import Invitation, UserMixin
from carafe.auth.models.user_mixin import EmailTakenError
from carafe.auth.permissions import can_grant
from carafe.auth.sessions import log_in_user
from carafe.auth.users import user_model
from carafe.database import db, read_transaction
from carafe.time import now
from carafe.web.pagination import Page, paginate

INVITATION = "invitation"


class SentInvitation(NamedTuple):
    """An invitation in the list of those sent. `inviter` is its sender's email address."""

    id: int
    email: str
    role: str
    inviter: str
    expires_at: datetime
    is_expired: bool


def list_invitations() -> Page:
    """Return a page of all invitations sent, latest first, as rows of `SentInvitation`."""
    user = user_model()
    query = select(
        Invitation.email, Invitation.role, user.email.label("inviter"), Invitation.expires_at,
        Invitation.created_at, Invitation.id,
    ).join(user, user.id == Invitation.inviter_id)  # fmt: skip
    page = paginate(query, Invitation.created_at, Invitation.id, descending=True)
    page.rows = [
        SentInvitation(id, email, role, inviter, expires_at, expires_at <= now())
        for email, role, inviter, expires_at, _created_at, id in page.rows
    ]
    return page


def invite(email: str, role: str) -> None:
    """Invite an address to create an account with this role.

    Raise `FieldError` if the address has an account. Respond with 403 if the current user lacks a
    permission of the role, or of the role in a pending invitation.
    """
    ensure_can_grant(role)
    user = user_model().by_email(email)
    if user and user.confirmed_at:
        raise FieldError("email", "This email address already has an account.")
    if user and user.suspended_at:
        message = "This address has a suspended account. Delete that account first."
        raise FieldError("email", message)
    if pending := Invitation.pending(email):
        _ensure_may_change(pending)
    Invitation.send(email, role, current_user.user)
    db.session.commit()


def revoke_invitation(id: int) -> str:
    """Void the link of an invitation. Return the address that it was sent to.

    Respond with 404 if it doesn't exist, and with 403 in the same cases as `invite`.
    """
    invitation = db.session.get(Invitation, id) or abort(404)
    _ensure_may_change(invitation)
    invitation.revoke()
    db.session.commit()
    return invitation.email


def _ensure_may_change(invitation: Invitation) -> None:
    if not can_grant(invitation.role, current_user.role):
        abort(403, "This invitation grants permissions that you don't have.")


def find_invitation(token: str) -> Invitation:
    """Return the invitation of a link, without using it up. Raise `InvalidLinkError`."""
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
    """Use up an invitation, create its account, and log in to it.

    Raise `OtherUserError` before the link is used up (see `is_other_user` for `switch_from`),
    `EmailTakenError` if the address has an account, and `InvalidLinkError` if the link was used or
    revoked in the meantime. This deletes an unconfirmed account with the address. The password is
    hashed before the transaction begins.
    """
    if is_other_user(invitation.email, switch_from):
        raise OtherUserError
    password_hash = passwords.hash(password)

    try:
        user = _accept(token, password_hash, **fields)
    except EmailTakenError:
        db.session.rollback()
        raise
    if user is None:  # used or revoked in the meantime
        db.session.commit()
        refuse_link(INVITATION)
    log_in_user(user, remembered=False)
    db.session.commit()


def _accept(token: str, password_hash: str, **fields: object) -> UserMixin | None:
    try:
        return Invitation.accept(token, password_hash, **fields)
    except IntegrityError:  # someone registers with the address right now: delete that account
        db.session.rollback()
        return Invitation.accept(token, password_hash, **fields)
