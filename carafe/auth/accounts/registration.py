"""Signing up."""

from datetime import timedelta
from typing import cast

from sqlalchemy.exc import IntegrityError

from carafe.audit import record
from carafe.auth import passwords
from carafe.auth.accounts import confirmation
from carafe.auth.accounts.confirmation import CONFIRMATION_MAILS
from carafe.auth.accounts.form_limits import limit_form
from carafe.auth.accounts.mail_requests import may_mail, pretend_to_mail
from carafe.auth.models import Token, UserMixin
from carafe.auth.users import user_model
from carafe.database import Base, db
from carafe.database.inserts import dummy_insert
from carafe.security.rate_limits import RateLimit

REGISTRATIONS = RateLimit("register", 60, timedelta(hours=1))

limit_registrations = limit_form(REGISTRATIONS)


def register(email: str, password: str, **fields: object) -> None:
    """Create an account whose address is still to be confirmed, and mail the link for that.

    If the address has an account, its owner is told so by mail, and nobody else: outcome and time
    are the same. So the password is hashed, and the mail counted, before the account is looked up.
    The form sent twice at once makes one account.
    """
    password_hash = passwords.hash(password)
    may_send = may_mail(CONFIRMATION_MAILS, email, due=True)
    try:
        if owner := user_model().by_email(email):
            tell_owner(owner, password_hash, may_send=may_send)
        else:
            user = user_model().register(email, password_hash, **fields)
            confirmation.send(user, password_hash)
        db.session.commit()
    except IntegrityError:  # the same form, sent twice at once: the first made the account
        db.session.rollback()


def tell_owner(user: UserMixin, password_hash: str | None = None, *, may_send: bool) -> None:
    """Tell the owner of an address that someone registers with it. Anyone who does is not told.

    Unless `may_send`, the owner has had enough mails.
    """
    record("user.signup_repeated", user.subject, actor=user.email)
    row = {"email": user.email, "password_hash": user.password_hash, "role": ""}
    dummy_insert(cast(type[Base], user_model()), row)
    if not may_send:
        pretend_to_mail("auth/emails/registered", user.email)
    elif user.confirmed_at:
        Token.issue_dummy()
        user.send_already_registered()
    elif password_hash is None:
        confirmation.send_to_owner(user)
    else:
        confirmation.send(user, password_hash)
