"""The base of all forms, and fields whose limits are those of the database."""

import re
import unicodedata
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")


class Form(FlaskForm):
    """A form over the request's data. The CSRF token is checked before any view runs."""

    class Meta(FlaskForm.Meta):
        csrf = False

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            # Text alone. Flask-WTF would hand over uploads and any JSON as well, and a field that
            # expects text breaks on a file or a number.
            return request.form if formdata is not None else None


def printable(form: Any, field: Any) -> None:
    """Refuse characters that no keyboard makes and that some databases cannot store (NUL)."""
    for character in field.data or "":
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\r\n\t":
            raise ValidationError("This contains a character that cannot be stored.")


def on_one_line(value: Any) -> Any:
    return " ".join(BREAKS.split(value)).strip() if isinstance(value, str) else value


def _longest(length: int) -> Length:
    return Length(max=length, message=f"Please keep this to {length:,} characters.")


class TextField(StringField):
    """One line of at most `length` characters; breaks and tabs become spaces, ends are cut."""

    data: str

    def __init__(self, label: str, validators: Any = (), *, length: int, **options: Any):
        super().__init__(
            label, [*validators, _longest(length), printable], filters=[on_one_line], **options
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
    return cleaned(request.args.get(name, ""))


def cleaned(text: str) -> str:
    """A text to search for, without what no database stores."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode().strip()[:SEARCH_LENGTH]
