"""What is declared of the page about one row, made ready."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import Integer, inspect
from wtforms import Form

from app.admin.columns import NOTHING, Column, label_of, show
from app.admin.declaration import Admin
from app.admin.lists import relations
from app.admin.objects import auditing, fields
from app.admin.objects.edits import Edit
from app.admin.objects.inlines import Children
from app.admin.schema import complete, readable_column, readable_row, referred_to_by
from app.audit import changes
from app.core.database import db
from app.core.time import time_element

Fact = tuple[str, Any]


class Objects:
    """How rows of a declared model are read, shown, made, changed and deleted one by one."""

    def __init__(self, admin: Admin):
        self.admin = admin
        if not isinstance(admin.key.type, Integer) or len(inspect(admin.model).primary_key) > 1:
            raise admin.problem("endpoint", "rows have no number.", "Give the endpoint of a page.")
        if not admin.form and {"create", "edit"} & {*admin.operations}:
            raise admin.problem("operations", "there is no form.", 'Give it: form=["title"].')
        self.form_class = self._form_class()
        names = {name for name in admin.read_only if isinstance(name, str)}
        self.given_once = names & names_of(self.form_class)
        self.facts = self._facts()
        self.attributes = {
            path: readable_column(admin.attribute("read_only", path))
            for fact in self.facts
            for path in fact.of or [fact.name]
        }
        for inline in admin.inlines:
            inline.prepare(admin)
        if len({inline.name for inline in admin.inlines}) < len(admin.inlines):
            raise admin.problem("inlines", "two are of one model.", "Give each once.")
        if admin.title and not hasattr(admin.model, admin.title):
            raise admin.problem("title", f"there is no {admin.title}.", "Give an attribute.")
        if wrong := {*admin.private} - {*inspect(admin.model).column_attrs.keys()}:
            raise admin.problem("private", f"there is no {min(wrong)}.", "Give attributes.")

    def _form_class(self) -> type[Form]:
        admin = self.admin
        if not isinstance(admin.form, (list, tuple)):
            unknown = names_of(admin.form) - {*inspect(admin.model).column_attrs.keys()}
            if unknown and not ((admin.save and admin.create) or "create" not in admin.operations):
                raise admin.problem(
                    "form", f"there is no {min(unknown)} to set.", "Give save and create, too."
                )
            return admin.form  # type: ignore[no-any-return]
        return fields.form_of(admin, "form", admin.form, admin.model)

    def _facts(self) -> list[Column]:
        typed = names_of(self.form_class) - self.given_once
        given = self.admin.read_only or [c for c in self.admin.shown if c.name not in typed]
        return [one if isinstance(one, Column) else Column(one) for one in given]

    def read(self, id: int) -> tuple[Any, list[Fact]] | None:
        """A row, and what is told of it beside the form."""
        statement, names = readable_row(self.admin.model)
        statement = statement.add_columns(*self.attributes.values())
        for head in dict.fromkeys(path.split(".")[0] for path in self.attributes if "." in path):
            statement = statement.outerjoin(*self.admin.joins[head])
        row = db.session.execute(statement.where(self.admin.key == id)).first()
        if row is None:
            return None
        values = row[1 + len(names) :]
        return complete(row, names), list(self._told(row[0], values))

    def _told(self, row: Any, told_of: Sequence[Any]) -> Iterator[Fact]:
        values = dict(zip(self.attributes, told_of, strict=True))
        for fact in self.facts:
            given = [values[path] for path in fact.of or [fact.name]]
            if fact.show:
                told = fact.show(*given)
            else:
                told = self._linked(row, fact.name, _in_full(given[0]))
            yield fact.label or label_of(fact.name), told

    def _linked(self, row: Any, path: str, told: Any) -> Any:
        """A relation as a link to its page, by what the rows of its list are called."""
        name = f"{path.partition('.')[0]}_id" if "." in path else path
        attribute = getattr(self.admin.model, name)
        if not attribute.property.columns[0].foreign_keys or getattr(row, name) is None:
            return told
        other = relations.readable(referred_to_by(attribute))
        if other is None:
            return told
        number = getattr(row, name)
        if path == name:
            told = relations.name(other, number)
        return Markup('<a href="{}">{}</a>').format(other.url(number), told)

    def lock(self, id: int) -> Any:
        """A row that nobody else changes until this transaction ends; None where it is gone."""
        statement, names = readable_row(self.admin.model)
        statement = statement.where(self.admin.key == id).with_for_update()
        fresh = statement.execution_options(populate_existing=True)
        row = db.session.execute(fresh).first()
        return complete(row, names) if row else None

    def title(self, row: Any) -> str:
        title = getattr(row, self.admin.title) if self.admin.title else ""
        return str(title or f"{self.admin.one.capitalize()} {self.number(row)}")

    def number(self, row: Any) -> int:
        return int(getattr(row, self.admin.key.key))

    def edit(self, row: Any, *, sent: bool = False) -> Edit:
        return Edit(self.form_class, row, without=self.given_once, sent=sent)

    def children(self, row: Any, *, sent: bool = False) -> list[Children]:
        number = self.number(row)
        return [
            Children(one, row, number, sent=sent and bool(one.form)) for one in self.admin.inlines
        ]

    def save(self, edit: Edit) -> None:
        if not edit.changed:
            return
        if self.admin.save:
            self.admin.save(edit.row, edit.form)
        else:
            edit.set_attributes()
            auditing.note(edit.row, "edited", changes=changes(edit.row, private=self.admin.private))

    def blank(self, *, sent: bool = False) -> Edit:
        """The form of a row that is to be made."""
        columns = inspect(self.admin.model).columns
        defaults = {c.key: c.default for c in columns if c.key in names_of(self.form_class)}
        given = {name: one.arg for name, one in defaults.items() if one and one.is_scalar}
        return Edit(self.form_class, self.admin.model(**given), sent=sent)

    def create(self, edit: Edit, submission: str) -> Any:
        if self.admin.create:
            return self.admin.create(edit.form, submission)
        edit.set_attributes()
        db.session.add(edit.row)
        made = changes(edit.row, private=self.admin.private)
        db.session.flush()
        auditing.note(edit.row, "created", submission=submission, changes=made)
        return edit.row


def names_of(form_class: type[Form]) -> set[str]:
    """The fields of a form class."""
    return {name for name in dir(form_class) if hasattr(getattr(form_class, name), "field_class")}


def _in_full(value: Any) -> Any:
    if isinstance(value, datetime):
        return time_element(value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {one}" for name, one in value.items()) or NOTHING
    if isinstance(value, bytes):
        return Markup("<code>{}</code>").format(value.hex())
    return value if isinstance(value, str) and value else show(value)
