"""Delete a row: now if it has few dependent rows, otherwise in a job, in small transactions."""

from __future__ import annotations

from datetime import timedelta

from werkzeug.exceptions import Conflict

from carafe.admin.model_admin import find_admin
from carafe.admin.objects import cascades
from carafe.admin.options import ModelOptions
from carafe.audit.models import acting_email, as_actor
from carafe.auth.models import UserMixin
from carafe.auth.permissions import permissions
from carafe.auth.users import user_model
from carafe.database import Base, db
from carafe.database.batches import delete_dependents, has_dependents
from carafe.jobs import PermanentError, job

# Dependent rows of a table that are deleted in the transaction of a request.
MAX_DEPENDENTS = 100
# Dependent rows of each row if several are deleted in one transaction.
MAX_DEPENDENTS_EACH = 10


class ReferredToError(Conflict):
    """Raised if rows that must not be deleted refer to the row."""

    def __init__(self) -> None:
        super().__init__("Other data refers to it.")


def delete(options: ModelOptions, row: Base, *, is_one_of_many: bool = False) -> bool:
    """Delete a row; return False if a job does so because it has many dependent rows.

    Raises `ReferredToError`.
    """
    id = getattr(row, options.key.key)
    if not has_dependents(
        options.model, id, MAX_DEPENDENTS_EACH if is_one_of_many else MAX_DEPENDENTS
    ):
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
    """Delete the dependent rows of a row, and then the row, if the actor still may do so."""
    admin = find_admin(list)
    user = user_model().by_email(actor)
    if admin is None or user is None or not _may_delete(admin.options, user):
        raise PermanentError("The user who started this deletion no longer has permission.")
    try:
        _check(admin.options, id)
    except ReferredToError as error:
        raise PermanentError(str(error.description)) from None
    delete_dependents(admin.model, admin.key == id)
    if row := db.session.get(admin.model, id, with_for_update=True, populate_existing=True):
        with as_actor(actor):
            admin.options.delete(row)
            db.session.commit()


def _may_delete(options: ModelOptions, user: UserMixin) -> bool:
    granted = permissions(user.effective_role)
    return user.suspended_at is None and options.permission("delete") in granted


def _check(options: ModelOptions, id: int) -> None:
    """Raise `ReferredToError` before any dependent row is deleted."""
    effects = cascades.cascade_effects(options.model, [id])
    if any(effect.effect == cascades.RESTRICT for effect in effects):
        raise ReferredToError
