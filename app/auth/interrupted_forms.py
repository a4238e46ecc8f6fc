"""Forms that were interrupted by the question who somebody is, and continue after the answer.

Someone with a copy of the session's cookie can send forms, too. So a form continues only in the
flow that it interrupted:

* It has a random ID, which appears in the redirect of that flow and nowhere else, inside `next`.
* The browser that sent it has a mark in its cookie. In any other browser a link with the ID
  opens nothing.
* The answer must be given for this form: proving one's identity for something else, in another
  tab or later, does not release it.
* It belongs to one user and one session, waits for ten minutes, is sent once, and is dropped
  when the browser asks for something else that needs a proof.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from flask import abort, request, session, url_for
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests

from app.audit import record
from app.auth.models import InterruptedForm, Token
from app.auth.models.secret import digest
from app.auth.models.token import INTERRUPTED_FORM
from app.core.database import db, may_write, writing
from app.core.routing import policy
from app.core.urls import local_path, wanted
from app.observability.redaction import LIKE_A_TOKEN, names_a_secret
from app.security.csrf import FIELD as CSRF_FIELD
from app.security.limits import Limit

# The field that tells a form that continues from one that is sent for the first time.
FIELD = "interrupted_form"
# The browser's mark, in its cookie: the hash of the ID.
MARK = "interrupted_form"
MAX_BYTES = 64 * 1024
# A longer address of the page with the form is left out of the one that continues it.
BACK_LENGTH = 200
SHOWN_LENGTH = 200

KEPT = Limit("interrupted form", 30, timedelta(hours=1))

GONE = (
    "The form you sent before was not carried out: it waited too long, or you asked for something "
    "else meanwhile. Please send it again."
)
USED = "This form was sent already, or waited too long. Check the result before you send it again."


@dataclass(frozen=True)
class Form:
    """A form as it was sent."""

    token: str
    row: InterruptedForm
    path: str
    endpoint: str
    fields: list[tuple[str, str]]

    @property
    def effect(self) -> str:
        """What sending it does, in words that follow "After you confirm,"."""
        return policy(self.endpoint).effect

    @property
    def summary(self) -> list[tuple[str, str]]:
        """What people recognize it by: names and values, without secrets and technical fields."""
        return [
            (name.replace("_", " ").capitalize(), value[:SHOWN_LENGTH])
            for name, value in self.fields
            if value.strip()
            and not name.startswith("_")
            and not names_a_secret(name)
            and not LIKE_A_TOKEN.fullmatch(value)
        ]


def keep() -> str | None:
    """Keep the form of this request; return the page that continues it, or None.

    None for files, for what is too large, for what is no form, and where too many were kept.
    The caller commits.
    """
    fields = [(k, v) for k, v in request.form.items(multi=True) if k not in (CSRF_FIELD, FIELD)]
    path, session_id = request.full_path.rstrip("?"), current_user.session_id
    content = json.dumps({"path": path, "endpoint": request.endpoint, "fields": fields})
    has_files = any(file.filename for file in request.files.values())
    if len(content) > MAX_BYTES or has_files or (request.content_length and not request.form):
        return None
    try:
        KEPT.spend(f"session {session_id}")
    except TooManyRequests:
        return None
    token = InterruptedForm.add(current_user, INTERRUPTED_FORM, content, session_id=session_id)
    session[MARK] = digest(token).hex()
    record("form.interrupted", f"user:{current_user.id}", endpoint=request.endpoint)
    back = wanted()
    if len(back or "") > BACK_LENGTH:
        back = None
    return url_for("auth.interrupted", token=token, next=back)


def find(token: str) -> Form | None:
    """Return the form with this ID, if this user sent it from this browser in this session."""
    if current_user.impersonator or digest(token).hex() != session.get(MARK):
        return None
    ticket = Token.find(token, INTERRUPTED_FORM)
    if ticket is None or (ticket.user_id, ticket.email) != (current_user.id, current_user.email):
        return None
    row = db.session.get(InterruptedForm, ticket.id)
    if row is None or row.session_id != current_user.session_id:
        return None
    try:
        return Form(token, row, **json.loads(row.read()))
    except ValueError:  # its key has left the ring
        return None


def find_by_page(path: str | None) -> Form | None:
    """Return the form that the page at `path` continues."""
    page = urlsplit(local_path(path) or "").path
    start = url_for("auth.interrupted", token="")
    token = page.removeprefix(start)
    return find(token) if token != page else None


def release(path: str | None) -> None:
    """Note that a proof of identity was given for the form that the page at `path` continues."""
    if form := find_by_page(path):
        InterruptedForm.release(form.row.token_id)


def carry_out(token: str) -> None:
    """Use up the form with this ID in this transaction, which does what the form asks for.

    409 where it was sent before, so that going back or clicking twice does nothing twice.
    """
    form = find(token)
    if form is None or Token.consume(token, INTERRUPTED_FORM) is None:
        abort(409, USED)
    record("form.continued", f"user:{current_user.id}", endpoint=form.endpoint)


def drop() -> None:
    """Drop the form that this browser sent before: now it asks for something else."""
    mark = session.pop(MARK, None)
    if mark and may_write():
        Token.delete(bytes.fromhex(mark))
    elif mark:
        with writing():
            Token.delete(bytes.fromhex(mark))
            db.session.commit()
