"""Deleting a row: at once where little goes with it, or else by a job, in small transactions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from werkzeug.exceptions import Conflict

from carafe.admin.model_admin import find_admin
from carafe.admin.objects import cascades
from carafe.admin.options import ModelOptions
from carafe.audit.models import acting_email, as_actor
from carafe.auth.models import UserMixin
from carafe.auth.permissions import permissions
from carafe.auth.users import user_model
from carafe.database import db
from carafe.database.batches import delete_dependents, has_dependents
from carafe.jobs import PermanentError, job

# Rows of one kind that go along in the transaction of a request.
FEW = 100
# The same, for each of several rows that are deleted in one transaction.
FEW_EACH = 10


class ReferredToError(Conflict):
    """Rows refer to one that was to be deleted, and may not go along."""

    def __init__(self) -> None:
        super().__init__("Other data refers to it.")


def delete(options: ModelOptions, row: Any, *, is_one_of_many: bool = False) -> bool:
    """Delete a row as its model says; return False if a job does so since much goes with it.

    Raises `ReferredToError`.
    """
    id = getattr(row, options.key.key)
    if not has_dependents(options.model, id, FEW_EACH if is_one_of_many else FEW):
        options.delete(row)
        return True
    _check(options, id)
    if options.delete_later:
        options.delete_later(row)
    else:
        delete_row.enqueue(options.name, id, acting_email() or "")
    return False


@job(queue="maintenance", unique=True, timeout=timedelta(hours=1))
def delete_row(list: str, id: int, actor: str) -> None:
    """Delete a row of a list, for somebody who may still do so; first what goes along with it."""
    admin = find_admin(list)
    by = user_model().by_email(actor)
    if admin is None or by is None or not _may_delete(admin.options, by):
        raise PermanentError("Whoever wanted to delete it may not do so any more.")
    try:
        _check(admin.options, id)
    except ReferredToError as refusal:
        raise PermanentError(str(refusal.description)) from None
    delete_dependents(admin.model, admin.key == id)
    if row := db.session.get(admin.model, id, with_for_update=True, populate_existing=True):
        with as_actor(actor):
            admin.options.delete(row)
            db.session.commit()


def _may_delete(options: ModelOptions, by: UserMixin) -> bool:
    return by.suspended_at is None and options.permission("delete") in permissions(
        by.effective_role
    )


def _check(options: ModelOptions, id: int) -> None:
    """Refuse before anything is deleted, not after half of it."""
    found = cascades.cascade_effects(options.model, [id])
    if any(one.effect == cascades.RESTRICT for one in found):
        raise ReferredToError
