"""Apply an action to rows: decide which to skip and why, run it on the rest."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from carafe.admin.actions.declaration import Action
from carafe.admin.actions.models import BatchOutcome, PendingRow
from carafe.admin.actions.selection import conditions_for
from carafe.admin.model_admin import ModelAdmin
from carafe.admin.schema import RowQuery
from carafe.auth.models import UserMixin
from carafe.database import Base, db
from carafe.jobs import JobTimeoutError

log = logging.getLogger(__name__)

DELETED = "No longer exists"
UNMATCHED = "No longer matches"
CHANGED = "Changed since then"
STILL_REFERENCED = "Still referenced by other data"
ERROR = "Error (see the log)"


class Candidate(NamedTuple):
    """A row, or None if it was deleted, and the reason to skip it, or ""."""

    row: Base | None
    reason: str = ""
    # Whether the user may not change it, so that a retry can't help.
    is_denied: bool = False


class RowResult(NamedTuple):
    """The result for a row: its kind ("done", "skipped", "failed"), reason, and undo snapshot."""

    kind: str
    reason: str = ""
    snapshot: Sequence[object] = ()


@dataclass
class Execution:
    """An action that a user applies to rows of a list, or reverts."""

    admin: ModelAdmin
    action: Action
    user: UserMixin | None
    # Arguments of the list that the rows must still match.
    query: str = ""
    is_undo: bool = False

    def exclusions(self, ids: Sequence[int], *, lock: bool = False) -> dict[int, Candidate]:
        """Return each row by its ID, with the reason to skip it."""
        rows = self._read(ids, lock=lock)
        suitable, matching = set(rows), set(rows)
        if not self.is_undo:
            if self.action.where is not None:
                suitable = self._matching_ids(ids, self.action.where)
            if conditions := conditions_for(self.admin, self.query):
                matching = self._matching_ids(ids, *conditions)
        return {
            id: self._candidate(rows.get(id), is_suitable=id in suitable, matches=id in matching)
            for id in ids
        }

    def _read(self, ids: Sequence[int], *, lock: bool) -> dict[int, Base]:
        key, reader = self.admin.key, RowQuery(self.admin.model)
        query = reader.query.where(key.in_(ids)).order_by(key)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        rows = [reader.object_of(row) for row in db.session.execute(query)]
        return {getattr(row, key.key): row for row in rows}

    def _matching_ids(self, ids: Sequence[int], *conditions: ColumnElement[bool]) -> set[int]:
        key = self.admin.key
        return set(db.session.scalars(select(key).where(key.in_(ids), *conditions)))

    def _candidate(self, row: Base | None, *, is_suitable: bool, matches: bool) -> Candidate:
        if row is None:
            return Candidate(None, DELETED)
        for denial_reason in (self.admin.options.denial_reason, self.action.denial_reason):
            if denial_reason and (reason := denial_reason(row, self.user)):
                return Candidate(row, reason, is_denied=True)
        if not is_suitable:
            return Candidate(row, self.action.unavailable_reason)
        if not matches:
            return Candidate(row, UNMATCHED)
        return Candidate(row)

    def apply_to(self, pending_rows: Sequence[PendingRow]) -> BatchOutcome:
        """Apply the action in the caller's transaction; return what `Batch.outcome` stores."""
        candidates = self.exclusions([id for id, *_ in pending_rows], lock=True)
        outcome = BatchOutcome(done=[], skipped={}, failed={})
        for id, *snapshot in pending_rows:
            result = self._process(candidates[id], snapshot)
            if result.kind == "done":
                outcome["done"].append([id, *result.snapshot])
            else:
                reasons = outcome["skipped" if result.kind == "skipped" else "failed"]
                reasons.setdefault(result.reason, []).append(id)
        return outcome

    def _process(self, candidate: Candidate, snapshot: Sequence[Any]) -> RowResult:
        if candidate.row is None or candidate.reason:
            return RowResult("skipped", candidate.reason)
        if snapshot and snapshot[1] != _digest(candidate.row, snapshot[0]):
            return RowResult("skipped", CHANGED)
        return self._apply_one(candidate.row)

    def _apply_one(self, row: Base) -> RowResult:
        """Apply the action to a row. If it fails, only the changes of this row are rolled back."""
        undo = self.action.undo
        function = undo[1] if self.is_undo and undo else self.action.apply
        old_values = _values(row) if undo and not self.is_undo else None
        try:
            with db.session.begin_nested():
                function(row)
        except HTTPException as error:
            return RowResult("skipped", error.description or ERROR)
        except IntegrityError:
            return RowResult("failed", STILL_REFERENCED)
        except (OperationalError, JobTimeoutError):  # The row is not the cause, so retry the batch.
            raise
        except Exception:
            log.exception("%s of %s failed", self.action.name, self.admin.name)
            return RowResult("failed", ERROR)
        snapshot = _undo_snapshot(row, old_values) if old_values else []
        return RowResult("done", snapshot=snapshot)


def _values(row: Base) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in inspect(row).mapper.column_attrs}


def _undo_snapshot(row: Base, old_values: Mapping[str, object]) -> list[object]:
    """Return the changed attributes and a digest of their values, to store no personal data."""
    db.session.refresh(row)
    changed = [name for name, value in _values(row).items() if value != old_values[name]]
    return [changed, _digest(row, changed)] if changed else []


def _digest(row: Base, names: Sequence[str]) -> str:
    values = repr([getattr(row, name) for name in names])
    return hashlib.sha256(values.encode()).hexdigest()[:16]
