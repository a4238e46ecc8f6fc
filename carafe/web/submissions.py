"""Safe resubmission: the same form sent twice creates one row.

    class BookForm(SubmissionForm): ...  # its template has {{ hidden(form.submission) }}
    class Book(SubmissionMixin, Base): ...  # with UniqueConstraint("user_id", "submission")

    book = Book.create_once(form.submission_digest, user_id=current_user.id, **form.values)

The digest covers the form and what was typed, so that text changed after going back to the form
is another row.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Any, Self

from sqlalchemy import String, UniqueConstraint, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import HTTPException
from wtforms import HiddenField
from wtforms.validators import Regexp

from carafe.database import db
from carafe.web.forms import Form

DIGEST_LENGTH = 32


def digest(*parts: str) -> str:
    """Return a digest of texts, as stored in `submission` columns."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:DIGEST_LENGTH]


def new_token() -> str:
    """Return a token that identifies one rendered form."""
    return secrets.token_urlsafe(16)


class SubmissionForm(Form):
    """A form with a token that identifies it when it is submitted again."""

    submission = HiddenField(validators=[Regexp(r"[\w-]{0,32}\Z")], default=new_token)

    @property
    def submission_digest(self) -> str | None:
        """Return a digest of the form and what was typed; None without the token."""
        if not self.submission.data:
            return None
        return digest(self.submission.data, *(str(value) for value in self.values.values()))


class SubmissionMixin:
    """Mixin for models whose rows are created once per submission.

    `__table_args__` must have a unique constraint on `submission`, alone or with other columns,
    such as the owner's.
    """

    submission: Mapped[str | None] = mapped_column(String(DIGEST_LENGTH))

    @classmethod
    def create(cls, *args: Any, **values: Any) -> Self:
        """Add a row in the current transaction. A model's own method may check and record more."""
        row = cls(*args, **values)
        db.session.add(row)
        db.session.flush()
        return row

    @classmethod
    def by_submission(cls, submission: str | None, **values: object) -> Self | None:
        """Return the row that this submission created.

        `values` has the constraint's other columns.
        """
        if not submission:
            return None
        scope = {name: values[name] for name in _unique_with_submission(cls)}
        return db.session.scalar(select(cls).filter_by(submission=submission, **scope))

    @classmethod
    def create_once(
        cls, submission: str | None, *, check: Callable[[], None] | None = None, **values: object
    ) -> Self:
        """Create a row with `create` and commit, or return the one that the submission created.

        `check` runs before a new row is created, in its transaction, and raises to refuse it.
        Nobody looks for an earlier row first: the constraint refuses a second one, and forms are
        seldom sent twice.
        """
        try:
            if check:
                check()
            row = cls.create(submission=submission, **values)
            db.session.commit()
        except (IntegrityError, HTTPException):
            db.session.rollback()
            existing = cls.by_submission(submission, **values)
            if existing is None:
                raise
            row = existing
        return row


def _unique_with_submission(model: type[SubmissionMixin]) -> set[str]:
    for rule in inspect(model).local_table.constraints:
        if isinstance(rule, UniqueConstraint) and "submission" in rule.columns:
            return set(rule.columns.keys()) - {"submission"}
    raise TypeError(f'{model.__name__} needs UniqueConstraint("user_id", "submission") or similar.')
