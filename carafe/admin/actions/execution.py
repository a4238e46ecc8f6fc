"""Doing something to some rows: to which it cannot be done and why, and what came of the others."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from carafe.admin.actions.declaration import Action
from carafe.admin.actions.selection import conditions_for
from carafe.admin.model_admin import ModelAdmin
from carafe.database import db
from carafe.jobs import JobTimeoutError

log = logging.getLogger(__name__)

DELETED = "It is gone."
UNMATCHED = "It does not match any more."
CHANGED = "It has changed since."
STILL_REFERENCED = "Other data refers to it."
ERROR = "An error. The log tells more."

BatchResult = dict[str, Any]


@dataclass
class Execution:
    """Somebody who does something to rows of a list, or `undoes` it."""

    admin: ModelAdmin
    action: Action
    by: Any
    # Arguments of the list that the rows must match still.
    query: str = ""
    is_undo: bool = False

    def reasons(self, ids: Sequence[int], *, lock: bool = False) -> dict[int, tuple[Any, str]]:
        """Each row, if it is still there, and why it is left out, if it is."""
        key = self.admin.key
        rows = select(self.admin.model).where(key.in_(ids)).order_by(key)
        if lock:
            rows = rows.with_for_update().execution_options(populate_existing=True)
        found = {getattr(row, key.key): row for row in db.session.scalars(rows)}
        fitting, matched = set(found), set(found)
        if not self.is_undo:
            if self.action.where is not None:
                fitting = self._of(ids, self.action.where)
            if where := conditions_for(self.admin, self.query):
                matched = self._of(ids, *where)
        known = {}
        for id in ids:
            row = found.get(id)
            reason = self._reason(row, fits=id in fitting, matches=id in matched)
            known[id] = row, reason
        return known

    def _of(self, ids: Sequence[int], *where: Any) -> set[int]:
        key = self.admin.key
        return set(db.session.scalars(select(key).where(key.in_(ids), *where)))

    def _reason(self, row: Any, *, fits: bool, matches: bool) -> str:
        if row is None:
            return DELETED
        if not fits:
            return self.action.unavailable_reason
        if not matches:
            return UNMATCHED
        refusal = self.action.refusal or self.admin.options.refusal
        return (refusal(row, self.by) if refusal else None) or ""

    def outcome(self, pending_rows: Sequence[Any]) -> BatchResult:
        """Do it, in the caller's transaction. `todo` and what it gives are those of a `Chunk`."""
        known = self.reasons([id for id, *_ in pending_rows], lock=True)
        outcome: BatchResult = {"done": [], "skipped": {}, "failed": {}}
        for id, *left in pending_rows:
            row, reason = known[id]
            if not reason and left and left[1] != _digest(row, left[0]):
                reason = CHANGED
            kind = "skipped"
            if not reason:
                kind, reason, left = self._do(row)
            if kind == "done":
                outcome[kind].append([id, *left])
            else:
                outcome[kind].setdefault(reason, []).append(id)
        return outcome

    def _do(self, row: Any) -> tuple[str, str, list[Any]]:
        """What came of one row, why, and how it was left. What fails is undone, and it alone."""
        undo = self.action.undo
        function = undo[1] if self.is_undo and undo else self.action.apply
        before = _values(row) if undo and not self.is_undo else None
        try:
            with db.session.begin_nested():
                function(row)
        except HTTPException as refused:
            return "skipped", refused.description or ERROR, []
        except IntegrityError:
            return "failed", STILL_REFERENCED, []
        except (OperationalError, JobTimeoutError):  # nothing that this row could help
            raise
        except Exception:
            log.exception("%s of %s failed", self.action.name, self.admin.name)
            return "failed", ERROR, []
        return "done", "", _undo_snapshot(row, before) if before else []


def _values(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in inspect(row).mapper.column_attrs}


def _undo_snapshot(row: Any, before: dict[str, Any]) -> list[Any]:
    """What has changed of a row, and a digest of how it is now: nobody's data is kept for it."""
    db.session.refresh(row)
    changed = [name for name, value in _values(row).items() if value != before[name]]
    return [changed, _digest(row, changed)] if changed else []


def _digest(row: Any, names: Sequence[str]) -> str:
    values = repr([getattr(row, name) for name in names])
    return hashlib.sha256(values.encode()).hexdigest()[:16]
