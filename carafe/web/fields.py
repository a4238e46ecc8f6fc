"""Fields for text and choices, with the limits of the database."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypedDict, TypeVar, Unpack

from markupsafe import Markup
from wtforms import (
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Length
from wtforms.widgets import TextArea

from carafe.unicode import is_nfc

# Unicode's categories Cc and Cs, control characters and surrogates, but not tabs and line ends.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
LINE_BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")

T = TypeVar("T")


class FieldOptions(TypedDict, Generic[T], total=False):
    """The arguments of any WTForms field besides its label and validators."""

    default: T | Callable[[], T]
    description: str
    id: str
    name: str
    render_kw: dict[str, object]
    widget: Callable[..., Markup]


# A field's validator, as WTForms accepts it.
Validators = tuple[Any, ...] | list[Any]


def validate_printable(form: object, field: Any) -> None:
    """Refuse characters that no keyboard makes and that some databases cannot store (NUL)."""
    if UNPRINTABLE.search(field.data or ""):
        raise ValidationError("Remove the unsupported character.")
    if not is_nfc(field.data or ""):
        raise ValidationError("This contains a letter with too many accents.")


def collapse_line_breaks(value: T) -> T | str:
    return " ".join(LINE_BREAKS.split(value)).strip() if isinstance(value, str) else value


def unify_line_ends(value: T) -> T | str:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def at_most(length: int, message: str = "") -> Length:
    """Return the validator for a field of at most this many characters."""
    return Length(max=length, message=message or f"Use {length:,} characters or fewer.")


class TextField(StringField):
    """A line of at most `length` characters.

    Line breaks and tabs become spaces; ends are stripped.
    """

    data: str
    normalize = staticmethod(collapse_line_breaks)

    def __init__(
        self,
        label: str,
        validators: Validators = (),
        *,
        length: int,
        **options: Unpack[FieldOptions[str]],
    ):
        super().__init__(
            label,
            [*validators, at_most(length), validate_printable],
            filters=[self.normalize],
            **options,
        )


class LongTextField(TextField):
    """Lines of at most `length` characters in total; line endings become `\n`."""

    widget = TextArea()
    normalize = staticmethod(unify_line_ends)


class ChoiceField(SelectField):
    """One of several values: `choices` maps each to its label, or lists pairs of them."""

    def __init__(
        self,
        label: str,
        validators: Validators = (),
        *,
        choices: Mapping[Any, str] | Iterable[tuple[Any, str]],
        **options: Any,
    ):
        pairs = choices.items() if isinstance(choices, Mapping) else choices
        # WTForms warns about anything but its own class.
        super().__init__(
            label,
            validators,
            choices=[SelectChoice(value=value, label=text) for value, text in pairs],
            **options,
        )


class CheckboxesField(SelectMultipleField):
    """Any number of values: `choices` returns the label of each, when the form is made."""

    data: list[str]

    def __init__(
        self,
        label: str,
        validators: Validators = (),
        *,
        choices: Callable[[], Mapping[str, str]],
        **options: Any,
    ):
        pairs = [SelectChoice(value=value, label=text) for value, text in choices().items()]
        super().__init__(label, validators, choices=pairs, **options)


class SecretField(PasswordField):
    """A password as typed, including spaces.

    The length is limited, because hashing is expensive.
    """

    data: str

    def __init__(
        self,
        label: str,
        validators: Validators = (),
        *,
        length: int,
        message: str = "",
        **options: Unpack[FieldOptions[str]],
    ):
        super().__init__(label, [*validators, at_most(length, message)], **options)
