"""Selects of an enum's members, or of a query's rows."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from carafe.database import AnySelect, db
from carafe.web.fields import ChoiceField, Validators


class _ValueField(ChoiceField):
    """A choice of values that aren't text; with `empty`, the first choice means None."""

    def __init__(
        self,
        label: str,
        validators: Validators,
        *,
        values: Mapping[str, object],
        label_of: Callable[[str], str],
        empty: str,
        **options: Any,
    ):
        self.values = {**({"": None} if empty else {}), **values}
        choices = {text: label_of(text) if text else empty for text in self.values}
        super().__init__(label, validators, choices=choices, coerce=self._coerce, **options)

    def _coerce(self, value: object) -> object:
        """Return the value of a choice. Raise `ValueError` for an invalid one."""
        if not isinstance(value, str) or isinstance(value, Enum):
            return value
        if value not in self.values:
            raise ValueError("Choose one of these.")
        return self.values[value]


class EnumField(_ValueField):
    """A member of an enum, labeled by its name: "In use" for `IN_USE`."""

    def __init__(
        self,
        label: str,
        kind: type[Enum],
        validators: Validators = (),
        *,
        empty: str = "",
        **options: Any,
    ):
        members = {str(member.value): member for member in kind}
        super().__init__(
            label,
            validators,
            values=members,
            label_of=lambda text: members[text].name.replace("_", " ").capitalize(),
            empty=empty,
            **options,
        )


class QuerySelectField(_ValueField):
    """The ID of one of few rows, from a query of IDs and labels that runs with each form."""

    def __init__(
        self,
        label: str,
        query: AnySelect,
        validators: Validators = (),
        *,
        empty: str = "",
        **options: Any,
    ):
        labels = {str(id): text for id, text in db.session.execute(query)}
        super().__init__(
            label,
            validators,
            values={id: int(id) for id in labels},
            label_of=labels.__getitem__,
            empty=empty,
            **options,
        )
