"""The base of all forms, and fields whose limits are those of the database."""

import unicodedata
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length


class Form(FlaskForm):
    """A form over the request's data. The CSRF token is checked before any view runs."""

    class Meta(FlaskForm.Meta):
        csrf = False


def printable(form: Any, field: Any) -> None:
    """Refuse characters that no keyboard makes and that some databases cannot store (NUL)."""
    for character in field.data or "":
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\r\n\t":
            raise ValidationError("This contains a character that cannot be stored.")


def stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _longest(length: int) -> Length:
    return Length(max=length, message=f"Please keep this to {length:,} characters.")


class TextField(StringField):
    """One line of at most `length` characters, without spaces at its ends."""

    data: str

    def __init__(self, label: str, validators: Any = (), *, length: int, **options: Any):
        super().__init__(
            label, [*validators, _longest(length), printable], filters=[stripped], **options
        )


class LongTextField(TextAreaField):
    """Several lines of at most `length` characters; line ends become `\\n`."""

    data: str

    def __init__(self, label: str, validators: Any = (), *, length: int, **options: Any):
        super().__init__(
            label,
            [*validators, _longest(length), printable],
            filters=[lambda value: value.replace("\r\n", "\n") if value else value],
            **options,
        )


class SecretField(PasswordField):
    """A password as typed, spaces included: of bounded length, since hashing costs."""

    data: str

    def __init__(self, label: str, validators: Any = (), *, length: int, **options: Any):
        super().__init__(label, [*validators, _longest(length)], **options)


SEARCH_LENGTH = 200


def search_term(name: str = "q") -> str:
    """What the visitor searches for, cleaned: never longer than `SEARCH_LENGTH`."""
    return request.args.get(name, "").replace("\0", "").strip()[:SEARCH_LENGTH]
