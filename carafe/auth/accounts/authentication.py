"""Log in with a password, and continue after any first factor."""

from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from functools import wraps
from typing import NoReturn, ParamSpec

from flask import Response, after_this_request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user

from carafe.audit import record
from carafe.auth import device_cookie, passwords
from carafe.auth.accounts.errors import FieldError
from carafe.auth.identity import is_logged_in
from carafe.auth.models import Token, UserMixin
from carafe.auth.models.token import LOGIN_CHALLENGE
from carafe.auth.sessions import begin_login, log_in_user, log_out_user
from carafe.auth.users import user_model
from carafe.database import db, read_transaction
from carafe.observability import security_events
from carafe.security.rate_limits import Attempt, RateLimit, client_key
from carafe.web.urls import site_root

LOGIN_FAILURES_BY_CLIENT = RateLimit("login:client", 20, timedelta(minutes=15))
# Per client and address typed. A limit per address alone would let strangers lock its owner out.
LOGIN_FAILURES = RateLimit("login", 10, timedelta(minutes=15))
# Per address across all clients, so that many of them can't guess at one account forever.
LOGIN_FAILURES_BY_ADDRESS = RateLimit("login:address", 100, timedelta(hours=1))
# Per browser that has logged in as this user before. The other limits don't block it.
LOGIN_FAILURES_BY_DEVICE = RateLimit("login:device", 10, timedelta(minutes=15))

WRONG = "Wrong email address or password."
SUSPENDED = "This account is suspended. Contact support."

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


class NextStep(Enum):
    """Where a user goes after a step of the login."""

    LOGGED_IN = "the page they asked for"
    SECOND_FACTOR = "the page for two-factor authentication"
    LOG_IN = "the login page again"


def limit_logins(view: View[P]) -> View[P]:
    """Decorate the view of the login form: 429 for a client with too many failures.

    It checks before the form is parsed. `authenticate` counts the failures.
    """

    @wraps(view)
    def check(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not device_cookie.is_sent():
            LOGIN_FAILURES_BY_CLIENT.check(client_key())
        return view(*args, **kwargs)

    return check


def authenticate(email: str, password: str, *, remember: bool) -> NextStep:
    """Log in the user with this address and password, and return the next step.

    Raise `FieldError` if they don't match, in the same time as for an address without an account;
    also for a suspended account, but only if the password is right. Raise `LimitReachedError` (429)
    after too many failures.

    An attempt counts before the password is checked and is refunded if it succeeds, so that
    parallel attempts can't exceed the limit. The password is checked outside a transaction. Then
    the user is read again, with a lock, because they may have changed the password or been
    suspended or deleted in the meantime.
    """
    attempt = _attempt(email)
    attempt.spend()

    with read_transaction():
        user = user_model().by_email(email)
    password_hash = user.password_hash if user else None
    # Outside a transaction: hashing takes 26 ms, during which nobody else should wait.
    if not passwords.verify(password_hash, password):
        _refuse(user, email)
    outdated = passwords.needs_rehash(password_hash or "", password)
    new_hash = passwords.hash(password) if outdated else None

    user = user_model().by_email(email, lock=True)
    if user is None or user.password_hash != password_hash:
        return NextStep.LOG_IN
    if user.suspended_at:
        security_events.report("login.failed", "suspended", user.subject)
        raise FieldError("email", SUSPENDED)
    if new_hash:
        user.password_hash = new_hash
    step = admit(user, remember=remember)
    db.session.commit()
    attempt.refund()
    return step


def _attempt(email: str) -> Attempt:
    everyone = [
        *LOGIN_FAILURES_BY_CLIENT.counters(client_key()),
        *LOGIN_FAILURES.counters(email, client_key()),
        *LOGIN_FAILURES_BY_ADDRESS.counters(email),
    ]
    if device := device_cookie.recognize_email(email):
        return Attempt(LOGIN_FAILURES_BY_DEVICE.counters(device), also=everyone)
    return Attempt(everyone)


def _refuse(user: UserMixin | None, email: str) -> NoReturn:
    account = user.subject if user else None
    record("login.failed", account, actor=email)
    db.session.commit()
    security_events.report("login.failed", _reason(user), account)
    raise FieldError("password", WRONG)


def _reason(user: UserMixin | None) -> str:
    if user is None:
        return "unknown_address"
    return "wrong_password" if user.password_hash else "no_password"


def clear_failures(user: UserMixin) -> None:
    """Reset all counts of failed logins with the user's address."""
    for limit in (LOGIN_FAILURES, LOGIN_FAILURES_BY_ADDRESS):
        limit.clear(user.email)


def forget_failures(user: UserMixin) -> None:
    """Let a user log in after they proved they own the account, no matter who failed before."""
    clear_failures(user)
    # Others on their network may have used up the attempts. With a second factor, the reader of the
    # email may not be the owner.
    if not user.has_second_factor:
        device_cookie.give(user)


def admit(user: UserMixin, *, remember: bool) -> NextStep:
    """Log in a user who showed a first factor, or start asking for the second one.

    The caller commits.
    """
    if not user.has_second_factor:
        log_in_user(user, remembered=remember)
        return NextStep.LOGGED_IN
    begin_login()
    session["challenge"] = Token.issue(user, LOGIN_CHALLENGE)
    session["remembered"] = remember
    return NextStep.SECOND_FACTOR


def log_out() -> None:
    """End this browser's session, and have it delete the site's data."""
    log_out_user()
    db.session.commit()
    after_this_request(_clear_site_data)


def _clear_site_data(response: Response) -> Response:
    # Not "cookies": the session cookie is already deleted, and the device cookie must stay. Not
    # "storage" under a path, because other sites on the same host share it.
    response.headers["Clear-Site-Data"] = '"cache"' if site_root() else '"cache", "storage"'
    return response


def is_other_user(email: str, switch_from: str | None) -> bool:
    """Return whether a different user is logged in, and didn't agree to be logged out.

    Anyone can send a link. What people do next must not end up in someone else's account.
    `switch_from` is the address of the user who agreed to be logged out.
    """
    if not is_logged_in() or current_user.email == email:
        return False
    return bool(switch_from != current_user.email)
