"""Fields of forms: for members of enumerations, times, values read as imports do, and relations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, time
from typing import Any

from markupsafe import Markup
from sqlalchemy import select
from wtforms import DateTimeLocalField, Field, StringField, TimeField, ValidationError
from wtforms.fields import Choice as WTFormsChoice  # type: ignore[attr-defined]
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.widgets import TextInput

from carafe.admin.lists import relations
from carafe.admin.schema import primary_key, singular_name
from carafe.database import db
from carafe.time import viewer_zone
from carafe.web.forms import ChoiceField, clean_search_term
from carafe.web.routing import parse_id

# Characters of a number, or of an ID.
READ_LENGTH = 100


class MemberField(ChoiceField):
    """One of several objects, such as members of an enumeration, by its name; "" is None.

    What is stored and is none of them is shown, and cannot be sent back.
    """

    def __init__(self, label: str, *, values: Mapping[str, Any], **options: Any):
        self.values = dict(values)
        super().__init__(label, coerce=self._find, validate_choice=False, **options)

    def _find(self, name: Any) -> Any:
        return self.values.get(name, name or None) if isinstance(name, str) else name

    def iter_choices(self) -> Iterator[Any]:
        for one in [*(self.choices or ()), *self._unknown()]:
            is_chosen = self._find(one.value) == self.data
            yield WTFormsChoice(one.value, one.label, is_chosen, {})

    def _unknown(self) -> list[Any]:
        if self.data is None or self.data in self.values.values():
            return []
        text = str(self.data)
        return [SelectChoice(value=text, label=f"{text} (no longer a choice)")]

    def pre_validate(self, form: Any) -> None:
        options: Iterable[Any] = self.choices or ()
        if not any(self._find(one.value) == self.data for one in options):
            raise ValidationError("Choose one of these.")


def validate_year(form: Any, field: Any) -> None:
    """Refuse years that some database, or a change of zones, cannot bear."""
    if field.data and not 1000 <= field.data.year < 9999:
        raise ValidationError("Enter a year from 1000 to 9998.")


class ZonedDateTimeField(DateTimeLocalField):
    """A time in the reader's zone, or in UTC where none was chosen; to the minute."""

    def __init__(self, label: str, validators: Any = (), **options: Any):
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        super().__init__(label, [*validators, validate_year], format=formats, **options)
        self.description = f"Time zone: {viewer_zone() or 'UTC'}."

    def process_data(self, value: datetime | None) -> None:
        self.data = value and value.astimezone(viewer_zone() or UTC).replace(
            second=0, microsecond=0
        )

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not any(valuelist):
            self.data = None if valuelist else self.data
            return
        super().process_formdata(valuelist)
        self.data = self.data and self.data.replace(tzinfo=viewer_zone() or UTC)


class ClockField(TimeField):
    """A time of day, to the minute."""

    def __init__(self, label: str, validators: Any = (), **options: Any):
        super().__init__(label, validators, format=["%H:%M", "%H:%M:%S"], **options)

    def process_data(self, value: time | None) -> None:
        self.data = value and value.replace(second=0, microsecond=0)


class ReadField(StringField):
    """A value in a line of text, read as an import does: a number with its digits, or an ID."""

    data: Any

    def __init__(
        self, label: str, validators: Any = (), *, read: Callable[[str], Any], **options: Any
    ):
        super().__init__(label, validators, **options)
        self.read = read

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = self.read(text[:READ_LENGTH]) if text else None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)


class RelationField(Field):
    """What a foreign key refers to: by its number, or by what its list is searched by.

    A select would have a million options.
    """

    widget = TextInput()
    data: Any

    def __init__(self, label: str, validators: Any = (), *, model: Any, **options: Any):
        super().__init__(label, validators, **options)
        self.model, self.other = model, relations.readable_admin(model)
        self.one = singular_name(model)
        found_by = [one.label.lower() for one in self.other.list.searches] if self.other else []
        self.description = " or ".join(["Number", *found_by]) + "."

    def present(self) -> Markup:
        """A link to what is referred to now."""
        if self.object_data and self.other:
            url = self.other.url(self.object_data)
            text = f"{self.one.capitalize()} {self.object_data}"
            return Markup('{} Now: <a href="{}">{}</a>').format(self.description, url, text)
        return Markup("{}").format(self.description)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = clean_search_term(valuelist[0]) or None

    def pre_validate(self, form: Any) -> None:
        if isinstance(self.data, str):
            self.data = self._find(self.data)

    def _find(self, text: str) -> int:
        id, key = parse_id(text), primary_key(self.model)
        if id is not None and db.session.scalar(select(key).where(key == id)):
            return id
        found = relations.find_exact(self.other, text) if self.other else []
        if len(found) > 1:
            raise ValidationError(
                f"There are several with this {self.label.text.lower()}. Give the number."
            )
        if not found:
            raise ValidationError(f"There is no {self.one} that has this.")
        return found[0][0]
