"""Rows that belong to another one, on its page: shown, and where there is a form changed there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import request, url_for
from sqlalchemy import bindparam, inspect, select

from app.admin import declaration
from app.admin.columns import Column, show
from app.admin.objects import auditing, fields
from app.admin.objects.edits import Edit
from app.admin.schema import complete, one_of, readable_row
from app.audit import changes, record
from app.core.database import db
from app.core.pagination import Counts
from app.core.routing import id_in

if TYPE_CHECKING:
    from app.admin.declaration import Admin

LATEST = 20
NEW = "new"


@dataclass
class Inline:
    """Rows of `model` whose `foreign_key` refers to the row of the page, by default the only one
    that can. With a `form`, attributes of which one is made, they are added, changed and deleted
    there by those who may edit that row.
    """

    model: Any
    columns: Sequence[str | Column]
    form: Sequence[str] = ()
    label: str = ""
    foreign_key: str = ""
    private: Sequence[str] = ()
    # Its columns are read as those of a list.
    admin: Any = field(default=None, init=False)

    def prepare(self, parent: Admin) -> None:
        keys = [
            c for c in inspect(self.model).columns if c.references(parent.key.property.columns[0])
        ]
        names = [inspect(self.model).get_property_by_column(key).key for key in keys]
        if self.foreign_key:
            names = [name for name in names if name == self.foreign_key]
        if len(names) != 1:
            raise parent.problem(
                "inlines",
                f"{self.model.__name__} has {len(names)} such foreign keys to it.",
                'Give the one that is meant: Inline(…, foreign_key="…").',
            )
        if self.form and "edit" not in parent.operations:
            raise parent.problem("inlines", "there is no form around theirs.", "Give form.")
        self.reference = getattr(self.model, names[0])
        self.name = self.model.__tablename__
        self.label = self.label or f"{one_of(self.model).capitalize()}s"
        self.admin = declaration.Admin(self.model, self.name, self.label, self.columns)
        if wrong := {*self.private} - {*inspect(self.model).column_attrs.keys()}:
            what = f"{self.model.__name__} has no {min(wrong)}, which is private."
            raise parent.problem("inlines", what, "Give attributes.")
        self.form_class = fields.form_of(self.admin, "form", self.form, self.model)
        theirs = select(self.admin.key).where(self.reference == bindparam("id"))
        self.counts = Counts(rows=theirs)

    def shown(self, id: int) -> list[Any]:
        """The latest rows, each with what its columns are made of."""
        statement, names = readable_row(self.model)
        statement = statement.add_columns(*self.admin.attributes.values())
        for other, on in self.admin.joined.values():
            statement = statement.outerjoin(other, on)
        statement = statement.where(self.reference == id).order_by(self.admin.key.desc())
        rows = db.session.execute(statement.limit(LATEST))
        return [(complete(row, names), *row[1 + len(names) :]) for row in rows]

    def list_url(self, id: int) -> str | None:
        """All of them, where their list has a filter for it."""
        admin = declaration.of_model(self.model)
        if admin is None or not admin.may("read"):
            return None
        name = self.reference.key
        if name not in {one.name for one in admin.offered}:
            return None
        return f"{url_for('admin.list', admin=admin)}?{urlencode({name: id})}"


class Children:
    """The rows of one inline, as they are or as they were sent."""

    def __init__(self, inline: Inline, parent: Any, id: int, *, sent: bool = False):
        self.inline, self.parent, self.id = inline, parent, id
        self.shown = inline.shown(id)
        self.count = inline.counts(id=id)["rows"]
        self.new = self._edit(inline.model(), NEW, sent=sent)
        self.is_gone = False
        if sent:
            self.edits = [self._edit(row, self.number(row), sent=True) for row in self._sent()]
        else:
            self.edits = [self._edit(row[0], self.number(row[0])) for row in self.shown]

    def _edit(self, row: Any, number: int | str, *, sent: bool = False) -> Edit:
        return Edit(self.inline.form_class, row, prefix=f"{self.inline.name}-{number}-", sent=sent)

    def number(self, row: Any) -> int:
        return int(getattr(row, self.inline.admin.key.key))

    def _sent(self) -> list[Any]:
        """The rows that the form was about, locked. Of those that are gone, text typed is kept."""
        known = {self.number(row[0]) for row in self.shown}
        texts = request.form.getlist(self.inline.name)[: 2 * LATEST]
        numbers = [id for text in texts if (id := id_in(text)) is not None]
        key = self.inline.admin.key
        statement, names = readable_row(self.inline.model)
        statement = statement.where(self.inline.reference == self.id, key.in_(numbers))
        statement = statement.order_by(key.desc()).with_for_update()
        fresh = statement.execution_options(populate_existing=True)
        there = [complete(row, names) for row in db.session.execute(fresh)]
        for number in set(numbers) - known - {self.number(row) for row in there}:
            lost = self._edit(self.inline.model(), number, sent=True)
            if lost.fingerprint != lost.seen and not lost.is_to_go:
                self.is_gone = True
                self.new.adopt(lost)
        return list(there)

    def cells(self) -> Iterator[list[Any]]:
        """What stands in the columns of each row."""
        admin = self.inline.admin
        for row in self.shown:
            values = row[1:]
            yield [
                show(
                    column.show(*[values[n] for n in places]) if column.show else values[places[0]]
                )
                for column, places in zip(admin.shown, admin.places, strict=True)
            ]

    def title(self, edit: Edit) -> str:
        return f"{self.inline.admin.one.capitalize()} {self.number(edit.row)}"

    @property
    def touched(self) -> list[Edit]:
        """What was typed into: those to be deleted aside."""
        return [one for one in [*self.edits, self.new] if one.changed and not one.is_to_go]

    def save(self) -> None:
        for edit in self.edits:
            if edit.is_to_go:
                self._note(edit.row, "deleted")
                db.session.delete(edit.row)
        for edit in self.touched:
            is_new = edit is self.new
            if is_new:
                setattr(edit.row, self.inline.reference.key, self.id)
            edit.set_attributes()
            kept = changes(edit.row, private=self.inline.private)
            kept.pop(self.inline.reference.key, None)
            if is_new:
                db.session.add(edit.row)
                db.session.flush()
            self._note(edit.row, "created" if is_new else "edited", changes=kept)

    def _note(self, row: Any, done: str, **details: Any) -> None:
        """Record it about the row of the page, to whose history it belongs."""
        name = self.inline.name
        details = {name: self.number(row)} | details
        record(f"{name}.{done}", auditing.subject(self.parent), **details)
