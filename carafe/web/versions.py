"""Detection of newer versions on edit: nobody overwrites unknowingly what someone else saved.

    class BookForm(VersionForm): ...  # its template has {{ hidden(form.version) }}
    class Book(VersionMixin, Base): ...

    form = BookForm(obj=book)
    if form.validate() and form.save(book):
        return redirect(url_for(…), 303)
    return render_template(…, form=form, book=book), form.status_code

The template shows the newer version where `form.conflict` is set.
"""

from __future__ import annotations

from typing import Any

from flask import abort
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.exc import StaleDataError
from wtforms import IntegerField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from carafe.database import db
from carafe.web.forms import Form


class VersionMixin:
    """Mixin for models that count edits: the database refuses one based on an older version."""

    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    def edit(self, *args: Any, **values: Any) -> None:
        """Change the row. A model's own method may check and record more."""
        if args:
            raise TypeError("Name each value: row.edit(title=…).")
        for name, value in values.items():
            setattr(self, name, value)


class VersionForm(Form):
    """A form for a row, with the version of the row it was filled with."""

    version = IntegerField(validators=[Optional()], widget=HiddenInput())
    # Whether `save` would have overwritten a newer version, which the page then shows, too.
    conflict = False

    @property
    def status_code(self) -> int:
        """Return the status of a page that shows the form again."""
        return 409 if self.conflict else 422

    def save(self, row: VersionMixin) -> bool:
        """Edit and commit the row; return False if that would overwrite a newer version.

        The form keeps what was typed. Submitting it again replaces the version shown next to it.
        """
        # If it is already stored, the same form was submitted twice.
        while any(getattr(row, name) != value for name, value in self.values.items()):
            if self.version.data not in (None, row.version):
                self.conflict = True
                self.version.raw_data, self.version.data = None, row.version
                return False
            try:
                row.edit(**self.values)  # may flush
                db.session.commit()
            except StaleDataError:  # edited at the same time, on a database with concurrent writers
                db.session.rollback()
                _reload(row)
        return True


def _reload(row: VersionMixin) -> None:
    try:
        db.session.refresh(row)
    except InvalidRequestError:  # deleted at the same time
        abort(404)
