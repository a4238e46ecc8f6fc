"""Rows that belong to a user. Other users get 404, as if they didn't exist."""

from __future__ import annotations

from functools import cache, lru_cache, partial
from typing import Any, Self

from flask import abort
from flask_login import current_user
from sqlalchemy import BindParameter, ForeignKey, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from carafe.auth import quotas
from carafe.database import db
from carafe.database.aliases import AnySelect
from carafe.web.submissions import SubmissionForm, SubmissionMixin


class OwnerMixin(SubmissionMixin):
    """Mixin for models whose rows belong to a user and are deleted with them.

    A model with its own `__table_args__` must include those of this class.
    """

    @declared_attr.directive
    def __table_args__(cls) -> tuple[object, ...]:  # noqa: N805
        # The ID of a deleted row is never reused, because another row would get its history.
        return UniqueConstraint("user_id", "submission"), {"sqlite_autoincrement": True}

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), info={"label": "Owner"}
    )

    @classmethod
    def mine(cls, *columns: Any) -> AnySelect:
        """Return a query for the current user's rows, or for these columns of them.

        The same columns get the same query for every user: it reads the user when it runs.
        """
        return _query_of_mine(cls, columns)  # type: ignore[arg-type]

    @classmethod
    def get_mine_or_404(cls, id: int) -> Self:
        """Return a row of the current user by its ID."""
        row: Self | None = db.session.scalar(_query_of_one(cls), {"id": id})  # type: ignore[arg-type]
        return row or abort(404)

    @classmethod
    def create_mine(cls, form: SubmissionForm) -> Self | None:
        """Create a row of the current user once, and commit.

        Return None, with the reason among the form's errors, if they already have too many.
        """
        user_id = current_user.id
        limit = partial(quotas.limit_rows, cls.user_id, user_id)
        digest = form.submission_digest
        try:
            return cls.create_once(digest, check=limit, user_id=user_id, **form.values)
        except quotas.TooManyRowsError as refusal:
            form.form_errors = [refusal.description]
            return None


@lru_cache(maxsize=256)  # to put it together takes longer than to run it
def _query_of_mine(model: type[OwnerMixin], columns: tuple[Any, ...]) -> AnySelect:
    user_id: BindParameter[int]
    user_id = bindparam("user_id", unique=True, callable_=lambda: current_user.id)
    return select(*(columns or [model])).where(model.user_id == user_id)


@cache
def _query_of_one(model: type[OwnerMixin]) -> AnySelect:
    return model.mine().filter_by(id=bindparam("id"))
