"""A mixin for models that record what happens to their rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

from carafe.audit.changes import changes
from carafe.audit.models import record
from carafe.database import db

VERBS = {"create", "edit", "delete"}


class AuditMixin:
    """Models whose rows record that they are created, edited, and deleted, as "note.created".

        class Note(AuditMixin, OwnerMixin, VersionMixin, Base):
            private = "title", "body"

    Of attributes that are `private`, the audit stores that they changed, but no values.
    """

    private: ClassVar[Sequence[str]] = ()

    def __init_subclass__(cls, **options: object):
        bases = cls.__mro__[1 : cls.__mro__.index(AuditMixin)]
        for base in bases:
            if not issubclass(base, AuditMixin) and VERBS & {*vars(base)}:
                raise TypeError(
                    f"{base.__name__} hides the verbs of AuditMixin, so nothing is recorded. "
                    f"Name it first: class {cls.__name__}(AuditMixin, …)."
                )
        super().__init_subclass__(**options)

    @property
    def subject(self) -> str:
        """Return the name of this row in the audit trail, such as "note:12"."""
        return f"{self.__tablename__}:{self.id}"  # type: ignore[attr-defined]

    @classmethod
    def create(cls, *args: Any, **values: Any) -> Self:
        """Add a row in the current transaction."""
        row = cls(*args, **values)
        db.session.add(row)
        db.session.flush()
        row._record("created")
        return row

    def edit(self, *args: Any, **values: Any) -> None:
        """Set attributes, and record an event if any of them changes."""
        if args:
            raise TypeError("Name each value: row.edit(title=…).")
        for name, value in values.items():
            setattr(self, name, value)
        if changed := changes(self, private=self.private):  # type: ignore[arg-type]
            self._record("edited", changes=changed)

    def delete(self) -> None:
        db.session.delete(self)
        self._record("deleted")

    def _record(self, participle: str, **details: Any) -> None:
        noun = self.subject.partition(":")[0]
        record(f"{noun}.{participle}", self.subject, **details)
