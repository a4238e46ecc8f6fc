"""Related rows on the page of a row, as stored or as submitted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import request

from carafe.admin.objects import auditing
from carafe.admin.objects.edits import BoundForm
from carafe.admin.objects.inline_spec import MAX_ROWS, InlineSpec
from carafe.audit import changes, record
from carafe.database import Base, db
from carafe.web.routing import parse_id

NEW = "new"


class InlineRows:
    """The rows of one inline on the page of its `parent`."""

    def __init__(self, spec: InlineSpec, parent: Base, id: int, *, sent: bool = False):
        self.spec, self.parent, self.id = spec, parent, id
        self.latest = spec.latest(id)
        self.count = spec.counts(id=id)["rows"]
        self.new = self._edit(spec.model(), NEW, sent=sent)
        self.has_deleted_row = False
        rows = self._submitted() if sent else [row.instance for row in self.latest]
        self.edits = [self._edit(row, spec.row_id(row), sent=sent) for row in rows]

    def _edit(self, row: Base, name: int | str, *, sent: bool = False) -> BoundForm:
        return BoundForm(self.spec.form_class, row, prefix=f"{self.spec.name}-{name}-", sent=sent)

    def _submitted(self) -> list[Base]:
        """Return the submitted rows, locked. The new row gets the values of a deleted one."""
        texts = request.form.getlist(self.spec.name)[: 2 * MAX_ROWS]
        ids = [id for text in texts if (id := parse_id(text)) is not None]
        rows = self.spec.lock(self.id, ids)
        existing = {
            self.spec.row_id(row) for row in [*rows, *(row.instance for row in self.latest)]
        }
        for id in set(ids) - existing:
            deleted = self._edit(self.spec.model(), id, sent=True)
            if deleted.fingerprint != deleted.etag and not deleted.marked_for_deletion:
                self.has_deleted_row = True
                self.new.copy_from(deleted)
        return rows

    def cells(self) -> Iterator[list[str]]:
        """Yield the cells of each row."""
        for row in self.latest:
            yield [column.value(row.values) for column in self.spec.visible.columns]

    def title(self, edit: BoundForm) -> str:
        return f"{self.spec.verbose_name.capitalize()} {self.spec.row_id(edit.row)}"

    @property
    def changed_rows(self) -> list[BoundForm]:
        """The forms with changes, except those of rows to be deleted."""
        edits = [*self.edits, self.new]
        return [edit for edit in edits if edit.changed and not edit.marked_for_deletion]

    def save(self) -> None:
        for edit in self.edits:
            if edit.marked_for_deletion:
                self._record(edit.row, "deleted")
                db.session.delete(edit.row)
        for edit in self.changed_rows:
            self._save(edit)

    def _save(self, edit: BoundForm) -> None:
        reference, is_new = self.spec.reference.key, edit is self.new
        if is_new:
            setattr(edit.row, reference, self.id)
        edit.set_attributes()
        details = changes(edit.row, private=auditing.private_names(edit.row, self.spec.private))
        details.pop(reference, None)
        if is_new:
            db.session.add(edit.row)
            db.session.flush()
        self._record(edit.row, "created" if is_new else "edited", changes=details)

    def _record(self, row: Base, event: str, **details: Any) -> None:
        """Record an event with the row of the page as its subject, so it is in its history."""
        name = self.spec.name
        details = {name: self.spec.row_id(row)} | details
        record(f"{name}.{event}", auditing.subject(self.parent), **details)
