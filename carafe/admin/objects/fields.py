"""Form fields for enumeration members, times, and relations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, time
from typing import Any, Unpack

from markupsafe import Markup
from sqlalchemy import select
from wtforms import DateTimeLocalField, Field, TimeField, ValidationError
from wtforms.fields import Choice as WTFormsChoice  # type: ignore[attr-defined]
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.form import BaseForm
from wtforms.widgets import TextInput

from carafe.admin.lists import relations
from carafe.admin.schema import primary_key, singular_name
from carafe.database import Base, db
from carafe.time import viewer_zone
from carafe.web.fields import ChoiceField, FieldOptions
from carafe.web.routing import parse_id
from carafe.web.search_terms import clean_search_term

Validator = Callable[[Any, Any], None]
Validators = list[Validator] | tuple[Validator, ...]


class MemberField(ChoiceField):
    """A choice of objects, such as enumeration members, by name; "" is None.

    A stored value that is not a choice is displayed, but cannot be submitted.
    """

    def __init__(self, label: str, *, values: Mapping[str, object], **options: Any):
        self.values = dict(values)
        super().__init__(label, coerce=self._find, validate_choice=False, **options)

    def _find(self, name: object) -> object:
        return self.values.get(name, name or None) if isinstance(name, str) else name

    def iter_choices(self) -> Iterator[WTFormsChoice]:
        for choice in [*(self.choices or ()), *self._unknown()]:
            is_selected = self._find(choice.value) == self.data
            yield WTFormsChoice(choice.value, choice.label, is_selected, {})

    def _unknown(self) -> list[SelectChoice]:
        if self.data is None or self.data in self.values.values():
            return []
        text = str(self.data)
        return [SelectChoice(value=text, label=f"{text} (no longer a choice)")]

    def pre_validate(self, form: BaseForm) -> None:
        choices: Iterable[SelectChoice] = self.choices or ()
        if not any(self._find(choice.value) == self.data for choice in choices):
            raise ValidationError("Choose one of these.")


def validate_year(form: BaseForm, field: Field) -> None:
    """Reject years that a database or a time zone conversion does not support."""
    if field.data and not 1000 <= field.data.year < 9999:
        raise ValidationError("Enter a year between 1000 and 9998.")


class ZonedDateTimeField(DateTimeLocalField):
    """A time to the minute in the user's time zone, by default UTC."""

    def __init__(
        self, label: str, validators: Validators = (), **options: Unpack[FieldOptions[Any]]
    ):
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        super().__init__(label, [*validators, validate_year], format=formats, **options)
        self.description = f"Time zone: {viewer_zone() or 'UTC'}."

    def process_data(self, value: datetime | None) -> None:
        self.data = value and value.astimezone(viewer_zone() or UTC).replace(
            second=0, microsecond=0
        )

    def process_formdata(self, valuelist: list[str]) -> None:
        if not any(valuelist):
            self.data = None if valuelist else self.data
            return
        super().process_formdata(valuelist)
        self.data = self.data and self.data.replace(tzinfo=viewer_zone() or UTC)


class ClockField(TimeField):
    """A time of day, to the minute."""

    def __init__(
        self, label: str, validators: Validators = (), **options: Unpack[FieldOptions[time]]
    ):
        super().__init__(label, validators, format=["%H:%M", "%H:%M:%S"], **options)

    def process_data(self, value: time | None) -> None:
        self.data = value and value.replace(second=0, microsecond=0)


def _in_sentence(label: str) -> str:
    return label[:1].lower() + label[1:]


class RelationField(Field):
    """A related row, by its ID or by the searches of its list.

    A select could have a million options.
    """

    widget = TextInput()
    data: Any

    def __init__(
        self,
        label: str,
        validators: Validators = (),
        *,
        model: type[Base],
        **options: Unpack[FieldOptions[object]],
    ):
        super().__init__(label, validators, **options)
        self.model, self.related_admin = model, relations.readable_admin(model)
        self.verbose_name = singular_name(model)
        searches = self.related_admin.list.searches if self.related_admin else ()
        labels = ["ID", *(_in_sentence(search.label) for search in searches)]
        self.description = f"Search by {' or '.join(labels)}."

    def current_link(self) -> Markup:
        """Return the description with a link to the current related row."""
        if self.object_data and self.related_admin:
            url = self.related_admin.url(self.object_data)
            text = f"{self.verbose_name.capitalize()} {self.object_data}"
            return Markup('{} Current: <a href="{}">{}</a>').format(self.description, url, text)
        return Markup("{}").format(self.description)

    def row_label(self) -> str:
        """Return the label of the selected row, or "" without a valid ID."""
        id = parse_id(self._value())
        if id is None or self.related_admin is None or self.errors:
            return ""
        return relations.row_label(self.related_admin, id)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = clean_search_term(valuelist[0]) or None

    def pre_validate(self, form: BaseForm) -> None:
        if isinstance(self.data, str):
            self.data = self._find(self.data)

    def _find(self, text: str) -> int:
        id, key = parse_id(text), primary_key(self.model)
        if id is not None and db.session.scalar(select(key).where(key == id)):
            return id
        admin = self.related_admin
        candidates = relations.find_exact(admin, text) if admin else []
        if len(candidates) > 1:
            raise ValidationError(f"Several match this {self.label.text.lower()}. Enter the ID.")
        if not candidates:
            raise ValidationError(f"No such {self.verbose_name}.")
        return candidates[0][0]
