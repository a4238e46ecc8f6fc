"""Forms interrupted by a login or a proof of identity, which continue afterwards.

Someone with a copy of the session cookie can submit forms, too. So a form continues only in the
flow that it interrupted:

* It has a random ID, which appears only in the redirect of that flow, inside `next`.
* The browser that submitted it has a mark in its cookie. In any other browser, a link with the ID
  does nothing.
* It belongs to one user, and is submitted once.

A form that waits for a recent proof of identity belongs to one session, waits for ten minutes, and
is dropped when the browser requests something else that needs a proof. The proof must be given for
this form: a proof for something else, in another tab or later, doesn't release it.

A form that waits for a login was submitted from a page made for a user whose session has ended
since. Its token proves that, so visitors can store nothing. It waits for an hour. A form with a
password is not kept, and one that needs a recent proof is never submitted without a click.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import abort, current_app, request, session
from flask_login import current_user
from sqlalchemy import select
from werkzeug.exceptions import TooManyRequests

from carafe.audit import record
from carafe.auth import pages
from carafe.auth.models import InterruptedForm, Token, UserMixin
from carafe.auth.models.secret import digest
from carafe.auth.models.token import FORM_BEFORE_LOGIN, FORM_BEFORE_PROOF, LIFETIMES
from carafe.auth.users import user_model
from carafe.database import db, write_transaction
from carafe.database.transactions import takes_write_lock
from carafe.observability.redaction import LIKE_A_TOKEN, is_secret_name
from carafe.security.csrf import TOKEN_FIELD as CSRF_FIELD
from carafe.security.rate_limits import Client, RateLimit, client_key
from carafe.web.routing import current_policy, endpoint_label
from carafe.web.urls import current_url, return_path, safe_redirect_path

# The field that marks a form that continues.
FIELD = "interrupted_form"
# The browser's marks, in its cookie: the hash of one ID, and those of several.
PROOF_MARK, LOGIN_MARKS = "form_before_proof", "forms_before_login"
FORMS_PER_USER = 3
MAX_BYTES = 256 * 1024
# A longer URL of the form's page is omitted from the page that continues it.
BACK_LENGTH = 150
SHOWN_LENGTH = 200

FORMS_BEFORE_PROOF = RateLimit("form before proof", 30, timedelta(hours=1))
FORMS_BEFORE_LOGIN = RateLimit("form before login", 20, timedelta(hours=1))

GONE = (
    "We didn't submit your earlier form, because it expired, you started something else, or it "
    "belongs to another account. Submit it again."
)
USED = (
    "This form was already submitted, or has expired. Check the result before you submit it again."
)


@dataclass(frozen=True)
class Form:
    """A form as it was submitted."""

    path: str
    endpoint: str
    fields: list[tuple[str, str]]
    # What submitting it does, in words that follow "After you confirm,".
    effect: str = ""
    # Whether it needs a recent proof of identity. If so, it needs a click after a login.
    proven: bool = True
    token: str | None = None
    row: InterruptedForm | None = None
    sent_at: datetime | None = None

    @property
    def summary(self) -> list[tuple[str, str]]:
        """Return the names and values to recognize it by, without secrets and technical fields."""
        return [
            (name.replace("_", " ").capitalize(), value[:SHOWN_LENGTH])
            for name, value in self.fields
            if value.strip()
            and not name.startswith("_")
            and not is_secret_name(name)
            and not LIKE_A_TOKEN.fullmatch(value)
        ]

    @property
    def has_secrets(self) -> bool:
        return any(value and is_secret_name(name) for name, value in self.fields)

    @property
    def may_continue(self) -> bool:
        """Return whether the login or proof that it waits for was given."""
        return self.row is not None and (self.row.session_id is None or self.row.released)

    @property
    def continues_by_itself(self) -> bool:
        """Return whether a script may submit it: the proof was given just now, in this flow."""
        if self.row is None or self.sent_at is None:
            return False
        if self.row.session_id is not None:
            return self.row.released
        return not self.proven and bool(current_user.authenticated_at >= self.sent_at)


def sent() -> Form | None:
    """Return the form of this request, or None if it has none, or files, or is too large."""
    if (request.content_length or 0) > current_app.config["MAX_FORM_MEMORY_SIZE"]:
        return None
    has_files = any(file.filename for file in request.files.values())
    if has_files or (request.content_length and not request.form):
        return None
    fields = [(k, v) for k, v in request.form.items(multi=True) if k not in (CSRF_FIELD, FIELD)]
    rules = current_policy()
    return Form(current_url(), endpoint_label(request), fields, rules.effect, rules.fresh_login)


def keep_for_proof() -> str | None:
    """Store the form of this request until its user proves their identity. The caller commits.

    Return the page that continues it, or None if it can't be stored.
    """
    form, session_id = sent(), current_user.session_id
    if form is None:
        return None
    token = _store(form, current_user, FORM_BEFORE_PROOF, f"session {session_id}", session_id)
    if token is None:
        return None
    session[PROOF_MARK] = digest(token).hex()
    return _page(token)


def keep_for_login(user_id: int) -> str | None:
    """Store the form of this request until this user logs in again, and commit.

    Return the page that continues it, or None if it can't be stored.
    """
    form = sent()
    if form is None or form.has_secrets:
        return None
    model = user_model()
    query = select(model).where(model.id == user_id, model.suspended_at.is_(None))
    user = db.session.scalar(query)
    token = _store(form, user, FORM_BEFORE_LOGIN, client_key()) if user else None
    if token is None:
        return None
    Token.void_all_but_newest(user_id, FORM_BEFORE_LOGIN, FORMS_PER_USER)
    session[LOGIN_MARKS] = [*session.get(LOGIN_MARKS, []), digest(token).hex()][-FORMS_PER_USER:]
    db.session.commit()
    return _page(token)


def _store(
    form: Form, user: UserMixin, purpose: str, sender: str | Client, session_id: int | None = None
) -> str | None:
    names = "path", "endpoint", "fields", "effect", "proven"
    content = {name: getattr(form, name) for name in names}
    text = json.dumps(content, ensure_ascii=False)
    if len(text.encode()) > MAX_BYTES:
        return None
    try:
        (FORMS_BEFORE_PROOF if session_id else FORMS_BEFORE_LOGIN).spend(sender)
    except TooManyRequests:
        return None
    record("form.interrupted", f"user:{user.id}", actor=user.email, endpoint=form.endpoint)
    return InterruptedForm.add(user, purpose, text, session_id=session_id)


def _page(token: str) -> str:
    back = return_path()
    if len(back or "") > BACK_LENGTH:
        back = None
    return pages.path("interrupted_form", token=token, next=back)


def find(token: str) -> Form | None:
    """Return the form with this ID, if this user submitted it from this browser."""
    purpose = _purpose(token)
    if purpose is None or current_user.impersonator:
        return None
    ticket = Token.find(token, purpose)
    if ticket is None or (ticket.user_id, ticket.email) != (current_user.id, current_user.email):
        return None
    row = db.session.get(InterruptedForm, ticket.id)
    if row is None or row.session_id not in (None, current_user.session_id):
        return None
    try:
        content = json.loads(row.read())
    except ValueError:  # its key has left the key ring
        return None
    sent_at = ticket.expires_at - LIFETIMES[purpose]
    return Form(**content, token=token, row=row, sent_at=sent_at)


def _purpose(token: str) -> str | None:
    """Return what this browser's form with this ID waits for; None if it has no such form."""
    mark = digest(token).hex()
    if mark == session.get(PROOF_MARK):
        return FORM_BEFORE_PROOF
    return FORM_BEFORE_LOGIN if mark in session.get(LOGIN_MARKS, []) else None


def find_by_page(path: str | None) -> Form | None:
    """Return the form that the page at `path` continues."""
    page = urlsplit(safe_redirect_path(path) or "").path
    start = pages.path("interrupted_form", token="")
    token = page.removeprefix(start)
    return find(token) if token != page else None


def release(path: str | None) -> None:
    """Record that a proof of identity was given for the form that the page at `path` continues."""
    form = find_by_page(path)
    if form and form.row:
        InterruptedForm.release(form.row.token_id)


def carry_out(token: str) -> None:
    """Use up the form with this ID in this transaction, which does what the form requests.

    Respond with 409 if it was already submitted, so that going back or clicking twice does nothing.
    """
    form, purpose = find(token), _purpose(token)
    if form is None or purpose is None or Token.consume(token, purpose) is None:
        abort(409, USED)
    record("form.continued", f"user:{current_user.id}", endpoint=form.endpoint)


def drop() -> None:
    """Drop the form that waits for a proof, because this browser requests something else now."""
    mark = session.pop(PROOF_MARK, None)
    if mark and takes_write_lock():
        Token.delete(bytes.fromhex(mark))
    elif mark:
        with write_transaction():
            Token.delete(bytes.fromhex(mark))
            db.session.commit()
