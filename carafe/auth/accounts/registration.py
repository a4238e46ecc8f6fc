"""Sign up."""

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
    """Create an unconfirmed account, and email the link that confirms its address.

    If the address has an account, only its owner learns about it, by email: response and time are
    the same. So the password is hashed and the email counted before the account is looked up. If
    the form is submitted twice in parallel, it creates one account.
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
    except IntegrityError:  # a parallel submission of the same form created the account
        db.session.rollback()


def tell_owner(user: UserMixin, password_hash: str | None = None, *, may_send: bool) -> None:
    """Email the owner of an address that someone tried to register with it.

    Without `may_send`, the owner has received too many emails.
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
