"""The base of all forms."""

from collections.abc import Iterable
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, StringField
from wtforms.fields.core import UnboundField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from carafe.unicode import MAX_EXPANSION, nfc
from carafe.web.fields import SecretField, at_most

# The maximum length of a value whose field declares none with `Length`.
MAX_VALUE_LENGTH = 10_000
# Additional characters that are removed before counting, such as spaces at the ends.
SLACK = 100


class Form(FlaskForm):
    """A form of the request's data. The CSRF token is checked before any view runs.

    Values that are too long for their field never reach its filters, parsers, and validators, some
    of which take minutes for half a megabyte. Text is normalized before they see it.
    """

    class Meta(FlaskForm.Meta):
        csrf = False

        def wrap_formdata(self, form: "Form", formdata: object) -> MultiDict[str, str] | None:
            # Only text. Flask-WTF would also pass uploads and any JSON, but a field that expects
            # text breaks on a file or a number.
            if formdata is None or not form.is_submitted():
                return None
            form.too_long = {
                field.name: field
                for field in form
                if any(_is_too_long(field, text) for text in request.form.getlist(field.name))
            }
            # Passwords are normalized differently.
            as_typed = {field.name for field in form if isinstance(field, SecretField)}
            return MultiDict(
                (name, text if name in as_typed else nfc(text))
                for name, text in request.form.items(multi=True)
                if name not in form.too_long
            )

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        for base in cls.__mro__:
            for name, member in vars(base).items():
                if isinstance(member, UnboundField):
                    _refuse_to_hide(cls, name)

    def process(self, *args: object, **kwargs: object) -> None:
        self.too_long: dict[str, Field] = {}
        super().process(*args, **kwargs)
        for name, field in self.too_long.items():
            if isinstance(field, StringField):
                field.data = request.form[name]  # the form shows what was typed

    @property
    def values(self) -> dict[str, object]:
        """Return the data of the fields that aren't hidden, by name."""
        visible = [field for field in self if not isinstance(field.widget, HiddenInput)]
        return {field.short_name: field.data for field in visible}

    def validate(self, extra_validators: object = None) -> bool:
        if not self.too_long:
            return bool(super().validate(extra_validators))
        for field in self.too_long.values():
            field.errors = [str(_maximum(field).message)]
        return False


def _refuse_to_hide(form: type[Form], name: str) -> None:
    """Raise `TypeError` if the field with that name hides a member that a base class needs."""
    members = [(base, vars(base)[name]) for base in form.__mro__ if name in vars(base)]
    for base, member in members[1:]:
        # A subclass may replace a field, or remove it with None, unless nobody fills it in.
        if member is not None and (not isinstance(member, UnboundField) or _is_hidden(member)):
            raise TypeError(
                f"{form.__name__}.{name} hides {base.__name__}.{name}, which the form needs. "
                f'Name the field otherwise, such as "{name}_value".'
            )


def _is_hidden(field: "UnboundField[Any]") -> bool:
    return isinstance(field.kwargs.get("widget", field.field_class.widget), HiddenInput)


def _is_too_long(field: Field, text: str) -> bool:
    # Browsers send a line break as two characters.
    length, maximum = len(text) - text.count("\r\n"), _maximum(field).max + SLACK
    if length <= maximum:
        return False
    # Text in other normalization forms gets shorter: a Korean syllable may be three characters.
    return length > MAX_EXPANSION * maximum or len(nfc(text)) - text.count("\r\n") > maximum


def _maximum(field: Field) -> Length:
    validators: Iterable[object] = field.validators
    rules = [rule for rule in validators if isinstance(rule, Length) and rule.max >= 0]
    return min(rules, key=lambda rule: rule.max, default=at_most(MAX_VALUE_LENGTH))
